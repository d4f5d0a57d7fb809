#!/bin/sh
# Installs Bittern as services of systemd. To be run as root; may be run again, for a new version or another interface.
#
#   install.sh --wheel bittern-0.1.0-….whl [--interface eth1]... [--prefix DIR] [--dry-run]
#
#   --wheel FILE        the wheel to install into an environment of its own
#   --requirements FILE exact versions with hashes (requirements/runtime.lock), which are then kept to
#   --environment DIR   an environment that has Bittern already, in the place of --wheel
#   --interface IF      a sensor at this interface; may be given several times
#   --prefix DIR        where the program goes (/opt/bittern)
#   --root DIR          writes below DIR, makes no users and begins nothing: for packages and for a look
#   --start             begins everything at once; without it the command that does is told
#   --dry-run           says what would be done, and does nothing
set -eu

here=$(cd "$(dirname "$0")" && pwd)
prefix=/opt/bittern root='' wheel='' requirements='' environment='' interfaces='' dry='' start=''
fail() { echo "install.sh: $1" >&2; exit "${2:-2}"; }
usage() { sed -n '2,/^set -eu/{/^set -eu/d;s/^# \{0,1\}//;p;}' "$0"; }

while [ $# -gt 0 ]; do
    case $1 in
        --dry-run) dry=1 ;;
        --start) start=1 ;;
        -h | --help) usage; exit 0 ;;
        --wheel | --requirements | --environment | --interface | --prefix | --root)
            [ $# -gt 1 ] || fail "$1 needs a value"
            case $1 in
                --wheel) wheel=$2 ;;
                --requirements) requirements=$2 ;;
                --environment) environment=$2 ;;
                --interface) interfaces="$interfaces $2" ;;
                --prefix) prefix=${2%/} ;;
                --root) root=${2%/} ;;
            esac
            shift ;;
        *) fail "$1 is no option; --help shows them" ;;
    esac
    shift
done

