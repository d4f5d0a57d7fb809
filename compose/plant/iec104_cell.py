"""The substation at work on c104: an outstation, the operator station as its master, commands as given by hand."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

import c104

from compose.plant.iec104_station import BREAKER, CAREFUL, SETPOINT, SWITCH, VOLTAGE, Outstation, Station
from compose.plant.lab import Lab

_SPARE = (4002, 4003, 4004, 4005, 4007, 4008)


def _outstation() -> Outstation:
    station = Outstation("rtu")
    station.point(BREAKER, c104.Type.M_SP_NA_1, c104.SingleInfo(on=True))
    station.point(BREAKER + 1, c104.Type.M_DP_NA_1, c104.DoubleInfo(state=c104.Double.ON))
    for offset, value in enumerate((230.5, 12.25, 50.01)):
        station.point(VOLTAGE + offset, c104.Type.M_ME_NC_1, c104.ShortInfo(actual=value), report_ms=1000)
    station.command(SWITCH, c104.Type.C_SC_NA_1, select=True)
    station.command(SETPOINT, c104.Type.C_SE_NC_1)
    station.command(CAREFUL, c104.Type.C_SE_NC_1, select=True)
    for address in _SPARE:
        station.command(address, c104.Type.C_SC_NA_1)
    station.start()
    return station


def _operator() -> Station:
    master = Station("rtu", c104.Init.INTERROGATION)
    master.open()
    return master


class Substation:
    """The cell while it runs. The operator switches and sets; the values go on by themselves."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.station = lab["rtu"].call(_outstation)
        self.master = lab["hmi"].call(_operator)
        self._orders = 0
        self._lock = threading.Lock()

    def operate(self) -> None:
        """Switch the breaker by select and execute, set the voltage within its range."""
        with self._lock:
            self._orders += 1
            orders = self._orders
        master = self.master
        switch = master.point(SWITCH, c104.Type.C_SC_NA_1, select=True)
        self.lab["hmi"].call(master.order, switch, c104.SingleCmd(on=orders % 2 == 0))
        time.sleep(0.3)
        setpoint = master.point(SETPOINT, c104.Type.C_SE_NC_1)
        self.lab["hmi"].call(master.order, setpoint, c104.ShortCmd(target=229.0 + orders % 4))

    def clock(self) -> None:
        """Set the outstation's clock."""
        self.lab["hmi"].call(lambda: self.master.connection.clock_sync(common_address=1))

    def work(self, seconds: float) -> None:
        """Work normally: an order every two seconds, the clock and an interrogation now and then."""
        end, turn = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            if turn % 3 == 0:
                self.clock()
                self.lab["hmi"].call(lambda: self.master.connection.interrogation(common_address=1))
            self.operate()
            turn += 1
            time.sleep(1.5)

    def close(self) -> None:
        """Stop both."""
        self.lab["hmi"].call(self.master.close)
        self.lab["rtu"].call(self.station.server.stop)


@contextlib.contextmanager
def substation(lab: Lab) -> Iterator[Substation]:
    """Run the cell while the block runs."""
    cell = Substation(lab)
    try:
        yield cell
    finally:
        cell.close()
