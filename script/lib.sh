# Sourced by the other scripts: where PostgreSQL is and as whom it runs.

# Prints the directory of the newest PostgreSQL (15 or later) on this machine; fails when there is none.
postgres_bin() {
  local found
  found=$(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null | sort -V | tail -n 1)
  [ -n "$found" ] || found=$(dirname "$(command -v postgres)" 2>/dev/null) || return 1
  [ -x "$found/initdb" ] && [ -x "$found/postgres" ] && printf '%s\n' "$found"
}

# Prints the user that PostgreSQL has to run as, which is never root; nothing when it is the one who calls.
cluster_user() {
  [ "$(id -u)" -eq 0 ] || return 0
  if id hustings >/dev/null 2>&1; then echo hustings; else echo postgres; fi
}
