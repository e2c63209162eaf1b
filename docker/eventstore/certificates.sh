#!/usr/bin/env bash
# Creates the certificate of EventStoreDB and of the authority that signs it, once. The key of the authority is not kept, so
# it signs nothing else. The server reads /certificates, its clients /authority. To renew it, empty both volumes.
set -euo pipefail

readonly NAME=eventstore DAYS=3650
# The user of the EventStoreDB image.
readonly OWNER=1000:1000

if [ -s /certificates/node.crt ] && [ -s /authority/ca.crt ]; then
  echo 'The certificate exists.'
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

new_key() { openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out "$1"; }

new_key ca.key
openssl req -x509 -key ca.key -days "$DAYS" -subj '/CN=registry event store authority' -out ca.crt \
  -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign'
# The nodes of EventStoreDB identify each other by the common name.
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
# Last, because its presence marks the other files as complete.
install -m 644 node.crt /certificates/node.crt
echo 'Created the certificate.'
