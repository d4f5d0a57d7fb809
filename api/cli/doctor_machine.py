"""Checks of the machine that `bittern doctor` makes: rights to capture, its clock, the interfaces to listen to."""

from __future__ import annotations

import ctypes
import os
import subprocess
from contextlib import suppress
from pathlib import Path

from api.cli.doctor_findings import Check, Patient
from api.cli.interfaces_here import NETWORK, addresses
from sensors.offloads import joined, stop_joining

NET_RAW = 1 << 13
UNSYNCHRONISED = 0x40
"""STA_UNSYNC of adjtimex(2)."""
CLOCK_ERROR = 5
"""What adjtimex(2) gives for a clock that nobody keeps right (TIME_ERROR)."""
SYSTEMD = Path("/run/systemd/system")


def check_privileges(patient: Patient) -> Check:
    """Listening needs CAP_NET_RAW, and a system that lets a process give up what it could send with."""
    lines = Path("/proc/self/status").read_text().splitlines()
    held = next((int(line.split()[1], 16) for line in lines if line.startswith("CapEff:")), 0)
    seals = Path("/proc/sys/kernel/seccomp/actions_avail")
    if not seals.exists() or "errno" not in seals.read_text():
        return Check("privileges", "fail", "doctor.no_seccomp", {}, "doctor.no_seccomp_fix")
    if held & NET_RAW:
        return Check("privileges", "ok", "doctor.may_listen")
    if patient.interfaces:
        return Check("privileges", "fail", "doctor.may_not_listen", {}, "doctor.may_not_listen_fix")
    return Check("privileges", "ok", "doctor.may_not_listen")


def check_clock(_: Patient) -> Check:
    """Whether somebody keeps the clock right: without, alerts of two sensors are told in the wrong order."""
    state = (ctypes.c_byte * 512)()  # larger than struct timex anywhere; zeros ask and change nothing
    result = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(state))
    if result < 0:
        return Check("clock", "warn", "doctor.clock_unknown", {"why": os.strerror(ctypes.get_errno())})
    # struct timex: modes (int), offset, freq, maxerror, esterror (long), status (int).
    word = ctypes.sizeof(ctypes.c_long)
    worst = ctypes.c_long.from_buffer(state, 3 * word).value
    status = ctypes.c_int.from_buffer(state, 5 * word).value
    if result == CLOCK_ERROR or status & UNSYNCHRONISED:
        return Check("clock", "warn", "doctor.clock_free", {}, "doctor.clock_fix")
    return Check("clock", "ok", "doctor.clock", {"ms": f"{worst / 1000:.1f}"})


def check_interfaces(patient: Patient) -> list[Check]:
    """Each one that was named; none when none was."""
    return [_interface(name) for name in patient.interfaces]


def _interface(name: str) -> Check:
    found: dict[str, object] = {"interface": name}
    check = f"interface:{name}"
    folder = NETWORK / name
    if not folder.exists():
        here = ", ".join(sorted(each.name for each in NETWORK.iterdir()))
        return Check(check, "fail", "doctor.no_interface", found | {"here": here})
    if used := addresses(name):
        return Check(
            check,
            "fail",
            "doctor.interface_used",
            found | {"addresses": ", ".join(used)},
            "doctor.interface_used_fix",
        )
    with suppress(OSError):
        if (names := joined(name)) is not None and names:
            return Check(
                check,
                "warn",
                "doctor.interface_joins",
                found | {"names": ", ".join(names), "words": " ".join(f"{each} off" for each in names)},
                "doctor.interface_joins_fix",
                lambda: stop_joining(name),
            )
    up = int((folder / "flags").read_text(), 16) & 1
    link = (folder / "operstate").read_text().strip()
    if not up or link == "down":
        return Check(check, "warn", "doctor.interface_down", found, "doctor.interface_down_fix")
    return Check(check, "ok", "doctor.interface", found)


def check_services(_: Patient) -> Check | None:
    """Whether the services of systemd run, where they are installed."""
    if not SYSTEMD.exists() or not Path("/etc/systemd/system/bittern.target").exists():
        return None
    command = ["systemctl", "list-units", "--all", "--plain", "--no-legend", "--state=failed", "bittern*"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    failed = [line.split()[0] for line in done.stdout.splitlines() if line.strip()]
    if failed:
        return Check("services", "fail", "doctor.services_failed", {"names": ", ".join(failed)}, "doctor.services_fix")
    return Check("services", "ok", "doctor.services")
