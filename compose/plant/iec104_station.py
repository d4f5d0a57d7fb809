"""The substation's outstation and its masters on c104 (lib60870-C): points, answers, commands."""

import datetime
import socket
import time
from collections.abc import Callable

import c104

from compose.plant.addresses import IEC104_PORT, ip

STATION = 1
_FORGOTTEN = 4.0  # seconds
SWITCH, SETPOINT, CAREFUL = 4001, 4006, 4010
BREAKER, VOLTAGE = 1001, 1301
FIXED = datetime.datetime(2026, 11, 28, 9, 30, 15, 250000, tzinfo=datetime.UTC)


class Outstation:
    """An outstation with one common address. Call it in its namespace: the threads of c104 stay where they began."""

    def __init__(self, host: str, station: int = STATION) -> None:
        self.server = c104.Server(ip=ip(host), port=IEC104_PORT, tick_rate_ms=50, select_timeout_ms=10_000)
        added = self.server.add_station(common_address=station)
        if added is None:
            raise ValueError(f"common address {station} cannot be used")
        self.station = added

    def start(self) -> None:
        """Listen. Its thread needs a moment; a master that comes before waits ten seconds for its next attempt.

        Raises TimeoutError. The attempts stay on the host's own loopback, where no mirror sees them.
        """
        self.server.start()
        deadline = time.monotonic() + 10
        with socket.socket() as probe:
            while probe.connect_ex((self.server.ip, IEC104_PORT)) != 0:
                if time.monotonic() > deadline:
                    raise TimeoutError("the outstation does not listen")
                time.sleep(0.05)

    def point(self, address: int, kind: c104.Type, info: c104.Information, report_ms: int = 0) -> c104.Point:
        """Add a point of the monitor direction with its first value."""
        point = self.station.add_point(io_address=address, type=kind, report_ms=report_ms)
        if point is None:
            raise ValueError(f"object address {address} is taken")
        point.info = info
        return point

    def command(self, address: int, kind: c104.Type, select: bool = False, refuse: bool = False) -> None:
        """Add a point of the control direction that takes, or refuses, every command."""
        mode = c104.CommandMode.SELECT_AND_EXECUTE if select else c104.CommandMode.DIRECT
        point = self.station.add_point(io_address=address, type=kind, command_mode=mode)
        if point is None:
            raise ValueError(f"object address {address} is taken")
        point.on_receive(callable=_refuse if refuse else _accept)


def _accept(point: c104.Point, previous_info: c104.Information, message: c104.IncomingMessage) -> c104.ResponseState:
    return c104.ResponseState.SUCCESS


def _refuse(point: c104.Point, previous_info: c104.Information, message: c104.IncomingMessage) -> c104.ResponseState:
    return c104.ResponseState.FAILURE


class Station:
    """A controlling station on c104 with one connection."""

    def __init__(self, server: str, init: c104.Init = c104.Init.NONE, originator: int = 0) -> None:
        self.client = c104.Client(tick_rate_ms=50, command_timeout_ms=2000)
        self.client.originator_address = originator
        connection = self.client.add_connection(ip=ip(server), port=IEC104_PORT, init=init)
        if connection is None:
            raise ValueError(f"no connection to {server}")
        self.connection = connection
        station = connection.add_station(common_address=STATION)
        if station is None:
            raise ValueError("no station")
        self.station = station

    def point(self, address: int, kind: c104.Type, select: bool = False) -> c104.Point:
        """Return a point as this station knows it; one that it heard of is known already."""
        known = self.station.get_point(io_address=address)
        if known is not None:
            return known
        mode = c104.CommandMode.SELECT_AND_EXECUTE if select else c104.CommandMode.DIRECT
        point = self.station.add_point(io_address=address, type=kind, command_mode=mode)
        if point is None:
            raise ValueError(f"object address {address} is taken")
        return point

    def order(self, point: c104.Point, info: c104.Information) -> bool:
        """Send a command and wait for its confirmation; whether it was taken."""
        point.info = info
        return point.transmit(cause=c104.Cot.ACTIVATION)

    def open(self, wait: float = 45.0) -> None:
        """Connect and wait until data transfer has started. Raises ConnectionError."""
        self.client.start()
        begun = time.monotonic()
        while not self.client.has_active_connections:
            waited = time.monotonic() - begun
            if waited > wait:
                raise ConnectionError("the outstation did not start data transfer")
            if waited > _FORGOTTEN and self.connection.is_connected:
                # On a busy machine c104 can miss that it is connected: it then never sends STARTDT by itself.
                self.connection.unmute()
            time.sleep(0.05)

    def close(self) -> None:
        """Hang up."""
        self.client.stop()


def work(server: str, deed: Callable[[Station], None], init: c104.Init = c104.Init.NONE, originator: int = 0) -> None:
    """Connect a controlling station, let it do something, hang up."""
    station = Station(server, init, originator)
    station.open()
    try:
        deed(station)
        time.sleep(0.2)
    finally:
        station.close()
