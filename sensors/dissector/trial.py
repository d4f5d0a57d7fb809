"""Whether a dissector can be begun on this machine: its process, once, without traffic."""

from __future__ import annotations

import socket
import struct
import subprocess

from sensors.dissector.launch import launch
from sensors.fields import Declared

PATIENCE = 30.0
"""Seconds, as in the core (`binding/src/process.rs`)."""


def trial(declared: Declared) -> str | None:
    """Begins its process and ends it: what it says for not being ready, None when it is."""
    began = launch(declared)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        nothing = subprocess.DEVNULL
        environment = dict(began.environment)
        process = subprocess.Popen(
            began.command, stdin=theirs.fileno(), stdout=nothing, stderr=nothing, env=environment, cwd="/"
        )
        theirs.close()
        ours.settimeout(PATIENCE)
        try:
            return _first_words(ours)
        except TimeoutError:
            return "timeout"
        finally:
            process.kill()
            process.wait()


def _first_words(connection: socket.socket) -> str | None:
    with connection.makefile("rb") as reader:
        head = reader.read(4)
        said = reader.read(*struct.unpack("<I", head)) if len(head) == 4 else b""
    if said[:1] == b"\0":
        return None
    return said[1:].decode("utf-8", "replace") or "the process ended"