case $prefix in /*) ;; *) fail "--prefix $prefix: give a whole path, such as /opt/bittern" ;; esac
case $prefix in *[!A-Za-z0-9/._-]* | *..*) fail "--prefix $prefix: letters, digits and / . _ - only" ;; esac
for interface in $interfaces; do
    case $interface in *[!A-Za-z0-9._-]*) fail "--interface $interface: a name such as eth1" ;; esac
done
[ -z "$wheel" ] || [ -f "$wheel" ] || fail "--wheel $wheel: there is no such file" 4
[ -z "$requirements" ] || [ -f "$requirements" ] || fail "--requirements $requirements: there is no such file" 4
[ -n "$wheel$environment" ] || fail "give --wheel FILE, or --environment DIR"
[ -z "$environment" ] || [ -x "$environment/bin/bittern" ] || fail "--environment $environment: there is no bin/bittern" 4
[ -n "$dry$root" ] || [ "$(id -u)" = 0 ] || fail "run it as root, or look first with --dry-run" 5
[ -n "$dry$root" ] || command -v systemctl >/dev/null || fail "this machine has no systemd; use bittern run, or containers" 3

say() { printf '%s\n' "$*"; }
# do WHAT COMMAND...: tells what is done, and does it.
do_() { say "  $1"; shift; [ -n "$dry" ] || "$@"; }

say "Users and folders"
make_group() { getent group "$1" >/dev/null || groupadd --system "$1"; }
make_user() { getent passwd bittern >/dev/null || useradd --system --gid bittern --no-create-home --home-dir /var/lib/bittern \
    --shell /usr/sbin/nologin bittern; }
folder() { # MODE OWNER:GROUP PATH
    mkdir -p "$root$3"
    [ -n "$root" ] || chown "$2" "$root$3"
    chmod "$1" "$root$3"
}
if [ -z "$root" ]; then
    do_ "group bittern-spool: those who hand over and take what comes from sensors" make_group bittern-spool
    do_ "group bittern" make_group bittern
    do_ "user bittern: owns the store; runs worker, API and console (sensors have users that come and go with them)" make_user
fi
do_ "/etc/bittern: settings, of root" folder 0755 root:root /etc/bittern
do_ "/var/lib/bittern: store, reports, keys; of bittern alone" folder 0700 bittern:bittern /var/lib/bittern
do_ "/var/spool/bittern: the spools of sensors" folder 2770 root:bittern-spool /var/spool/bittern
do_ "/var/lib/bittern-content: content in force; sensors read it" folder 0755 bittern:bittern-spool /var/lib/bittern-content
do_ "/var/lib/bittern-content/running: what each sensor runs" folder 2770 bittern:bittern-spool /var/lib/bittern-content/running
do_ "/etc/bittern/trusted: public keys whose bundles are taken, of root" folder 0755 root:root /etc/bittern/trusted

say "Program in $prefix"
make_environment() {
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or later is needed" 3
    [ -x "$root$prefix/venv/bin/python" ] || python3 -m venv "$root$prefix/venv"
    pip="$root$prefix/venv/bin/python -m pip --disable-pip-version-check install --quiet"
    if [ -n "$requirements" ]; then
        $pip --require-hashes --requirement "$requirements"
        $pip --no-deps --force-reinstall "$wheel"
    else
        $pip --upgrade "$wheel"
    fi
}
link() { # TARGET PATH
    mkdir -p "$(dirname "$root$2")"
    ln -sfn "$1" "$root$2"
}
if [ -n "$environment" ]; then
    environment=$(cd "$environment" && pwd)
else
    do_ "environment $prefix/venv with $(basename "$wheel")${requirements:+, versions of $(basename "$requirements")}" make_environment
    environment=$prefix/venv
fi
do_ "$prefix/bin -> $environment/bin" link "$environment/bin" "$prefix/bin"
do_ "/usr/local/bin/bittern -> $prefix/bin/bittern" link "$prefix/bin/bittern" /usr/local/bin/bittern
put() { # MODE SOURCE PATH
    mkdir -p "$(dirname "$root$3")"
    sed "s,/opt/bittern,$prefix,g" "$2" >"$root$3.new"
    chmod "$1" "$root$3.new"
    mv "$root$3.new" "$root$3"
}
do_ "$prefix/libexec/prepare-interface" put 0755 "$here/prepare-interface" "$prefix/libexec/prepare-interface"

say "Units in /etc/systemd/system"
for unit in bittern.target bittern-interface@.service bittern-sensor@.service bittern-worker.service bittern-serve.service \
    bittern-content.service; do
    do_ "$unit" put 0644 "$here/$unit" "/etc/systemd/system/$unit"
done

say "Settings in /etc/bittern (those that are there stay)"
settle() { # NAME
    [ -e "$root/etc/bittern/$1" ] || { cp "$here/settings/$1" "$root/etc/bittern/$1" && chmod 0600 "$root/etc/bittern/$1"; }
}
for name in sensor.env worker.env serve.env store.env content.env; do
    do_ "$name" settle "$name"
done

[ -n "$root" ] || do_ "systemd reads its units again" systemctl daemon-reload
wants() { link "../bittern-sensor@.service" "/etc/systemd/system/bittern.target.wants/bittern-sensor@$1.service"; }
for interface in $interfaces; do
    if [ -n "$root" ]; then
        do_ "a sensor at $interface" wants "$interface"
    else
        do_ "a sensor at $interface" systemctl enable --quiet "bittern-sensor@$interface.service"
    fi
done
[ -n "$root" ] || do_ "everything begins with the machine" systemctl enable --quiet bittern.target bittern-worker.service bittern-serve.service

# Asks the machine too what services may not ask (see POLARS_SKIP_CPU_CHECK in the units).
[ -n "$root$dry" ] || "$prefix/bin/bittern" doctor || say "  the doctor complains, see above; install.sh may be run again"
if [ -n "$start" ] && [ -z "$root" ]; then
    do_ "begins" systemctl restart bittern.target
else
    say "Begin with:    systemctl start bittern.target"
fi
say "Sign in once:  cat /var/lib/bittern/first-sign-in   (as root, after the first start)"
say "Look:          systemctl status 'bittern*'; bittern doctor --data /var/lib/bittern"
