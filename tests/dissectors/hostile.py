"""Dissectors that misbehave when a Tare (function 0x32) comes by, and read Dosewire well otherwise."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections.abc import Iterable
from pathlib import Path

from sensors.dissector import Bad, Fact, Flow, Item, Need, Publication, Side
from sensors.dissectors.dosewire import TARE, Dosewire


class Misbehaves(Dosewire):
    """Does what it should not, once in a capture of `work.pcap`."""

    def message(self, side: Side, data: bytes, flow: Flow) -> Iterable[Fact]:
        if side == "client" and data[9] == TARE:
            self.misbehave(data)
        return super().message(side, data, flow)

    def misbehave(self, data: bytes) -> None:
        raise NotImplementedError


class Spins(Misbehaves):
    def misbehave(self, data: bytes) -> None:
        while True:
            pass


class Backtracks(Misbehaves):
    """In C, where no exception and no Python signal handler reaches it in time."""

    def misbehave(self, data: bytes) -> None:
        re.fullmatch(r"(a|aa)+b", "a" * 60)


class Sleeps(Misbehaves):
    def misbehave(self, data: bytes) -> None:
        time.sleep(60)


class Eats(Misbehaves):
    def misbehave(self, data: bytes) -> None:
        eaten = []
        while True:
            eaten.append(bytearray(1 << 20))


class Dies(Misbehaves):
    def misbehave(self, data: bytes) -> None:
        os.abort()


class Exits(Misbehaves):
    def misbehave(self, data: bytes) -> None:
        raise SystemExit(3)


class Raises(Misbehaves):
    def misbehave(self, data: bytes) -> None:
        raise KeyError("no such recipe")


class Scribbles(Misbehaves):
    """Writes where its answers go."""

    def misbehave(self, data: bytes) -> None:
        for descriptor in range(3, 10):
            try:
                os.write(descriptor, b"\xff" * 64)
            except OSError:
                continue


class Reaches(Misbehaves):
    """Tries what it may not do. Each try that succeeds would be a fact."""

    def message(self, side: Side, data: bytes, flow: Flow) -> Iterable[Fact]:
        if side == "client" and data[9] == TARE:
            done = [name for name in ("connect", "fork", "write", "spawn") if self._succeeds(name)]
            return [Publication([Item("publish", address="+".join(done) or "nothing")])]
        return super().message(side, data, flow)

    def _succeeds(self, name: str) -> bool:
        try:
            match name:
                case "connect":
                    socket.create_connection(("127.0.0.1", 9), 0.1)
                case "fork":
                    if os.fork() == 0:
                        os._exit(0)
                case "write":
                    Path("/tmp/dissector-was-here").write_text("x")
                case "spawn":
                    os.system("true")
        except ConnectionRefusedError:
            return True
        except Exception:
            return False
        return True


class Babbles(Misbehaves):
    """Says things that are no facts."""

    def message(self, side: Side, data: bytes, flow: Flow) -> Iterable[Fact]:
        if side == "client" and data[9] == TARE:
            return [Publication([Item("destroy.everything")])]
        return super().message(side, data, flow)


class Shrinks(Dosewire):
    """Takes messages of length 0."""

    def framing(self, side: Side, data: bytes) -> int | Need | Bad:
        return 0 if side == "server" else super().framing(side, data)


class Ignores(Spins):
    """Ignores the signal of the timer."""

    def misbehave(self, data: bytes) -> None:
        signal.signal(signal.SIGPROF, signal.SIG_IGN)
        super().misbehave(data)
