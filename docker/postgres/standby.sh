#!/usr/bin/env bash
# Runs a streaming standby of PRIMARY_HOST. The first start takes a base backup. A new one is taken whenever the standby can
# no longer follow: the primary was created anew, was restored to an earlier time, or no longer has the log needed here.
#
# This loses no data: a promoted standby is run as the primary it is, and the copy of a replaced primary is kept in
# "$PGDATA.kept" (the first such copy, until it is removed), because it may be the last copy of that data.
#
# Arguments are passed on to postgres. Needs PRIMARY_HOST and REPLICATION_PASSWORD.
set -euo pipefail

: "${PGDATA:?}" "${PRIMARY_HOST:?}" "${REPLICATION_PASSWORD:?}"
readonly PRIMARY="host=$PRIMARY_HOST port=${PRIMARY_PORT:-5432} user=replicator"
readonly KEPT="$PGDATA.kept" TEMP="$PGDATA.temp"
readonly LOOK_EVERY_S=5
# How long the standby may make no progress while the primary answers, before it counts as lost.
readonly PATIENCE_S=${STANDBY_PATIENCE_S:-60}
export PGPASSWORD=$REPLICATION_PASSWORD PGCONNECT_TIMEOUT=5 LC_ALL=C

server='' stopping='' lost='' followed=''

say() { echo "standby: $*" >&2; }

has_data() { [ -s "$PGDATA/PG_VERSION" ]; }

is_promoted() { has_data && [ ! -e "$PGDATA/standby.signal" ]; }

# Prints nothing while the primary does not answer.
primary_system() {
  psql --no-psqlrc --no-password -At "$PRIMARY replication=true" -c IDENTIFY_SYSTEM 2>/dev/null | cut -d '|' -f 1 || true
}

own_system() { pg_controldata --pgdata "$PGDATA" | sed -n 's/^Database system identifier: *//p'; }

# Prints "recovering|streaming|replay position", or nothing while the server accepts no connections.
own_state() {
  psql --no-psqlrc --no-password -At --username postgres --dbname postgres 2>/dev/null -c "
    SELECT pg_is_in_recovery(),
           EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming'),
           pg_last_wal_replay_lsn()" || true
}

# Unlike a sleep in the foreground, a signal interrupts it.
pause() {
  sleep "$1" &
  wait $! || true
}

wait_for_primary() {
  local waited=0
  until [ -n "$(primary_system)" ]; do
    [ $((waited++ % 10)) -gt 0 ] || say "waiting for the primary at $PRIMARY_HOST"
    pause 1
    [ -z "$stopping" ] || exit 0
  done
}

copy_primary() {
  say 'taking a base backup of the primary'
  rm -rf "$TEMP"
  mkdir -p "$(dirname "$PGDATA")"
  pg_basebackup --dbname "$PRIMARY" --no-password --pgdata "$TEMP" --wal-method stream --checkpoint fast --progress
  touch "$TEMP/standby.signal"
  if has_data && [ ! -e "$KEPT" ] && [ "$(own_system)" != "$(primary_system)" ]; then
    mv "$PGDATA" "$KEPT"
    say "the copy of the earlier primary is kept in $KEPT"
  fi
  rm -rf "$PGDATA"
  mv "$TEMP" "$PGDATA"
}

start_server() {
  postgres -c hot_standby=on -c hot_standby_feedback=on -c wal_retrieve_retry_interval=1s \
    -c primary_conninfo="$PRIMARY application_name=$HOSTNAME" "$@" &
  server=$!
}

# Watches the server until it ends, is promoted, must stop, or can no longer follow; then $lost says why.
watch_server() {
  local since=$SECONDS position='' state system recovering streaming replayed
  lost=''
  while kill -0 "$server" 2>/dev/null && [ -z "$stopping" ]; do
    pause "$LOOK_EVERY_S"
    system=$(primary_system)
    state=$(own_state)
    IFS='|' read -r recovering streaming replayed <<<"$state"
    if [ "$recovering" = f ]; then
      say 'promoted: no longer following a primary'
      wait "$server" || true
    elif [ -n "$system" ] && [ "$system" != "$(own_system)" ]; then
      lost='the primary is another than the one that this was copied from'
      return
    elif [ -z "$system" ] || [ -z "$state" ] || [ "$streaming" = t ] || [ "$replayed" != "$position" ]; then
      since=$SECONDS position=$replayed
      [ "$streaming" != t ] || followed=yes
    elif [ $((SECONDS - since)) -ge "$PATIENCE_S" ]; then
      lost="it has stood still for $PATIENCE_S s, although the primary answers"
      return
    fi
  done
}

stop() {
  stopping=yes
  [ -z "$server" ] || kill -INT "$server" 2>/dev/null || true
}
trap stop TERM INT

if is_promoted; then
  say 'this server was promoted: running it as a primary'
  exec postgres "$@"
fi

wait_for_primary
has_data || copy_primary

while true; do
  start_server "$@"
  watch_server
  if [ -n "$lost" ]; then
    say "this standby is lost: $lost"
    kill -INT "$server" 2>/dev/null || true
  fi
  status=0
  wait "$server" || status=$?
  # An interrupted wait says nothing about the server.
  while kill -0 "$server" 2>/dev/null; do wait "$server" || status=$?; done
  server=''
  [ -z "$stopping" ] || exit 0
  if [ -z "$lost" ]; then
    # A server that cannot start may have a log that diverges from the primary's.
    { [ -z "$followed" ] && [ "$status" -ne 0 ] && [ -n "$(primary_system)" ]; } || exit "$status"
    say "the server ended with code $status before it followed the primary"
    followed=tried
  fi
  copy_primary
done
