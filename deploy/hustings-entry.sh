#!/bin/sh
# Makes the database's URLs from the passwords that deploy/make-secrets wrote, for any command in the container.
set -eu
url() { printf 'postgres://%s:%s@%s/hustings' "$1" "$(cat "/run/secrets/$2")" "${HUSTINGS_DATABASE_HOST:-postgres}"; }
if [ -r /run/secrets/app_password ]; then
  DATABASE_URL=$(url hustings_app app_password)
  HUSTINGS_DOOR_URL=$(url hustings_door door_password)
  HUSTINGS_OWNER_URL=$(url hustings_operator operator_password)
  export DATABASE_URL HUSTINGS_DOOR_URL HUSTINGS_OWNER_URL
fi
exec hustings "$@"
