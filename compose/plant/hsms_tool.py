"""An etcher that speaks SECS/GEM, and hosts that speak to it: both with secsgem."""

from __future__ import annotations

import contextlib
import logging
import re
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import secsgem.common  # type: ignore[import-untyped]  # a stack without types
import secsgem.gem  # type: ignore[import-untyped]  # a stack without types
import secsgem.hsms  # type: ignore[import-untyped]  # a stack without types
import secsgem.secs  # type: ignore[import-untyped]  # a stack without types

from compose.plant.addresses import ip
from compose.plant.lab import Lab
from compose.plant.namespaces import PlantError, stop_child

PORT = 5000
DEVICE = 7
PRESSURE, TEMPERATURE, WAFERS = 2001, 2002, "WAFERS"
SETPOINT, TIMEOUT = 3001, 3002
DOOR_OPEN = 25
LOT_DONE = 120
LOT = 4001
RECIPE = "ETCH-OXIDE-3"
BODY = "".join(f"STEP {n} RF {200 + 5 * n} TIME {30 + n}\n" for n in range(24))

Work = Callable[["Station"], None]
logging.getLogger("secsgem").setLevel(logging.CRITICAL)


class Tool(secsgem.gem.GemEquipmentHandler):  # type: ignore[misc]
    """The etcher: variables, constants, an alarm, an event, commands, recipes."""

    def __init__(self, settings: Any) -> None:
        super().__init__(settings)
        self._mdln, self._softrev = "ETCH-300", "4.2.1"
        variables = secsgem.secs.variables
        for identifier, name, unit, kind, value in (
            (PRESSURE, "ChamberPressure", "mTorr", variables.F4, 12.5),
            (TEMPERATURE, "ChuckTemperature", "degC", variables.I2, 65),
            (WAFERS, "Wafers", "", variables.U4, 3),
        ):
            self.status_variables[identifier] = variable = secsgem.gem.StatusVariable(
                identifier, name, unit, kind, use_callback=False
            )
            variable.value = value
        for identifier, name, kind, value in (
            (SETPOINT, "PressureSetpoint", variables.F8, 12.0),
            (TIMEOUT, "DoorTimeout", variables.U2, 30),
        ):
            self.equipment_constants[identifier] = secsgem.gem.EquipmentConstant(
                identifier, name, 0, 100, value, "", kind, use_callback=False
            )
        self.data_values[LOT] = secsgem.gem.DataValue(LOT, "LotId", variables.String, use_callback=False)
        self.data_values[LOT].value = "LOT-7"
        for event in (LOT_DONE, 201, 202, 5001, 5002, 5003):
            self.collection_events[event] = secsgem.gem.CollectionEvent(event, f"event {event}", [LOT])
        self.alarms[DOOR_OPEN] = secsgem.gem.Alarm(DOOR_OPEN, "Door", "chamber door open", 1, 201, 202)
        for name, parameters, done in (("START", ["LOTID"], 5001), ("STOP", [], 5002), ("PURGE", [], 5003)):
            self.remote_commands[name] = secsgem.gem.RemoteCommand(name, name, parameters, done)
        self.recipes = {RECIPE: BODY}
        for stream, function in ((7, 3), (7, 5), (7, 17), (7, 19)):
            self.register_stream_function(stream, function, getattr(self, f"recipe_{function}"))

    def _on_rcmd_START(self, LOTID: str = "") -> None:  # noqa: N802, N803
        self.status_variables[WAFERS].value += 1
        self.data_values[LOT].value = LOTID
        # Where a message is handled nobody may wait for a reply to another.
        threading.Thread(target=self._lot_done, daemon=True).start()

    def _lot_done(self) -> None:
        self.trigger_collection_events([LOT_DONE])
        self.set_alarm(DOOR_OPEN)
        self.clear_alarm(DOOR_OPEN)

    def _on_rcmd_STOP(self) -> None:  # noqa: N802
        self.status_variables[PRESSURE].value = 760.0

    def _on_rcmd_PURGE(self) -> None:  # noqa: N802
        self.status_variables[PRESSURE].value = 80.0

    def _decoded(self, message: Any) -> Any:
        return self.settings.streams_functions.decode(message)

    def recipe_3(self, _: Any, message: Any) -> Any:
        """A recipe is loaded."""
        told = self._decoded(message)
        self.recipes[told.PPID.get()] = told.PPBODY.get()
        return self.stream_function(7, 4)(0)

    def recipe_5(self, _: Any, message: Any) -> Any:
        """A recipe is read."""
        name = self._decoded(message).get()
        return self.stream_function(7, 6)([name, self.recipes.get(name, "")])

    def recipe_17(self, _: Any, message: Any) -> Any:
        """Recipes are deleted."""
        names = self._decoded(message).get()
        known = all(self.recipes.pop(name, None) is not None for name in names)
        return self.stream_function(7, 18)(0 if known else 4)

    def recipe_19(self, *_: Any) -> Any:
        """Which recipes there are."""
        return self.stream_function(7, 20)(list(self.recipes))


