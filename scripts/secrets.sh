#!/usr/bin/env bash
# Makes the secrets of compose.yaml, once: what is there stays. `make up` runs it.
#
# The folder is its owner's alone. The files in it are readable by everybody, because each is seen by
# one container's own user, under a number that this machine does not know.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${SECRETS_DIR:-secrets/made-by-make-up}
if [ -d "$folder" ]; then exit 0; fi

umask 077
mkdir -p "$(dirname "$folder")"
# Whole or not at all: a half of it would be taken for all of it the next time.
new=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$new"' EXIT

secret() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
keep() { # NAME TEXT
  printf '%s\n' "$2" >"$new/$1"
}
bytes() { # HEX
  local at
  for ((at = 0; at < ${#1}; at += 2)); do printf '%b' "\\x${1:at:2}"; done
}
# RabbitMQ's `rabbit_password_hashing_sha256`: four bytes of salt, and SHA-256 of them and the password.
rabbitmq_hash() { # PASSWORD
  local salt digest
  salt=$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')
  digest=$({ bytes "$salt" && printf '%s' "$1"; } | sha256sum | cut -d' ' -f1)
  bytes "$salt$digest" | base64
}

keep faults-token "$(secret)"
keep grafana-admin-password "$(secret)"
keep postgres-password "$(secret)"

roles=
for service in pizza-service pokedex-api position-simulator position-tracker; do
  role=${service//-/_}
  password=$(secret)
  roles+="$role $password"$'\n'
  keep "$service-postgres-url" "postgres://$role:$password@postgres:5432/$role"
done
keep postgres-roles "${roles%$'\n'}"

password=$(secret)
keep rabbitmq-admin-password "$password"
users='{"name":"admin","tags":["administrator"],"hashing_algorithm":"rabbit_password_hashing_sha256","password_hash":"'$(rabbitmq_hash "$password")'"}'
for service in pizza-service position-simulator position-tracker; do
  password=$(secret)
  users+=',{"name":"'$service'","tags":[],"hashing_algorithm":"rabbit_password_hashing_sha256","password_hash":"'$(rabbitmq_hash "$password")'"}'
  keep "$service-amqp-url" "amqp://$service:$password@rabbitmq:5672/company"
done
keep rabbitmq-users "{\"users\":[$users]}"

chmod 644 "$new"/*
mv "$new" "$folder"
trap - EXIT
echo "made the secrets of compose.yaml in $folder"
