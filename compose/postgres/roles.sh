#!/usr/bin/env bash
# One database and one role a service, made when the server starts for the first time. A role owns
# the schema of its name in its own database, and may connect to no other.
#
# The official image runs this as POSTGRES_USER, before the server listens on the network.
set -euo pipefail

sql() { psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" "$@"; }

sql --dbname postgres <<'SQL'
REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC;
SQL

# Lines of a name, which is the role's, the database's and the schema's, and its password.
while read -r name password; do
  sql --dbname postgres -v name="$name" -v password="$password" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password' CONNECTION LIMIT 20
  NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
CREATE DATABASE :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"name" TO :"name";
ALTER ROLE :"name" SET search_path = :"name";
SQL
  sql --dbname "$name" -v name="$name" <<'SQL'
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA AUTHORIZATION :"name";
SQL
done </run/secrets/postgres-roles
