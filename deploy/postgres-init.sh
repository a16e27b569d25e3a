#!/bin/sh
# Run by the official PostgreSQL image when its volume is empty: Hustings' roles and its database, with the passwords
# that deploy/make-secrets wrote. A later version may bring other roles: then, before it starts,
#
#   docker compose exec postgres /docker-entrypoint-initdb.d/hustings.sh
set -eu
PGPASSWORD=${PGPASSWORD:-$(cat /run/secrets/superuser_password)}
export PGPASSWORD
HUSTINGS_APP_PASSWORD=$(cat /run/secrets/app_password)
HUSTINGS_DOOR_PASSWORD=$(cat /run/secrets/door_password)
HUSTINGS_OPERATOR_PASSWORD=$(cat /run/secrets/operator_password)
export HUSTINGS_APP_PASSWORD HUSTINGS_DOOR_PASSWORD HUSTINGS_OPERATOR_PASSWORD
psql -X -q -U "$POSTGRES_USER" -d postgres -f /hustings/deploy/roles.psql
