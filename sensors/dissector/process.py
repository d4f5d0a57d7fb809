"""The process of a dissector: loads it, gives up what it does not need, answers questions until its socket is closed.

Limits: address space, processor time for each question and on average (the kernel ends the process), no file written,
no process begun, no connection made. They hold honest mistakes and hostile bytes; they are no sandbox against a package
that wants to do harm, which must not be installed in the first place.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import socket
import struct
import sys
import time
import traceback
from collections import OrderedDict
from typing import Any, NoReturn

from sensors.dissector.encoding import Encoder, Nonsense
from sensors.dissector.protocol import Dissector, Flow, Side

PROBE, READ, RESYNCHRONISE = 1, 2, 3
TRANSPORTS = {6: "tcp", 17: "udp", 255: "ethernet"}
SIDES: tuple[Side, Side] = ("client", "server")
MESSAGES = 64
"""Messages read in one answer."""
FLOWS = 16_384
"""Flows remembered; the one that was silent longest goes first."""
AT_ONCE, EARNED, STRETCH = 0.25, 0.001, 256
"""Seconds of processor time that may be used at once, and what each question earns back for so many bytes."""
NO_MEMORY = 77
BOUND = 8 << 20
"""Bytes of a question: none is nearly so long."""
FORBIDDEN = (
    "socket.__new__", "socket.connect", "socket.bind", "subprocess.Popen", "os.fork", "os.forkpty", "os.exec",
    "os.posix_spawn", "os.system", "os.spawn", "pty.spawn", "ctypes.dlopen", "os.remove", "os.rename", "os.rmdir",
    "os.mkdir", "os.chmod", "os.chown", "os.truncate", "os.kill", "shutil.rmtree", "shutil.move", "shutil.copyfile",
)  # fmt: skip


class Forbidden(Exception):
    """The dissector tried what it may not do."""


def restrict(memory: int) -> None:
    """Limits of the kernel, in bytes of address space; nothing dumped, no file with a byte in it."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def forbid() -> None:
    """What Python itself refuses from now on. A hook cannot be taken away again."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in FORBIDDEN:
            raise Forbidden(event)
        if event == "open" and _writes(arguments[1], arguments[2]):
            raise Forbidden(f"writing {arguments[0]}")

    sys.addaudithook(hook)


def _writes(mode: object, flags: object) -> bool:
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) != 0


class Server:
    """Answers questions about the flows of one dissector."""

    def __init__(self, dissector: Dissector, encoder: Encoder) -> None:
        self._dissector, self._encoder = dissector, encoder
        self._flows: OrderedDict[int, Flow] = OrderedDict()

    def answer(self, question: bytes) -> bytes:
        """Status and body. Never raises, but for want of memory."""
        try:
            return b"\x00" + self._answer(question)
        except Nonsense as error:
            return b"\x02" + str(error).encode("utf-8", "replace")[:500]
        except MemoryError:
            raise
        except Exception as error:
            return b"\x03" + _where(error).encode("utf-8", "replace")[:500]

    def _answer(self, question: bytes) -> bytes:
        if question[0] == PROBE:
            transport: Any = TRANSPORTS[question[1]]
            return self._encoder.guess(self._dissector.probe(question[7:], transport, bool(question[2])))
        _, _, side_number, lost, flow_number, ended = struct.unpack_from("<BBBBQH", question)
        start = 14 + 8 * ended
        for over in struct.unpack_from(f"<{ended}Q", question, 14):
            self._flows.pop(over, None)
        side, data = SIDES[side_number], question[start:]
        flow = self._flow(flow_number)
        for number, whose in enumerate(SIDES):
            if lost >> number & 1:
                self._dissector.gap(whose, flow)
        return self._read(side, data, flow) if question[0] == READ else self._step(side, data)

    def _flow(self, number: int) -> Flow:
        flow = self._flows.setdefault(number, {})
        self._flows.move_to_end(number)
        if len(self._flows) > FLOWS:
            self._flows.popitem(last=False)
        return flow

    def _read(self, side: Side, data: bytes, flow: Flow) -> bytes:
        messages: list[bytes] = []
        at, tail = 0, b"\x00"
        while at < len(data):
            if len(messages) == MESSAGES:
                tail = b"\x05"
                break
            framed = self._dissector.framing(side, data[at:])
            if not isinstance(framed, int) or framed > len(data) - at:
                tail = self._encoder.tail(framed)
                break
            if framed <= 0:
                raise Nonsense(f"framing: {framed}")
            facts = self._message(side, data[at : at + framed], flow)
            messages.append(struct.pack("<I", framed) + facts)
            at += framed
        return struct.pack("<H", len(messages)) + b"".join(messages) + tail

    def _message(self, side: Side, data: bytes, flow: Flow) -> bytes:
        try:
            return self._encoder.facts(list(self._dissector.message(side, data, flow)))
        except (Nonsense, MemoryError):
            raise
        except Exception as error:  # a fault of the dissector on one message; the others are read
            return self._encoder.failure(_where(error))

    def _step(self, side: Side, data: bytes) -> bytes:
        skip, found = self._dissector.resynchronise(side, data)
        if not 0 <= skip <= len(data):
            raise Nonsense(f"resynchronise: {skip}")
        return struct.pack("<IB", skip, bool(found))


def _where(error: BaseException) -> str:
    """An exception and the line of the dissector it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    place = f" ({os.path.basename(last.filename)}:{last.lineno})" if last else ""  # noqa: PTH119 - pathlib is not needed here
    return f"{type(error).__name__}: {error}"[:300] + place


