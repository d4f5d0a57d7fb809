"""The plant beyond Modbus, OPC UA and MQTT: lines, substation, pump station, bay relay, air handling; a cell each.

Each cell is a device with the station that works with it, on the stacks of the golden captures. It starts when made and
works until `stop`.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import Protocol

import opendnp3 as dnp3  # type: ignore[import-untyped]  # bindings without types
from open61850.goose_publisher import GoosePublisher
from pycomm3 import PycommError
from snap7.client import Client
from snap7.error import S7Error
from snap7.type import Area

from compose.plant import cip_work
from compose.plant.addresses import ip, mac
from compose.plant.bacnet_cell import AirHandling
from compose.plant.cip_device import LogixController
from compose.plant.cip_io import Scanner, Station
from compose.plant.dnp3_master import Master
from compose.plant.dnp3_outstation import filled
from compose.plant.goose import TRIP, breaker
from compose.plant.iec104_cell import Substation
from compose.plant.lab import Lab
from compose.plant.s7_device import Controller, talk

GRANTS = {(cip_work.CONTROLLER, cip_work.STOP): b"", (cip_work.CONTROLLER, cip_work.START): b""}
"""What the packing line's controller grants though its stack knows no such service: the mode changes."""
_REFUSED = (S7Error, PycommError, OSError)
_PAUSE = 2.0  # seconds until a station that got no answer asks again
_TAGS = ("Tank_Level", "Tank_Temperature", "Pump_Enable")


class FieldCell(Protocol):
    """A cell of the plant at work."""

    def check(self) -> None:
        """Raise what went wrong in the background."""

    def stop(self) -> None:
        """End the clients, then the device."""


class _Background:
    """Work in threads of the hosts that goes on until it is told to end."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self._works: list[Future[None]] = []

    def begin(self, lab: Lab, host: str, work: Callable[[], None]) -> None:
        self._works.append(lab[host].begin(work))

    def turns(self, period: float) -> Iterator[int]:
        """Numbers, one a period (s), until the end."""
        for number in itertools.count():
            if self.ended.wait(period):
                return
            yield number

    def persist(self, work: Callable[[], None]) -> None:
        """Do the work; where the device does not answer, begin again after a while, as operator stations do."""
        while not self.ended.is_set():
            try:
                work()
            except _REFUSED:
                self.ended.wait(_PAUSE)

    def check(self) -> None:
        for work in self._works:
            if work.done():
                work.result()

    def end(self) -> None:
        self.ended.set()
        for work in self._works:
            work.result(30)


class FillingLine:
    """An S7 controller; the operator station polls it and sets a point, the engineering station looks after it."""

    def __init__(self, lab: Lab) -> None:
        self._lab, self._work = lab, _Background()
        self._controller = Controller("plc3")
        lab["plc3"].call(self._controller.serve)
        # Not by a call, which gives up after two minutes: then another station would begin beside the one that goes on.
        connect = partial(talk, self._operate, server="plc3")
        self._work.begin(lab, "hmi", lambda: self._work.persist(connect))

    def _operate(self, client: Client) -> None:
        for number in self._work.turns(2.0):
            client.db_read(1, 0, 16)
            client.read_area(Area.MK, 0, 0, 4)
            if number % 6 == 3:
                client.db_write_real(10, 0, 20.0 + number % 3)

    def check(self) -> None:
        """Raise what went wrong in the background."""
        self._work.check()

    def stop(self) -> None:
        """Hang up, switch off."""
        self._work.end()
        self._lab["plc3"].call(self._controller.stop)


class PackingLine:
    """A Logix controller that scans an I/O station; the operator station reads its tags and sets one."""

    def __init__(self, lab: Lab) -> None:
        self._lab, self._work = lab, _Background()
        self._controller, self._station = LogixController("plc4", GRANTS), Station("io4")
        lab["io4"].run(self._station.start())
        lab["plc4"].run(self._controller.serve())
        self._scan = lab["plc4"].start(self._exchange())
        self._work.begin(lab, "hmi", lambda: self._work.persist(self._operate))

    async def _exchange(self) -> None:
        async with Scanner("io4", interval=500_000) as scanner:
            connection = await scanner.open()
            for number in itertools.count():
                connection.write_dint(0, number % 3)
                await asyncio.sleep(2.0)

    def _operate(self) -> None:
        with cip_work.logix("plc4") as client:
            for number in self._work.turns(2.0):
                client.read(*_TAGS)
                if number % 5 == 2:
                    client.write(("Tank_Setpoint", 2000 + 50 * (number % 3)))

    def check(self) -> None:
        """Raise what went wrong in the background."""
        self._work.check()
        if self._scan.done():
            self._scan.result()

    def stop(self) -> None:
        """Hang up, switch off."""
        self._work.end()
        self._scan.cancel()
        self._lab["plc4"].run(self._controller.stop())
        self._lab["io4"].run(self._station.stop())


class SubstationAtWork:
    """The substation's outstation, with orders and a clock of the operator station."""

    def __init__(self, lab: Lab) -> None:
        self._cell, self._work = Substation(lab), _Background()
        self._work.begin(lab, "hmi", self._operate)

    def _operate(self) -> None:
        for number in self._work.turns(6.0):
            self._cell.operate()
            if number % 5 == 0:
                self._cell.clock()

    def check(self) -> None:
        """Raise what went wrong in the background."""
        self._work.check()

    def stop(self) -> None:
        """Stop both."""
        self._work.end()
        self._cell.close()


