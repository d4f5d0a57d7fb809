"""A host of the plant: a thread in a network namespace of its own, with an event loop.

The namespaces have no name: the kernel frees them with the process, even after kill -9, so nothing can be left behind.
"""

from __future__ import annotations

import asyncio
import ctypes
import fcntl
import os
import signal
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")

_WORKERS = 32  # blocking pieces of work of one host at a time; each client of a blocking stack is one
_CLONE_NEWNET = 0x40000000  # linux/sched.h
_SIOCETHTOOL = 0x8946  # linux/sockios.h
_ETHTOOL_STXCSUM = 0x17  # linux/ethtool.h
_DIE_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--")  # of util-linux; it becomes the program itself
_LIBC = ctypes.CDLL(None, use_errno=True)


class PlantError(Exception):
    """The plant cannot be built or run here; the text says what is missing and how to mend it."""


class Namespace:
    """A network namespace with a thread that lives in it.

    name: for messages only. Raises PlantError when the kernel refuses a namespace.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.tid = 0
        self.loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._refused = ""
        self._children: list[subprocess.Popen[bytes]] = []
        self._thread = threading.Thread(target=self._live, name=name, daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._refused:
            raise PlantError(self._refused)

    def _live(self) -> None:
        if _LIBC.unshare(_CLONE_NEWNET) != 0:
            reason = os.strerror(ctypes.get_errno())
            self._refused = (
                f"network namespace for {self.name}: {reason}. Run as root, or where the kernel allows user namespaces "
                "as any user (compose.plant starts itself again under `unshare -Urn` then)"
            )
            self._ready.set()
            return
        self.tid = threading.get_native_id()
        asyncio.set_event_loop(self.loop)
        self.loop.call_soon(self._ready.set)
        self.loop.set_default_executor(ThreadPoolExecutor(_WORKERS, self.name))
        self.loop.run_forever()

    def start(self, work: Coroutine[object, object, Result]) -> Future[Result]:
        """Start a coroutine in the namespace and return at once; cancel the future to stop it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def run(self, work: Coroutine[object, object, Result], timeout: float = 120.0) -> Result:
        """Run a coroutine in the namespace and wait for its result; timeout in seconds."""
        return self.start(work).result(timeout)

    def call(self, function: Callable[..., Result], *arguments: object, timeout: float = 120.0) -> Result:
        """Run a blocking function in a thread of the namespace and wait for its result."""
        return self.begin(function, *arguments).result(timeout)

    def begin(self, function: Callable[..., Result], *arguments: object) -> Future[Result]:
        """Start a blocking function in a thread of the namespace and return at once."""

        async def in_worker() -> Result:
            return await self.loop.run_in_executor(None, lambda: function(*arguments))

        return self.start(in_worker())

    def command(self, *words: str) -> str:
        """Run a program in the namespace to its end; return what it printed. Raises PlantError when it fails."""
        done = self.call(lambda: subprocess.run(words, capture_output=True, text=True, check=False))
        if done.returncode != 0:
            raise PlantError(f"{self.name}: `{' '.join(words)}` failed: {done.stderr.strip()}")
        return done.stdout

    def ip_batch(self, lines: Sequence[str]) -> None:
        """Run several `ip` commands at once in the namespace."""
        text = "\n".join(lines) + "\n"
        done = self.call(
            lambda: subprocess.run(["ip", "-batch", "-"], input=text, capture_output=True, text=True, check=False)
        )
        if done.returncode != 0:
            raise PlantError(f"{self.name}: ip failed: {done.stderr.strip()} in\n{text}")

    def daemon(self, words: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
        """Start a program in the namespace in the background; it dies with the plant. log: file for what it prints."""

        async def spawn() -> subprocess.Popen[bytes]:  # in the loop's thread: PDEATHSIG follows the thread
            with log.open("ab") as out:
                return subprocess.Popen([*_DIE_WITH_US, *words], stdout=out, stderr=out)

        child = self.run(spawn())
        self._children.append(child)
        return child

    def system_setting(self, path: str, value: str) -> None:
        """Write a /proc/sys setting of this namespace."""
        self.call(lambda: Path("/proc/sys", path).write_text(value))

    def checksums_in_software(self, interface: str = "eth0") -> None:
        """Switch transmit checksum offload off: else every TCP checksum in the capture is wrong."""
        self.call(_transmit_checksum_off, interface)

    def close(self) -> None:
        """Stop programs, tasks and the thread; the kernel then frees the namespace."""
        for child in self._children:
            stop_child(child)
        if self._thread.is_alive():
            try:
                self.run(_cancel_all(), timeout=10)
            finally:
                self.loop.call_soon_threadsafe(self.loop.stop)
                self._thread.join(5)
        if not self.loop.is_running():
            self.loop.close()


def stop_child(child: subprocess.Popen[bytes], stop_signal: int = signal.SIGTERM) -> None:
    """End a program that the plant started: politely first, by force after 3 seconds."""
    if child.poll() is not None:
        return
    child.send_signal(stop_signal)
    try:
        child.wait(3)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _transmit_checksum_off(interface: str) -> None:
    setting = bytearray(struct.pack("II", _ETHTOOL_STXCSUM, 0))
    buffer = (ctypes.c_char * len(setting)).from_buffer(setting)
    request = struct.pack("16sP", interface.encode(), ctypes.addressof(buffer))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SIOCETHTOOL, request.ljust(40, b"\0"))


async def _cancel_all() -> None:
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
    await asyncio.get_running_loop().shutdown_default_executor()
