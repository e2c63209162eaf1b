#!/usr/bin/env bash
# Builds the image and starts the cluster from a clean clone in every way that the documents name, and says what does not hold.
# Needs Docker with Compose, git, curl, and the ports of development, which are in DOCKER.md. PORT=8010 moves the API's.
#
# It has a Compose project of its own, so the data of `make dev` are safe; but that cluster must be down.
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

# The state of each container helps whoever reads the log of a run that failed.
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
  say "the image of production has at most $MOST_MEGABYTES MB, and does not run as root"
  docker build --quiet --target production --tag gc-registry .
  local container megabytes
  container=$(docker create gc-registry)
  # What is in its files: engines do not agree on what the size of an image is.
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
    # Right after the start nobody leads yet, and then it is not ready but degraded.
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
  # 137 is a process that had to be killed; development's watcher has a code of its own.
  [ "$code" -ne 137 ] || fail "it was killed after $STOP_S s"
  [ "$code" -eq "${1:-$code}" ] || fail "it ended with code $code"
}

servers() {
  local service
  for service in postgres_db_write postgres_db_read; do
    compose exec -T "$service" psql --username postgres -At --command \
      'SELECT system_identifier, pg_is_in_recovery() FROM pg_control_system()'
  done
}

data_survives_down() {
  say 'the data of the primary and its standby survives a down'
  local before after
  before=$(servers)
  [[ $before =~ ^([0-9]+)\|f$'\n'([0-9]+)\|t$ && ${BASH_REMATCH[1]} = "${BASH_REMATCH[2]}" ]] ||
    fail "this is not a primary and its standby: $before"
  compose down
  compose up --detach --wait
  after=$(servers)
  [ "$before" = "$after" ] || fail "other servers than before: $before, $after"
}

example_is_refused() {
  say 'production does not start with the example as its settings'
  if compose up --build --detach --wait --quiet-pull; then fail 'it started'; fi
  compose logs migration | grep --fixed-strings 'must not have a password of .env.example' || fail 'it does not say why'
}

write_secrets() {
  local name
  for name in JWT_SECRET_KEY POSTGRES_PASSWORD POSTGRES_REPLICATION_PASSWORD REGISTRY_WRITE_PASSWORD \
    REGISTRY_READ_PASSWORD EVENTSTORE_ADMIN_PASSWORD; do
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
  stops
  [ -n "$cluster_files" ] || data_survives_down
  compose down --volumes
done

cluster=(-f compose.yml)
example_is_refused
compose down --volumes
write_secrets
starts
stops 0
say 'all of it holds'