class Station(secsgem.gem.GemHostHandler):  # type: ignore[misc]
    """A host, by whatever messages."""

    def ask(self, stream: int, function: int, *content: Any) -> Any:
        """Send a primary message; what the reply says."""
        return self.send_and_waitfor_response(self.stream_function(stream, function)(*content))


def _settings(address: str, mode: Any, kind: Any) -> Any:
    return secsgem.hsms.HsmsSettings(
        address=address,
        port=PORT,
        connect_mode=mode,
        device_type=kind,
        session_id=DEVICE,
        establish_communication_timeout=2,
    )


@contextlib.contextmanager
def tool(lab: Lab, host: str = "plc2") -> Iterator[None]:
    """The etcher at work on a host, in a process of its own: the library's threads end with nothing less."""
    log = lab.folder / "hsms.log"
    child = lab[host].daemon([sys.executable, "-m", "compose.plant.hsms_tool", ip(host)], log)
    deadline = time.monotonic() + 20
    try:
        while b"serving" not in log.read_bytes():
            if time.monotonic() > deadline:
                raise PlantError(f"the etcher does not start: {log.read_text()}")
            time.sleep(0.05)
        yield
    finally:
        stop_child(child, signal.SIGKILL)


def work_as(lab: Lab, host: str, work: Work, server: str = "plc2") -> None:
    """Connect from a host, establish communications, do a piece of work, separate."""

    def session() -> None:
        settings = _settings(ip(server), secsgem.hsms.HsmsConnectMode.ACTIVE, secsgem.common.DeviceType.HOST)
        station = Station(settings)
        station.enable()
        try:
            if not station.waitfor_communicating(20):
                raise TimeoutError("the etcher does not communicate")
            work(station)
            time.sleep(0.3)
        finally:
            station.disable()

    lab[host].call(session)


class Raw:
    """A connection whose messages are made by hand."""

    def __init__(self, address: str) -> None:
        self._socket = socket.create_connection((address, PORT), 10)
        self._socket.settimeout(10)
        self._system = 0x0A000000

    def __enter__(self) -> Raw:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def say(self, header: bytes, text: bytes = b"", length: int | None = None) -> None:
        """Session id, bytes 2 and 3, PType and SType; system bytes are counted."""
        self._system += 1
        size = 10 + len(text) if length is None else length
        self._socket.sendall(struct.pack(">I", size) + header + struct.pack(">I", self._system) + text)

    def ask(self, header: bytes, text: bytes = b"") -> bytes:
        """Say it and wait for the reply with the same system bytes."""
        self.say(header, text)
        while True:
            size = struct.unpack(">I", self._take(4))[0]
            answer = self._take(size)
            if answer[6:10] == struct.pack(">I", self._system):
                return answer

    def _take(self, size: int) -> bytes:
        taken = b""
        while len(taken) < size:
            part = self._socket.recv(size - len(taken))
            if not part:
                raise ConnectionError("the etcher hung up")
            taken += part
        return taken

    def select(self) -> None:
        """Ask for the selection."""
        self.ask(b"\xff\xff\x00\x00\x00\x01")


def data(stream: int, function: int, wants_reply: bool = True, device: int = DEVICE) -> bytes:
    """Header bytes of a data message."""
    return struct.pack(">HBBBB", device, stream | (0x80 if wants_reply else 0), function, 0, 0)


def _serve(address: str) -> None:
    """Be the etcher until killed; says so once the port is open."""
    Tool(_settings(address, secsgem.hsms.HsmsConnectMode.PASSIVE, secsgem.common.DeviceType.EQUIPMENT)).enable()
    listens = re.compile(rf":{PORT:04X} \S+ 0A ")
    while not listens.search(Path("/proc/self/net/tcp").read_text()):
        time.sleep(0.05)
    print("serving", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    _serve(sys.argv[1])