class Clock:
    """Processor time: what may be used at once, earned back question by question. The kernel ends who uses more."""

    def __init__(self) -> None:
        self._credit = AT_ONCE

    def start(self, length: int) -> float:
        self._credit = min(AT_ONCE, self._credit + EARNED * (1 + length // STRETCH))
        signal.setitimer(signal.ITIMER_PROF, max(self._credit, EARNED))
        return time.process_time()

    def stop(self, begun: float) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        self._credit -= time.process_time() - begun


def serve(connection: socket.socket, server: Server) -> None:
    """Questions and answers until the socket is closed."""
    clock = Clock()
    reader = connection.makefile("rb", buffering=1 << 16)
    while True:
        head = reader.read(4)
        if len(head) < 4:
            return
        (length,) = struct.unpack("<I", head)
        if length > BOUND:
            return
        question = reader.read(length)
        begun = clock.start(length)
        answer = server.answer(question)
        clock.stop(begun)
        connection.sendall(struct.pack("<I", len(answer)) + answer)


def load(target: str) -> Dissector:
    """The dissector of `package.module:Class`. Raises whatever its import raises, or TypeError."""
    module, _, name = target.partition(":")
    made = getattr(importlib.import_module(module), name)()
    if not isinstance(made, Dissector):
        raise TypeError(f"{target} is no Dissector")
    return made


def _give_up(connection: socket.socket, why: str) -> NoReturn:
    told = b"\x01" + why.encode("utf-8", "replace")[:500]
    connection.sendall(struct.pack("<I", len(told)) + told)
    sys.exit(1)


def main(told: str) -> None:
    """Runs a dissector: `told` is the JSON of `launch.py`."""
    about = json.loads(told)
    # The socket is hidden from the dissector's code as far as Python can: descriptor 0 becomes nothing.
    connection = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    restrict(about["memory"])
    # ^C on the terminal is for the program that asks, which then closes the socket.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        dissector = load(about["target"])
    except MemoryError:
        os._exit(NO_MEMORY)
    except BaseException as error:  # whatever an import may do, sys.exit included
        _give_up(connection, _where(error))
    encoder = Encoder(about["flags"], about["details"], about["operations"])
    forbid()
    connection.sendall(struct.pack("<IB", 1, 0))
    try:
        serve(connection, Server(dissector, encoder))
    except MemoryError:
        os._exit(NO_MEMORY)


if __name__ == "__main__":
    main(sys.argv[1])