class PumpStation:
    """A DNP3 outstation whose level moves; the operator station polls it and switches its pump."""

    def __init__(self, lab: Lab) -> None:
        self._lab, self._work = lab, _Background()
        self._outstation = lab["pump"].call(filled, ip("pump"))
        # It has been at work for long: its restart was acknowledged, which nobody on the network saw.
        local = lab["pump"].call(Master, ip("pump"))
        lab["pump"].call(local.idle, 1.0)
        lab["pump"].call(local.close)
        self._master = lab["hmi"].call(Master, ip("pump"))
        lab["hmi"].call(self._master.idle, 1.0)
        self._work.begin(lab, "hmi", self._operate)

    def _operate(self) -> None:
        online = dnp3.Flags(1)
        for number in self._work.turns(5.0):
            self._outstation.put((dnp3.Analog(40.0 + number % 7, online), 2), (dnp3.Binary(number % 2 == 0, online), 1))
            self._master.poll(integrity=number % 6 == 5)
            if number % 4 == 1:
                latch = dnp3.ControlRelayOutputBlock(dnp3.OperationType.LATCH_ON)
                self._master.ask("SelectAndOperate", latch, number % 8 // 4)

    def check(self) -> None:
        """Raise what went wrong in the background."""
        self._work.check()

    def stop(self) -> None:
        """Hang up, switch off."""
        self._work.end()
        self._lab["hmi"].call(self._master.close)
        self._lab["pump"].call(self._outstation.close)


class BayRelay:
    """A protection relay that publishes its breaker by GOOSE; it opens and closes now and then."""

    def __init__(self, lab: Lab) -> None:
        self._work = _Background()
        self._work.begin(lab, "relay", self._publish)

    def _publish(self) -> None:
        control = replace(TRIP, src_mac=mac("relay"), max_time_ms=1000)
        with GoosePublisher("eth0", control, breaker(True, False)) as publisher:
            publisher.start()
            for number in self._work.turns(15.0):
                publisher.publish(breaker(number % 2 == 1, False))

    def check(self) -> None:
        """Raise what went wrong in the background."""
        self._work.check()

    def stop(self) -> None:
        """Fall silent."""
        self._work.end()


class AirHandlingAtWork:
    """The air-handling unit with its workstation, which sets a temperature now and then."""

    def __init__(self, lab: Lab) -> None:
        self._cell, self._work = AirHandling(lab), _Background()
        self._cell.start()
        self._work.begin(lab, "bms", self._operate)

    def _operate(self) -> None:
        for _ in self._work.turns(12.0):
            self._cell.operate()

    def check(self) -> None:
        """Raise what went wrong in the background."""
        self._work.check()
        self._cell.check()

    def stop(self) -> None:
        """Stop both."""
        self._work.end()
        self._cell.stop()


CELLS: tuple[Callable[[Lab], FieldCell], ...] = (
    FillingLine, PackingLine, SubstationAtWork, PumpStation, BayRelay, AirHandlingAtWork,
)  # fmt: skip


def start_all(lab: Lab) -> list[FieldCell]:
    """Start every cell, one after the other, as devices start in the morning."""
    cells = []
    for cell in CELLS:
        cells.append(cell(lab))
        time.sleep(0.2)
    return cells
