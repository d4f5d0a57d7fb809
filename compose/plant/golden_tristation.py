"""Golden captures of TriStation, made by hand after published analyses: no stack exists."""

from __future__ import annotations

from compose.plant import tristation as ts
from compose.plant.catalogue import capture
from compose.plant.lab import Lab


def _session(client: ts.Client) -> None:
    client.ask(ts.CHASSIS)  # not connected yet
    client.ping()
    client.connect()
    for code in (ts.CHASSIS, ts.MP_STATUS, ts.MODULES, ts.INFORMATION, ts.CHASSIS, ts.CHASSIS):
        client.ask(code)
    client.ask(ts.GET_POINTS, b"\1\0\10\0")
    client.ask(ts.SET_POINTS, b"\1\0\1\0\1\0")
    client.ask(ts.UPLOAD, b"\0\0")
    client.ask(ts.SET_CALENDAR, bytes.fromhex("e9070b1d0a1e00"))
    client.ask(ts.START_ALL)  # refused: the program runs
    client.ask(ts.DOWNLOAD_MODE)
    client.ask(ts.HALT)
    client.ask(ts.START_ALL)
    client.ask(ts.ALLOCATE, bytes(120))
    client.ask(ts.CANCEL_CHANGE)
    client.ask(ts.RUN)
    client.ask(ts.DISABLE_OVDS)
    client.ask(ts.MP_STATUS, bytes([23, 255]) + bytes(8))
    client.ask(99)  # no such command
    client.disconnect()


@capture(
    "tristation/session.pcap",
    "A connection: status, points, a program loaded, stopped and started, refusals, diagnostics off, what TRITON's "
    "implant is asked; made by hand, no stack exists.",
    "sis eng",
    kind="golden",
    check={"udp.port==1502": 48},
)
def session(lab: Lab) -> None:
    """All kinds of frames."""
    with ts.controller(lab):
        ts.work_as(lab, "eng", _session)


@capture(
    "tristation/odd.pcap",
    "What breaks the form of a frame, commands that nobody answers, a key switch that forbids; made by hand.",
    "sis eng",
    kind="golden",
    check={"udp.port==1502": 18},
)
def odd(lab: Lab) -> None:
    """Broken frames beside sound ones."""
    sound = ts.framed(ts.COMMAND, ts.packet(ts.CHASSIS, 9))
    broken = (
        sound[:-2] + b"\0\0",  # CRC
        b"\5\0\x20\0" + sound[4:-2] + ts.crc(b"\5\0\x20\0" + sound[4:-2]).to_bytes(2, "little"),  # size
        ts.framed(ts.COMMAND, sound[4:10]),  # no whole packet
        ts.framed(ts.COMMAND, ts.packet(ts.CHASSIS, 9)[:6] + b"\0\0" + ts.packet(ts.CHASSIS, 9)[8:]),  # checksum
        ts.framed(33),
        b"\6\0",
    )

    def work(client: ts.Client) -> None:
        client.connect()
        for code in (ts.CHASSIS, ts.HALT, ts.SET_POINTS):
            client.ask(code)
        for frame in broken:
            client.raw(frame, answered=frame in broken[1:2] + broken[3:4])
        client.ask(ts.CHASSIS)
        client.disconnect()

    with ts.controller(lab, key="run"):
        ts.work_as(lab, "eng", work)
