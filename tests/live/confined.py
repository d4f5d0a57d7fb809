"""Begins a command under what a systemd unit takes away, as far as that can be had without systemd's service manager:

    python -m tests.live.confined UNIT FOLDER COMMAND...

capabilities, no new privileges, a user without a name, system calls, address families, memory that is never writable
and executable, processes of others hidden, and every file read-only save those below FOLDER. To be run as root in a
network namespace; mounts are made in a namespace of this process alone, so that nothing changes for others.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

USER = 61_234
"""Of those that systemd gives to dynamic users; it has no name here."""
PROJECT = Path(__file__).resolve().parents[2]
CAP = {"CAP_NET_RAW": 13, "CAP_NET_ADMIN": 12}
SYSTEMD_LIBSECCOMP = "libseccomp.so.2"
ALLOW, ERRNO, EQUAL = 0x7FFF0000, 0x00050000, 4
NO_NEW_PRIVS, MDWE, AMBIENT, RAISE = 38, 65, 47, 2
NEW_MOUNTS = 0x00020000
HELD = "/mnt"
"""Where what is shown is held for a moment."""


class Argument(ctypes.Structure):
    """`struct scmp_arg_cmp`."""

    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def settings(unit: Path) -> dict[str, list[str]]:
    """What a unit says, in order, by name."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def members(name: str) -> set[str]:
    """System calls of a name or of a set, as systemd knows them."""
    if not name.startswith("@"):
        return {name}
    done = subprocess.run(
        ["systemd-analyze", "syscall-filter", "--no-pager", name], capture_output=True, text=True, check=True
    )
    words = [line.strip() for line in done.stdout.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
    return set().union(*(members(word) for word in words))


def allowed_calls(lines: list[str]) -> set[str]:
    """The calls that several lines of SystemCallFilter= leave, the first one an allow list (systemd.exec(5))."""
    calls: set[str] = set()
    for line in lines:
        named = set().union(*(members(word) for word in line.removeprefix("~").split()))
        calls = calls - named if line.startswith("~") else calls | named
    return calls


def filter_calls(calls: set[str], families: list[str]) -> None:
    """Lays the filter on this process and all that it begins."""
    library = ctypes.CDLL(SYSTEMD_LIBSECCOMP)
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ERRNO | errno.EPERM))
    for name in sorted(calls - {"socket"}):
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # those of other architectures have none
            library.seccomp_rule_add_array(context, ALLOW, number, 0, None)
    number = library.seccomp_syscall_resolve_name(b"socket")
    for family in families:
        one = Argument(0, EQUAL, int(getattr(socket, family)), 0)
        library.seccomp_rule_add_array(context, ALLOW, number, 1, ctypes.byref(one))
    if library.seccomp_load(context) != 0:
        raise OSError("seccomp_load")


def hide_files(folder: Path) -> None:
    """Everything read-only but one folder, and no process of others, in mounts of this process alone."""
    if ctypes.CDLL(None, use_errno=True).unshare(NEW_MOUNTS) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    mount("--make-rprivate", "/")
    open_ways([Path(sys.base_prefix), PROJECT, folder])
    mount("--bind", str(folder), str(folder))
    mount("-t", "proc", "-o", "subset=pid,hidepid=invisible", "proc", "/proc")
    mount("-o", "remount,bind,ro", "/")


def open_ways(paths: list[Path]) -> None:
    """Shows folders to other users though they lie in a closed one, such as the home of root: for this process the
    closed one becomes an empty one with nothing but these in it."""
    mount("-t", "tmpfs", "tmpfs", HELD)
    closed = {place for path in paths for place in path.parents if not place.stat().st_mode & 0o001}
    for number, place in enumerate(sorted(each for each in closed if not closed & set(each.parents))):
        within = [path for path in paths if place in path.parents]
        held = [Path(HELD, f"{number}-{index}") for index in range(len(within))]
        for path, hold in zip(within, held, strict=True):
            hold.mkdir()
            mount("--rbind", str(path), str(hold))
        mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", str(place))
        for path, hold in zip(within, held, strict=True):
            path.mkdir(parents=True, exist_ok=True)
            mount("--rbind", str(hold), str(path))


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True)


def main() -> None:
    unit, folder, command = settings(Path(sys.argv[1])), Path(sys.argv[2]), sys.argv[3:]
    calls = allowed_calls(unit["SystemCallFilter"])
    bounding = [CAP[name] for name in unit["CapabilityBoundingSet"][0].split()]
    hide_files(folder)
    os.chdir(PROJECT)
    control = ctypes.CDLL(None, use_errno=True).prctl
    for capability in range(41):
        if capability not in bounding:
            control(24, capability, 0, 0, 0)
    control(8, 1, 0, 0, 0)  # capabilities are kept when the user changes
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)
    mask = sum(1 << capability for capability in bounding)
    header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    if ctypes.CDLL(None, use_errno=True).capset(header, data) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    for capability in bounding:
        control(AMBIENT, RAISE, capability, 0, 0)
    os.umask(int(unit["UMask"][0], 8))
    control(NO_NEW_PRIVS, 1, 0, 0, 0)
    control(MDWE, 1, 0, 0, 0)  # kernels before 6.3 do not know it
    filter_calls(calls, unit["RestrictAddressFamilies"][0].split())
    given = dict(line.split("=", 1) for line in unit["Environment"] if "%" not in line)
    os.execve(command[0], command, {**os.environ, **given})


if __name__ == "__main__":
    main()
