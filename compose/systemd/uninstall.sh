#!/bin/sh
# Takes Bittern's services from this machine. What was found (/var/lib/bittern), what waits (/var/spool/bittern) and the
# settings (/etc/bittern) stay, unless --purge is given, which cannot be undone. To be run as root; may be run again.
#
#   uninstall.sh [--prefix DIR] [--purge] [--root DIR] [--dry-run]
set -eu

prefix=/opt/bittern root='' dry='' purge=''
fail() { echo "uninstall.sh: $1" >&2; exit "${2:-2}"; }
while [ $# -gt 0 ]; do
    case $1 in
        --dry-run) dry=1 ;;
        --purge) purge=1 ;;
        -h | --help) sed -n '2,/^set -eu/{/^set -eu/d;s/^# \{0,1\}//;p;}' "$0"; exit 0 ;;
        --prefix | --root)
            [ $# -gt 1 ] || fail "$1 needs a value"
            case $1 in --prefix) prefix=${2%/} ;; --root) root=${2%/} ;; esac
            shift ;;
        *) fail "$1 is no option; --help shows them" ;;
    esac
    shift
done
case $prefix in *[!A-Za-z0-9/._-]* | *..*) fail "--prefix $prefix: letters, digits and / . _ - only" ;; esac
case $prefix in /?*/?*) ;; *) fail "--prefix $prefix: that would take more than Bittern; give the folder it was put into" ;; esac
[ -n "$dry$root" ] || [ "$(id -u)" = 0 ] || fail "run it as root, or look first with --dry-run" 5

say() { printf '%s\n' "$*"; }
do_() { say "  $1"; shift; [ -n "$dry" ] || "$@"; }
units=$root/etc/systemd/system

if [ -z "$root" ] && command -v systemctl >/dev/null; then
    say "Services"
    do_ "end, the sensors first" sh -c "systemctl stop 'bittern-sensor@*.service' bittern.target bittern-worker.service bittern-serve.service bittern-content.service || true"
    do_ "no longer begin with the machine" sh -c "systemctl disable --quiet bittern.target bittern-worker.service bittern-serve.service bittern-content.service 2>/dev/null || true"
fi
say "Units and program"
do_ "/etc/systemd/system/bittern*" rm -rf "$units/bittern.target" "$units/bittern.target.wants" "$units/bittern-interface@.service" \
    "$units/bittern-sensor@.service" "$units/bittern-worker.service" "$units/bittern-serve.service" \
    "$units/bittern-content.service"
# Only what the installation made: an environment of somebody else, and what else lies there, stays.
[ ! -x "$root$prefix/venv/bin/bittern" ] || do_ "$prefix/venv" rm -rf "$root$prefix/venv"
[ ! -L "$root$prefix/bin" ] || do_ "$prefix/bin" rm "$root$prefix/bin"
do_ "$prefix/libexec/prepare-interface" rm -f "$root$prefix/libexec/prepare-interface"
empty() { rmdir "$root$prefix/libexec" "$root$prefix" 2>/dev/null || true; }
do_ "$prefix, if nothing else is in it" empty
[ "$(readlink "$root/usr/local/bin/bittern" || true)" != "$prefix/bin/bittern" ] ||
    do_ "/usr/local/bin/bittern" rm "$root/usr/local/bin/bittern"
if [ -z "$root" ] && command -v systemctl >/dev/null; then
    do_ "systemd reads its units again" systemctl daemon-reload
fi
if [ -n "$purge" ]; then
    say "What was found, what waits, settings, users"
    for folder in /var/lib/bittern /var/lib/bittern-content /var/lib/bittern-sensor /var/lib/private/bittern-sensor /var/spool/bittern /etc/bittern; do
        do_ "$folder" rm -rf "$root$folder"
    done
    if [ -z "$root" ]; then
        do_ "user bittern, groups bittern and bittern-spool" sh -c \
            "userdel bittern 2>/dev/null || true; groupdel bittern 2>/dev/null || true; groupdel bittern-spool 2>/dev/null || true"
    fi
else
    say "Kept: /var/lib/bittern, /var/lib/bittern-content, /var/lib/bittern-sensor, /var/spool/bittern, /etc/bittern, user bittern (--purge takes them too)"
fi
