#!/bin/sh
# Runs a program of the registry. In a container the registry listens on all addresses, where it refuses the published secret
# of .env.example; instead of that one, or of none, each start generates a secret of its own. A restart of the container ends
# the access tokens of its users; their refresh tokens give new ones.
set -eu

case ${JWT_SECRET_KEY:-} in
  '' | development-only-secret-do-not-use-in-production)
    JWT_SECRET_KEY=$(head -c 48 /dev/urandom | base64 | tr -d '\n')
    export JWT_SECRET_KEY
    ;;
esac

exec "$@"
