"""The plant's Modbus clients: a cyclic poller on pymodbus, and a bare connection for what pymodbus will not send."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException

from compose.plant.addresses import MODBUS_PORT, ip


@dataclass(frozen=True)
class Poll:
    """One cyclic read. function: 1 coils, 2 discrete inputs, 3 holding, 4 input registers; period in seconds."""

    function: int
    start: int
    count: int
    period: float
    unit: int = 1


HMI_TANK = (Poll(4, 0, 10, 0.5), Poll(2, 0, 8, 0.5), Poll(3, 0, 10, 1.0), Poll(3, 100, 3, 1.0), Poll(1, 0, 8, 1.0))
HMI_DRIVE = (Poll(4, 0, 7, 0.5), Poll(2, 0, 8, 1.0), Poll(3, 100, 3, 1.0))
HMI_GATEWAY = (Poll(4, 0, 3, 1.0, 1), Poll(4, 0, 3, 1.0, 2), Poll(4, 0, 3, 1.0, 3))
HISTORIAN = (Poll(4, 0, 10, 1.0),)
HISTORIAN_DRIVE = (Poll(4, 0, 7, 1.0),)
OPC_TANK = (Poll(4, 0, 10, 1.0), Poll(1, 0, 8, 2.0))
OPC_DRIVE = (Poll(4, 0, 7, 1.0),)


async def connect(server: str, port: int = MODBUS_PORT, timeout: float = 2.0, retries: int = 0) -> AsyncModbusTcpClient:
    """Connect to the host `server`, waiting up to 5 s until it listens. Raises ConnectionError."""
    client = AsyncModbusTcpClient(ip(server), port=port, timeout=timeout, retries=retries, reconnect_delay=0.0)
    deadline = time.monotonic() + 5
    while not await client.connect():
        if time.monotonic() > deadline:
            raise ConnectionError(f"{server} ({ip(server)}) does not listen on port {port}")
        await asyncio.sleep(0.1)
    return client


async def read(client: AsyncModbusTcpClient, poll: Poll) -> Sequence[int] | Sequence[bool]:
    """Do one read; returns the registers or bits."""
    if poll.function == 1:
        return (await client.read_coils(poll.start, count=poll.count, device_id=poll.unit)).bits
    if poll.function == 2:
        return (await client.read_discrete_inputs(poll.start, count=poll.count, device_id=poll.unit)).bits
    if poll.function == 3:
        return (await client.read_holding_registers(poll.start, count=poll.count, device_id=poll.unit)).registers
    return (await client.read_input_registers(poll.start, count=poll.count, device_id=poll.unit)).registers


Seen = Callable[[Poll, Sequence[int] | Sequence[bool]], None]


async def poll_forever(server: str, polls: Sequence[Poll], seen: Seen | None = None) -> None:
    """Read cyclically over one connection until cancelled; connects again after a failure, as an HMI does."""
    while True:
        try:
            client = await connect(server)
        except ConnectionError:
            await asyncio.sleep(1)
            continue
        try:
            await _cycle(client, polls, seen)
        except (ModbusException, ConnectionError):
            await asyncio.sleep(0.5)
        finally:
            client.close()


async def _cycle(client: AsyncModbusTcpClient, polls: Sequence[Poll], seen: Seen | None) -> None:
    start = time.monotonic()
    due = [start + 0.02 * number for number in range(len(polls))]
    while True:
        number = min(range(len(polls)), key=lambda n: due[n])
        await asyncio.sleep(max(0.0, due[number] - time.monotonic()))
        values = await read(client, polls[number])
        if seen is not None:
            seen(polls[number], values)
        due[number] += polls[number].period


async def write_setpoints(server: str, register: int, values: Sequence[int], period: float) -> None:
    """Write the values in turn to one holding register, every `period` seconds, over a connection of its own."""
    client = await connect(server)
    try:
        for value in values:
            await client.write_register(register, value)
            await asyncio.sleep(period)
    finally:
        client.close()


class BareMaster:
    """A TCP connection that sends any bytes: for reserved function codes, wrong headers and half messages."""

    def __init__(self, server: str, port: int = MODBUS_PORT) -> None:
        self._server, self._port = server, port
        self._number = 0
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> BareMaster:
        self._reader, self._writer = await asyncio.open_connection(ip(self._server), self._port)
        return self

    async def __aexit__(self, *unused: object) -> None:
        assert self._writer is not None
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            return  # the server was first

    async def request(
        self,
        pdu: bytes,
        unit: int = 1,
        protocol: int = 0,
        length: int | None = None,
        number: int | None = None,
        timeout: float = 0.4,
    ) -> bytes:
        """Send one request with an MBAP header; return what comes back within `timeout` seconds (b"" = nothing)."""
        self._number = (self._number + 1) & 0xFFFF if number is None else number
        size = len(pdu) + 1 if length is None else length
        return await self.send(struct.pack(">HHHB", self._number, protocol, size, unit) + pdu, timeout)

    async def send(self, data: bytes, timeout: float = 0.4) -> bytes:
        """Send bytes as they are; return what comes back within `timeout` seconds."""
        assert self._reader is not None
        assert self._writer is not None
        self._writer.write(data)
        await self._writer.drain()
        try:
            return await asyncio.wait_for(self._reader.read(4096), timeout)
        except (TimeoutError, ConnectionError):
            return b""
