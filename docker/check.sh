#!/usr/bin/env bash
# Builds the image, starts the cluster from a clean clone in every documented way, and reports what fails. Needs Docker with
# Compose, git, curl, and the development ports listed in DOCKER.md. PORT=8010 moves the port of the API.
#
# It uses a Compose project of its own, so the data of `make dev` is safe, but that cluster must be down.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."

readonly MOST_MEGABYTES=300 STOP_S=10 READY_S=120
export COMPOSE_PROJECT_NAME=gc-registry-check

clean=$(mktemp -d)
cluster=()

say() { printf '== %s\n' "$*"; }

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

compose() { docker compose "${cluster[@]}" "$@"; }

# The state of each container helps to diagnose a failed run.
tidy() {
  local status=$?
  if [ "$status" -ne 0 ]; then
    compose ps --all >&2 || true
    compose logs --tail 40 >&2 || true
  fi
  compose down --volumes --remove-orphans --timeout "$STOP_S" >/dev/null 2>&1 || true
  rm -rf "$clean"
  exit "$status"
}
trap tidy EXIT

image_is_small_and_runs_as_nobody_special() {
  say "the production image has at most $MOST_MEGABYTES MB and does not run as root"
  docker build --quiet --target production --tag gc-registry .
  local container megabytes
  container=$(docker create gc-registry)
  # The sum of its files: engines define the size of an image differently.
  megabytes=$(($(docker export "$container" | wc --bytes) / 1000000))
  docker rm "$container" >/dev/null
  say "it has $megabytes MB"
  [ "$megabytes" -le "$MOST_MEGABYTES" ] || fail "the image has $megabytes MB"
  [ "$(docker run --rm gc-registry id -u)" -ne 0 ] || fail 'the image runs as root'
}

starts() {
  say "docker compose ${cluster[*]} up --build"
  compose up --build --detach --wait --quiet-pull
  local url answer=''
  url=http://$(compose port gc_registry 8000)
  for ((waited = 0; waited < READY_S; waited++)); do
    answer=$(curl --fail --silent --max-time 5 "$url/health/ready" || true)
    # Right after the start no process leads yet, and readiness is degraded.
    case $answer in *'"status":"ready"'*'"event_store":"up"'*) return ;; esac
    sleep 1
  done
  fail "not ready after $READY_S s: $answer"
}

stops() {
  say "SIGTERM stops it within $STOP_S s"
  local container code
  container=$(compose ps --quiet gc_registry)
  docker stop -t "$STOP_S" "$container" >/dev/null
  code=$(docker inspect --format '{{.State.ExitCode}}' "$container")
  # 137 means that the process had to be killed; the watcher of development has its own exit code.
  [ "$code" -ne 137 ] || fail "it was killed after $STOP_S s"
  [ "$code" -eq "${1:-$code}" ] || fail "it ended with code $code"
}

# The system identifier of a server, whether it is a standby, and its number of issuances.
servers() {
  local service
  for service in postgres_db_write postgres_db_read; do
    compose exec -T "$service" psql --username postgres --dbname registry -At --command \
      'SELECT system_identifier, pg_is_in_recovery(), (SELECT count(*) FROM issuance) FROM pg_control_system()'
  done
}

readonly PAIR=$'^([0-9]+)\\|f\\|([1-9][0-9]*)\n([0-9]+)\\|t\\|([0-9]+)$'

# The system identifier of the primary, when the other server is its standby and shows the same data.
system_of_pair() {
  [[ $1 =~ $PAIR && ${BASH_REMATCH[1]} = "${BASH_REMATCH[3]}" && ${BASH_REMATCH[2]} = "${BASH_REMATCH[4]}" ]] ||
    fail "this is not a primary and its standby, with something issued: $1"
  echo "${BASH_REMATCH[1]}"
}

data_survives_down() {
  say 'the data of every server survives docker compose down'
  local before after
  before=$(servers)
  system_of_pair "$before" >/dev/null
  compose exec -T eventstore touch /var/lib/eventstore/before-down
  compose down
  compose up --detach --wait
  after=$(servers)
  [ "$before" = "$after" ] || fail "other servers or data than before: $before, $after"
  compose exec -T eventstore test -e /var/lib/eventstore/before-down || fail 'the event store has another volume'
}

times_started() { compose logs --no-log-prefix gc_registry | grep --count 'Server listening' || true; }

sources_are_watched() {
  say 'a changed source file restarts the registry'
  local before
  before=$(times_started)
  touch src/app.ts
  for ((waited = 0; waited < READY_S; waited++)); do
    [ "$(times_started)" -le "$before" ] || return 0
    sleep 1
  done
  fail "it was not started anew within $READY_S s"
}

standby_heals() {
  say 'the standby follows a primary that was created anew'
  local before after
  before=$(system_of_pair "$(servers)")
  compose rm --stop --force postgres_db_write
  docker volume rm "${COMPOSE_PROJECT_NAME}_postgres_db_write"
  compose up --detach --wait
  for ((waited = 0; waited < READY_S; waited++)); do
    after=$(system_of_pair "$(servers 2>/dev/null)" 2>/dev/null) && break
    sleep 1
  done
  [ "$before" != "${after:-$before}" ] || fail "the standby is none of the new primary: $(servers)"
}

example_is_refused() {
  say 'production does not start with the settings of .env.example'
  if compose up --build --detach --wait --quiet-pull; then fail 'it started'; fi
  compose logs migration | grep --fixed-strings 'must not contain a password of .env.example' || fail 'the log does not say why'
}

anchors_are_written() {
  say 'the head of the journal is signed, and found by the verification'
  compose exec -T gc_registry node dist/command/create-anchor-key.js | grep '^Found the key ' || fail 'there is no key'
  # A new registry has no journal yet; its first user is the first entry.
  echo 'a password of a person' | compose exec -T gc_registry node dist/command/create-administrator.js \
    --email ada@example.com --name Ada
  local verified=''
  for ((waited = 0; waited < READY_S; waited++)); do
    verified=$(compose exec -T gc_registry node dist/command/verify-journal.js 2>/dev/null || true)
    case $verified in *'All anchors are right: 1 in the eventstore, 1 in the directory, 1 in the database.'*) return ;; esac
    sleep 1
  done
  fail "no anchor within $READY_S s: $verified"
}

write_secrets() {
  local name
  for name in JWT_SECRET_KEY DATABASE_ACTOR_KEY POSTGRES_PASSWORD POSTGRES_REPLICATION_PASSWORD REGISTRY_WRITE_PASSWORD \
    REGISTRY_READ_PASSWORD REGISTRY_SEQUENCER_PASSWORD EVENTSTORE_ADMIN_PASSWORD EVENTSTORE_REGISTRY_PASSWORD; do
    printf '%s=%s\n' "$name" "$(head --bytes 24 /dev/urandom | od -An -tx1 | tr -d ' \n')"
  done >.env
}

image_is_small_and_runs_as_nobody_special

git clone --quiet . "$clean/registry"
cd "$clean/registry"

cp .env.example .env
for cluster_files in '-f compose.override.yml' ''; do
  read -ra cluster <<<"$cluster_files"
  starts
  [ -z "$cluster_files" ] || sources_are_watched
  stops
  if [ -z "$cluster_files" ]; then
    data_survives_down
    standby_heals
  fi
  compose down --volumes
done

cluster=(-f compose.yml)
example_is_refused
compose down --volumes
write_secrets
starts
anchors_are_written
stops 0
say 'all checks passed'
