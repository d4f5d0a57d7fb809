"""A disk of a test's own whose power can be cut and which can fail: a real ext4 in a file, over a loop device.

Cutting its power is the file system's own shutdown, without its log (`ext4_shutdown`; xfstests tries file systems by
it): from then on nothing reaches the disk, and what was in the memory of the kernel alone, not synchronised yet, is
gone. Mounted again the journal is replayed, as after a real power cut. What it does not show: a disk that lies about
what it has written, and sectors that are half written.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.needs import allowed

SHUTDOWN, WITHOUT_LOG = 0x8004587D, 2
"""EXT4_IOC_SHUTDOWN and EXT4_GOING_FLAGS_NOLOGFLUSH of fs/ext4/ext4.h."""


@dataclass
class LoopDisk:
    """A disk: where it is mounted, the file that it is, and its device."""

    folder: Path
    image: Path
    device: str = ""

    def cut_power(self) -> None:
        """Nothing reaches it any more; whoever writes gets an error. It must be mounted again."""
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, SHUTDOWN, struct.pack("I", WITHOUT_LOG))
        finally:
            os.close(handle)

    def fail(self) -> None:
        """The file system finds an error in itself, and lets nobody write any more: read-only, as it is mounted."""
        Path("/sys/fs/ext4", Path(self.device).name, "trigger_fs_error").write_text("a test")

    def mount(self) -> None:
        """A device of its own each time: `ip netns exec` of somebody else copies the mounts of this moment, and what it
        holds on to is the file system that has ended."""
        self.device = _run("losetup", "--find", "--show", str(self.image))
        _run("mount", "-o", "errors=remount-ro", self.device, str(self.folder))

    def unmount(self) -> None:
        _run("umount", str(self.folder))
        _run("losetup", "--detach", self.device)

    def mount_again(self) -> None:
        """What is on it is there again. Nothing may be open."""
        self.unmount()
        self.mount()


@contextmanager
def loop_disk(folder: Path, megabytes: int = 256) -> Iterator[LoopDisk]:
    """A disk mounted on a folder; skips where none can be."""
    folder.mkdir(parents=True)
    made = LoopDisk(folder, folder.with_name(f"{folder.name}.image"))
    with made.image.open("wb") as file:
        file.truncate(megabytes << 20)
    try:
        _run(shutil.which("mkfs.ext4") or "/usr/sbin/mkfs.ext4", "-q", "-F", str(made.image))
        made.mount()
    except (OSError, subprocess.CalledProcessError) as error:
        allowed(False, "disk in a file", f"run as root on Linux, with ext4 and loop devices: {error}")
    try:
        yield made
    finally:
        made.unmount()
        made.image.unlink()


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
