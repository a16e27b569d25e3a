# Sourced by the other scripts: where PostgreSQL is, as whom it runs, and how a missing tool is installed.

# Prints the directory of the newest PostgreSQL (15 or later) on this machine; fails when there is none.
postgres_bin() {
  local found
  found=$(find /usr/lib/postgresql /usr/pgsql-* -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
  [ -n "$found" ] && [ -x "$found/initdb" ] && printf '%s\n' "$found"
}

# cluster_user DIRECTORY: prints the user that PostgreSQL has to run as, which is never root: the owner of the cluster
# that is in DIRECTORY, or of one to be made there. Prints nothing when it is the one who calls.
cluster_user() {
  [ "$(id -u)" -eq 0 ] || return 0
  if [ -d "$1/cluster" ]; then stat -c %U "$1/cluster"
  elif id hustings >/dev/null 2>&1; then echo hustings
  else echo postgres; fi
}

# need WHAT TEST PACKAGE…: installs the packages when the command TEST fails; without root says what to run instead.
need() {
  local what=$1 test=$2
  shift 2
  if eval "$test" >/dev/null 2>&1; then return; fi
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "$what is missing. On Debian: sudo apt-get install $*" >&2
    exit 1
  fi
  echo "Installing $what ($*)."
  if [ -z "${apt_updated:-}" ]; then
    apt-get update -qq
    apt_updated=yes
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
