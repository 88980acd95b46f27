# Shared by the commands in this folder: where things are, how to say what happens, how to stop.
# Sourced, never run.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
RUN=${EDU_RUN_DIR:-$ROOT/.run}          # everything that is made here and can be thrown away
VENV=$RUN/venv
PY=$VENV/bin/python
ODOO_UNPACKED=$RUN/odoo                 # root of the unpacked Debian package
STARTED=$SECONDS
ROOT_CLUSTERS=/var/lib/edu-odoo        # where root keeps the private database servers

say() { printf '\033[1m==\033[0m %s\n' "$*"; }
took() { printf '   done in %d s: %s\n' $((SECONDS - $1)) "$2"; }
die() { printf '\nSTOPPED: %s\n' "$*" >&2; exit 1; }

# may_be_root: whether administrator rights can be had, if need be by asking for a password.
may_be_root() {
    [ "$(id -u)" -eq 0 ] && return
    command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }
}

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

missing_packages() {
    local name
    for name in "$@"; do
        dpkg-query -W -f '${db:Status-Abbrev}' "$name" 2>/dev/null | grep -q '^ii' || printf '%s ' "$name"
    done
}

# need_packages NAME…: install the Debian packages that are missing.
need_packages() {
    local missing
    read -ra missing <<< "$(missing_packages "$@")"
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || die "this machine has no apt-get; install by hand what corresponds to: ${missing[*]}"
    local from=$SECONDS
    say "installing ${missing[*]}"
    may_be_root || die "packages are missing, and installing them needs administrator rights. Run as root, then start again:
    apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null || die "apt-get update failed; check the machine's network and package sources"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null \
        || die "apt-get could not install: ${missing[*]}"
    took "$from" "packages"
}

# with_lock NAME COMMAND…: one at a time, so that two shells may start at once.
with_lock() {
    local name=$1; shift
    mkdir -p "$RUN"
    {
        flock -n 9 || { say "waiting for another shell to finish ($name)"; flock 9; }
        # What stays behind, like the database server, must not inherit the lock.
        "$@" 9>&-
    } 9>"$RUN/$name.lock"
}

# --- PostgreSQL -----------------------------------------------------------------------------
pg_bin() {
    local dir
    for dir in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV); do
        [ -x "$dir/initdb" ] && { echo "$dir"; return; }
    done
    command -v initdb >/dev/null && dirname "$(readlink -f "$(command -v initdb)")"
}

# as_pg COMMAND…: the server refuses to run as root, so root hands over to an unprivileged user.
as_pg() {
    if [ "$(id -u)" -eq 0 ]; then runuser -u "$PG_OS_USER" -- "$@"; else "$@"; fi
}

