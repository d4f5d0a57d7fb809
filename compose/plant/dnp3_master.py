"""A DNP3 master of the plant: the opendnp3 stack. Make it inside its host's namespace: its threads stay there."""

from __future__ import annotations

import threading
from typing import Any

import opendnp3 as dnp3  # type: ignore[import-untyped]  # bindings without types

from compose.plant.addresses import DNP3_PORT
from compose.plant.dnp3_outstation import MASTER, OUTSTATION, on_line

_PATIENCE = 6.0
_RECONNECT = 8  # seconds


class Readings(dnp3.ISOEHandler):  # type: ignore[misc]  # bindings without types
    """Takes what is read and forgets it."""

    def BeginFragment(self, info: Any) -> None:  # noqa: N802  # the stack's own names
        """A fragment begins."""

    def EndFragment(self, info: Any) -> None:  # noqa: N802
        """A fragment ends."""

    def Process(self, *values: Any) -> None:  # noqa: N802
        """Take values."""

    def OnDeviceAttribute(self, info: Any, held: int, variation: int, value: Any) -> None:  # noqa: N802
        """Take an attribute."""


class Application(dnp3.IMasterApplication):  # type: ignore[misc]
    """Counts the tasks that are done."""

    def __init__(self) -> None:
        super().__init__()
        self.done = threading.Condition()
        self.count = 0

    def OnTaskComplete(self, info: Any) -> None:  # noqa: N802
        """A task is done."""
        with self.done:
            self.count += 1
            self.done.notify_all()


class Master:
    """A master of one outstation. peer: the outstation's address; here: the own one, for UDP; line: device file of a
    serial line, in place of addresses."""

    def __init__(self, peer: str, link: int = OUTSTATION, here: str = "", keep_alive: int = 60, line: str = "") -> None:
        levels, retry = dnp3.LogLevels(0), dnp3.ChannelRetry.Default()
        # An outstation closes one master's connection for the next one's: two that return at once would fight for it.
        retry.reconnectDelay = dnp3.TimeDuration.Seconds(_RECONNECT)
        there = dnp3.IPEndpoint(peer, DNP3_PORT)
        self._manager = dnp3.DNP3Manager(1)
        if line:
            channel = self._manager.AddSerial("master", levels, retry, on_line(line), None)
        elif here:
            own = dnp3.IPEndpoint(here, DNP3_PORT)
            channel = self._manager.AddUDPChannel("master", levels, retry, own, there, None)
        else:
            channel = self._manager.AddTCPClient("master", levels, retry, [there], "0.0.0.0", None)
        config = dnp3.MasterStackConfig()
        config.master.responseTimeout = dnp3.TimeDuration.Seconds(2)
        config.link.LocalAddr, config.link.RemoteAddr = MASTER, link
        config.link.KeepAliveTimeout = dnp3.TimeDuration.Seconds(keep_alive)
        self._channel, self._readings, self._application = channel, Readings(), Application()
        self.stack = channel.AddMaster("master", self._readings, self._application, config)
        self.stack.Enable()

    def idle(self, pause: float = 0.5) -> None:
        """Wait until no task has ended for `pause` seconds (the start-up work is done)."""
        application = self._application
        with application.done:
            while application.done.wait(pause):
                pass

    def ask(self, task: str, *arguments: Any) -> None:
        """Run a task of the stack that takes a callback, and wait until it is done."""
        done = threading.Event()
        getattr(self.stack, task)(*arguments, lambda *_: done.set())
        done.wait(_PATIENCE)

    def perform(self, code: Any, *headers: Any) -> None:
        """Send a function with headers, and wait until it is done."""
        before = self._application.count
        self.stack.PerformFunction("task", code, list(headers))
        self._wait(before)

    def scan(self, *headers: Any) -> None:
        """Read."""
        before = self._application.count
        self.stack.Scan(list(headers), self._readings)
        self._wait(before)

    def poll(self, integrity: bool = False) -> None:
        """Read the event classes, or all."""
        before = self._application.count
        classes = dnp3.ClassField.AllClasses() if integrity else dnp3.ClassField.AllEventClasses()
        self.stack.ScanClasses(classes, self._readings)
        self._wait(before)

    def _wait(self, before: int) -> None:
        application = self._application
        with application.done:
            application.done.wait_for(lambda: application.count > before, _PATIENCE)

    def close(self) -> None:
        """Stop."""
        self._manager.Shutdown()
