#!/usr/bin/env bash
# Checks that the ports that `make dev` publishes are free, and names the variable that moves each one that is not.
set -euo pipefail

# The value that Compose uses: from the environment, else from .env, else the default.
value_of() {
  local value=${!1:-}
  [ -n "$value" ] || value=$(sed -n "s/^$1=//p" .env 2>/dev/null | tail -n 1)
  printf '%s' "${value:-$2}"
}

taken=0
for setting in PORT:8000 PRIMARY_PORT:5436 STANDBY_PORT:5438 EVENTSTORE_PORT:2113; do
  name=${setting%:*}
  port=$(value_of "$name" "${setting#*:}")
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    echo "Port $port is in use by another program. Choose another one with $name, in .env or as: make dev $name=$((port + 100))" >&2
    taken=1
  fi
done
exit "$taken"
