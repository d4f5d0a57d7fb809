"""Golden capture of the PG protocol of LOGO! 0BA6, made by hand after the LOGO! PG Protocol Reference Guide."""

from __future__ import annotations

import asyncio
import socket
import time

from compose.plant.addresses import ip
from compose.plant.catalogue import capture
from compose.plant.lab import Lab

PORT = 10005
HELLO, MODE, MONITOR = b"\x21", b"\x55\x17\x17\xaa", b"\x55\x13\x13\0\xaa"
STOP, START = b"\x55\x12\x12\xaa", b"\x55\x18\x18\xaa"
_ANSWERS = {
    HELLO: b"\x06\3\x21\x44",
    MODE: b"\x06\1",
    MONITOR: b"\x06\x55\x11\x11\x4a\0" + bytes(74) + b"\xaa",
    STOP: b"\x06",
    START: b"\x06",
}


@capture("logo_pg/session.pcap",
         "Hello, mode, monitoring, stop and start of a LOGO! behind a device server; made by hand.", "gw eng",
         kind="golden", check={"tcp.payload[0:1]==55": 4, "tcp.payload[0:3]==06:03:21": 1})  # fmt: skip
def session(lab: Lab) -> None:
    """One connection, then another that only stops."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(64):
            writer.write(_ANSWERS[data])
        writer.close()

    async def listen() -> asyncio.Server:
        return await asyncio.start_server(converse, ip("gw"), PORT)

    def ask(*queries: bytes) -> None:
        with socket.create_connection((ip("gw"), PORT), timeout=3) as end:
            for query in queries:
                end.sendall(query)
                end.recv(256)
                time.sleep(0.02)

    async def stop() -> None:
        server.close()

    server = lab["gw"].run(listen())
    lab["eng"].call(ask, HELLO, MODE, MONITOR, STOP, START)
    lab["eng"].call(ask, STOP)
    lab["gw"].run(stop())
