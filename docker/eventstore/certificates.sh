#!/usr/bin/env bash
# Makes the certificate of EventStoreDB, once, and of an authority that signs nothing else: its key is not kept.
# Into /certificates what the server needs, into /authority what its clients need. To have a new one, empty both volumes.
set -euo pipefail

readonly NAME=eventstore DAYS=3650
# The user that EventStoreDB's image runs as.
readonly OWNER=1000:1000

if [ -s /certificates/node.crt ] && [ -s /authority/ca.crt ]; then
  echo 'The certificate is there.'
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

new_key() { openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out "$1"; }

new_key ca.key
openssl req -x509 -key ca.key -days "$DAYS" -subj '/CN=registry event store authority' -out ca.crt \
  -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign'
# The common name is the one by which the nodes of EventStoreDB know each other.
new_key request.key
openssl req -new -key request.key -subj '/CN=eventstoredb-node' -out node.csr
openssl rsa -traditional -in request.key -out node.key
openssl x509 -req -in node.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days "$DAYS" -out node.crt -extfile <(
  echo "subjectAltName=DNS:$NAME,DNS:localhost,IP:127.0.0.1"
  echo 'keyUsage=critical,digitalSignature,keyEncipherment'
  echo 'extendedKeyUsage=serverAuth,clientAuth'
)

install -m 644 ca.crt /authority/ca.crt
install -d -m 755 /certificates/ca
install -m 644 ca.crt /certificates/ca/ca.crt
install -m 600 node.key /certificates/node.key
chown -R "$OWNER" /certificates
# Last: where it is, all is.
install -m 644 node.crt /certificates/node.crt
echo 'The certificate is made.'