# pg_env: point PG* at the server that the caller named, or at the private one of this folder.
pg_env() {
    if [ -n "${PGHOST:-}${PGSERVICE:-}${PGHOSTADDR:-}" ]; then PRIVATE_PG=; return; fi
    PRIVATE_PG=1
    PG_OS_USER=$(id -un); [ "$PG_OS_USER" != root ] || PG_OS_USER=nobody
    # A cluster run by another user than the folder's needs a place that this user can reach.
    PG_DIR=$RUN/pg
    if [ "$(id -u)" -eq 0 ]; then PG_DIR=$ROOT_CLUSTERS/$(printf %s "$RUN" | cksum | cut -d' ' -f1); fi
    # A socket's path may have no more than 107 characters.
    PG_SOCKET=$PG_DIR/socket
    [ ${#PG_SOCKET} -lt 90 ] || PG_SOCKET=/tmp/edu-odoo-$(id -u)-$(printf %s "$RUN" | cksum | cut -d' ' -f1)
    export PGHOST=$PG_SOCKET PGUSER=odoo PGDATABASE=postgres PGPORT=5432
    unset PGPASSWORD
}

# remove_orphans: clusters that root made for folders that are gone.
remove_orphans() {
    local owner dir
    [ "$(id -u)" -eq 0 ] && [ -d "$ROOT_CLUSTERS" ] || return 0
    for owner in "$ROOT_CLUSTERS"/*/owner; do
        [ -s "$owner" ] && [ ! -d "$(cat "$owner")/data" ] || continue
        dir=$(dirname "$owner")
        say "removing the database cluster of $(cat "$owner"), which is gone"
        runuser -u nobody -- "$(pg_bin)/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1 || true
        rm -rf "$dir"
    done
}

pg_running() { [ -s "$PG_DIR/data/postmaster.pid" ] && as_pg "$(pg_bin)/pg_ctl" -D "$PG_DIR/data" status >/dev/null 2>&1; }

pg_start() {
    pg_env
    if [ -z "$PRIVATE_PG" ]; then check_given_server
    elif ! pg_running; then with_lock pg pg_start_private
    elif [ ! -e "$PG_DIR/owner" ]; then echo "$RUN" > "$PG_DIR/owner"
    fi
}

pg_start_private() {
    [ -n "$(pg_bin)" ] || need_packages postgresql postgresql-client
    local bin; bin=$(pg_bin)
    [ -n "$bin" ] || die "no PostgreSQL server binaries were found after installing the package postgresql"
    ! pg_running || return 0
    local from=$SECONDS
    mkdir -p "$PG_DIR" "$PG_SOCKET"
    echo "$RUN" > "$PG_DIR/owner"
    rm -rf "$PG_DIR/data.new"
    [ "$(id -u)" -ne 0 ] || chown -R "$PG_OS_USER" "$PG_DIR" "$PG_SOCKET"
    if [ ! -s "$PG_DIR/data/PG_VERSION" ]; then
        as_pg "$bin/initdb" -D "$PG_DIR/data.new" -U odoo -A trust -E UTF8 --locale=C.UTF-8 >/dev/null \
            || die "initdb failed in $PG_DIR/data.new"
        # A development server: commits are not awaited on disk, everything else is as shipped.
        as_pg sh -c "cat >> '$PG_DIR/data.new/postgresql.conf' && mv '$PG_DIR/data.new' '$PG_DIR/data'" <<CONF
listen_addresses = ''
max_connections = 200
shared_buffers = 512MB
work_mem = 32MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
synchronous_commit = off
# Tests roll back what they write: statistics taken in between would tell of empty tables, and ruin plans.
autovacuum_naptime = 1h
log_min_messages = fatal
CONF
    fi
    as_pg "$bin/pg_ctl" -D "$PG_DIR/data" -l "$PG_DIR/log" -o "-k '$PG_SOCKET'" -w -t 60 start >/dev/null \
        || die "the private PostgreSQL did not start; its log is $PG_DIR/log"
    took "$from" "private PostgreSQL started"
}

check_given_server() {
    command -v psql >/dev/null || need_packages postgresql-client
    psql -d "${PGDATABASE:-postgres}" -Atqc 'SELECT 1' >/dev/null \
        || die "the PostgreSQL server named by PGHOST=${PGHOST:-} does not answer; correct the PG* variables or unset them for a private server"
    [ "$(psql -d "${PGDATABASE:-postgres}" -Atqc 'SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user')" = t ] \
        || die "the PostgreSQL user ${PGUSER:-$USER} may not create databases. Run as an administrator of that server:  ALTER ROLE \"${PGUSER:-$USER}\" CREATEDB"
}

has_db() { [ "$(psql -d postgres -Atqc "SELECT 1 FROM pg_database WHERE datname = '$1'")" = 1 ]; }

# --- Odoo -------------------------------------------------------------------------------------
# odoo_paths: set ODOO_PATH (a folder whose child `odoo` is the Python package) and ADDONS_PATH.
odoo_paths() {
    ODOO_PATH=$(cat "$RUN/odoo.path" 2>/dev/null) || die "Odoo is not set up yet; run ./scripts/setup"
    local site; site=$("$PY" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
    ADDONS_PATH=$ROOT/addons
    [ ! -d "$ODOO_PATH/addons/web" ] || ADDONS_PATH+=,$ODOO_PATH/addons
    [ ! -d "$ODOO_PATH/odoo/addons/web" ] || ADDONS_PATH+=,$ODOO_PATH/odoo/addons
    [ ! -d "$site/odoo/addons" ] || ADDONS_PATH+=,$site/odoo/addons
    export PYTHONPATH=$ODOO_PATH${PYTHONPATH:+:$PYTHONPATH}
    export PATH=$VENV/bin:$PATH
}

# odoo_config: write the configuration that every command here uses; prints its path.
odoo_config() {
    local conf=$RUN/odoo.conf new=$RUN/odoo.conf.$$
    sed -e "s#@ADDONS_PATH@#$ADDONS_PATH#" -e "s#@DATA_DIR@#$RUN/data#" "$ROOT/config/odoo.conf.in" > "$new"
    if cmp -s "$new" "$conf"; then rm "$new"; else mv "$new" "$conf"; fi
    echo "$conf"
}

# prepare: everything in place and started; afterwards $PY runs Odoo with the configuration $CONF.
prepare() {
    "$ROOT/scripts/setup"
    pg_start
    odoo_paths
    CONF=$(odoo_config)
    export ODOO_RC=$CONF
    # Visitors beyond these wait for a thread. Without a limit each takes connections of the database until none
    # is left, and the next one gets an error; a request of the older API takes three of the 64.
    export ODOO_MAX_HTTP_THREADS=${ODOO_MAX_HTTP_THREADS:-20}
}
