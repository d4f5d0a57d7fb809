"""The process that listens has no way to send: tried for real, from inside, after it was sealed."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest

from tests.live.sensing import sensor
from tests.live.test_sensor import udp
from tests.live.wire import NEAR, send, wire
from tests.needs import PROJECT

INSIDE = """
import ctypes, errno, json, os, socket, subprocess, sys, tempfile, threading
from sensors.interfaces import OpenInterfaces

libc = ctypes.CDLL(None, use_errno=True)
opened = OpenInterfaces([sys.argv[1]], ring_mib=4)
(descriptor,) = [int(n) for n in os.listdir("/proc/self/fd") if int(n) >= 900]
frame = bytes(60)
opened.seal()
found = {}

def attempt(name, call):
    try:
        result = call()
        found[name] = errno.errorcode[ctypes.get_errno()] if result == -1 else "done"
    except OSError as error:
        found[name] = errno.errorcode[error.errno]

def native(name, *arguments):
    ctypes.set_errno(0)
    attempt(name, lambda: getattr(libc, name)(*arguments))

for family in (socket.AF_INET, socket.AF_PACKET, socket.AF_UNIX, socket.AF_NETLINK):
    attempt(f"socket {family.name}", lambda: socket.socket(family, socket.SOCK_RAW))
attempt("write", lambda: os.write(descriptor, frame))
attempt("writev", lambda: os.writev(descriptor, [frame]))
attempt("dup", lambda: os.dup(descriptor))
attempt("dup2", lambda: os.dup2(descriptor, 50))
attempt("close", lambda: os.close(descriptor))
with tempfile.TemporaryFile() as file:
    file.write(frame)
    file.flush()
    attempt("sendfile", lambda: os.sendfile(descriptor, file.fileno(), 0, 60))
    attempt("splice", lambda: os.splice(file.fileno(), descriptor, 60))
native("send", descriptor, frame, 60, 0)
native("sendto", descriptor, frame, 60, 0, None, 0)
native("sendmsg", descriptor, bytes(56), 0)
native("syscall", 425, 8, bytes(120))
found["io_uring"] = found.pop("syscall")
native("syscall", 307 if sys.maxsize and os.uname().machine == "x86_64" else 269, descriptor, bytes(64), 1, 0)
found["sendmmsg"] = found.pop("syscall")
native("setsockopt", descriptor, 263, 13, bytes(28), 28)
found["ring to send from"] = found.pop("setsockopt")
native("ptrace", 16, os.getppid(), 0, 0)

of_thread = {}
def in_thread():
    try:
        os.write(descriptor, frame)
    except OSError as error:
        of_thread["write"] = errno.errorcode[error.errno]
thread = threading.Thread(target=in_thread)
thread.start()
thread.join()
found["write in a thread"] = of_thread.get("write", "done")

child = "import socket\\ntry:\\n socket.socket()\\nexcept PermissionError: print('EPERM')\\nelse: print('done')"
done = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True)
found["socket in a child"] = done.stdout.strip()
status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines())
privileges = {name: status[name].strip() for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp")}
print(json.dumps({"attempts": found, "privileges": privileges}))
"""


def test_every_way_to_send_is_refused(tmp_path: Path) -> None:
    with wire() as made:
        done = subprocess.run(
            ["ip", "netns", "exec", made.sensor, sys.executable, "-c", INSIDE, NEAR],
            cwd=PROJECT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert made.transmitted() == 0
    told = json.loads(done.stdout)
    assert set(told["attempts"].values()) == {"EPERM"}, told["attempts"]
    assert len(told["attempts"]) >= 18
    privileges = told["privileges"]
    assert privileges.pop("NoNewPrivs") == "1"
    assert privileges.pop("Seccomp") == "2"
    assert set(privileges.values()) == {"0" * 16}


@pytest.mark.timeout(120)
def test_a_running_sensor_is_sealed_in_all_its_threads(tmp_path: Path) -> None:
    with wire() as made, sensor(made, tmp_path) as running:
        running.wait_for("listens to")
        with made.sender_socket() as sender:
            send(sender, [(0.0, udp(number)) for number in range(100)])
        time.sleep(0.5)
        threads = list(Path(f"/proc/{running.process.pid}/task").iterdir())
        for thread in threads:
            status = (thread / "status").read_text().splitlines()
            held = {line.split(":")[0]: line.split()[1] for line in status if line.startswith(("Cap", "Sec", "NoNew"))}
            assert held["CapPrm"] == held["CapEff"] == "0" * 16
            assert held["Seccomp"] == "2"
        assert len(threads) > 1
        assert running.stop() == 0, running.said
        assert made.transmitted() == 0


@pytest.mark.timeout(120)
def test_it_goes_on_as_a_plain_user(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    spool = tmp_path / "spool"
    with wire() as made, sensor(made, spool, "--user", "nobody") as running:
        for parent in tmp_path.parents:
            if parent.stat().st_uid == 0 and parent.name.startswith("pytest"):
                parent.chmod(0o755)
        if not _reads_the_program("nobody"):
            running.wait_for("nobody may not read")
            assert running.process.wait(60) == 5
            return
        running.wait_for("listens to")
        status = Path(f"/proc/{running.process.pid}/status").read_text().splitlines()
        (uids,) = [line.split()[1:] for line in status if line.startswith("Uid:")]
        assert set(uids) != {"0"}
        with made.sender_socket() as sender:
            send(sender, [(0.0, udp(number)) for number in range(10)])
        time.sleep(0.5)
        assert running.stop() == 0, running.said
        running.wait_for("10 packets")
    assert spool.stat().st_uid != 0


def _reads_the_program(user: str) -> bool:
    """Whether a user may read the Python that runs these tests; it may lie below /root."""
    become = ["setpriv", "--reuid", user, "--regid", "65534", "--clear-groups"]
    done = subprocess.run([*become, "test", "-r", sysconfig.get_path("stdlib")], check=False)
    return done.returncode == 0
