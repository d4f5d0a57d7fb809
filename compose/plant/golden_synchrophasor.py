"""Golden captures of IEEE C37.118.2 for the parser."""

from __future__ import annotations

from compose.plant import synchrophasor_frames as c37
from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.synchrophasor_cell import (
    TCP_PORT,
    UDP_PORT,
    Answering,
    Listener,
    ask,
    concentrator,
    pmu,
    send_datagrams,
)
from compose.plant.synchrophasor_frames import Bay

_BAY = Bay("Marsh Bay 2", 18)
_OLD = Bay("Marsh Bay 3", 19, phasors=("V1", "I1"), analogs=("Q",), floating=False, nominal=60)


def _ask_all() -> None:
    pdc = concentrator()
    pdc.get_header()
    pdc.get_config("cfg1")
    pdc.get_config("cfg2")
    pdc.start()
    for _ in range(14):
        pdc.get()
    pdc.stop()
    pdc.quit()


@capture(
    "synchrophasor/session.pcap",
    "A concentrator asks a PMU for header, configuration 1 and 2, turns the data on for some frames and off again; both"
    " by pyc37.",
    "relay hist",
    kind="golden",
    check={"synphasor.frtype==0": 14, "synphasor.frtype==4": 5},
)
def session(lab: Lab) -> None:
    """Integer, rectangular phasors."""
    with pmu(lab):
        lab["hist"].call(_ask_all)


@capture(
    "synchrophasor/spontaneous.pcap",
    "A PMU sends datagrams unasked: data before its configuration, the configuration, data by it, then bits of the"
    " status word, a lost time source, another configuration. Made by hand: pyc37 speaks TCP only.",
    "rtu hist",
    kind="golden",
    check={"synphasor.frtype==0": 25},
)
def spontaneous(lab: Lab) -> None:
    """Floating point, polar; each status bit once; the time goes backwards once; a wrong check word; a wrong length."""
    listener = Listener(lab, "hist")
    moments = iter(range(1, 100))

    def data(swing: float = 0.0, status: int = 0, quality: int = 0, bay: Bay = _BAY) -> bytes:
        return c37.data(18, bay.values(swing, status), next(moments) / 10, quality)

    frames = [data(), data(0.01), c37.configuration(c37.CFG2, 18, (_BAY,), 0.3), data(0.02), data(-0.01)]
    bits = (c37.NOT_SYNCHRONISED | 0x30, c37.TRIGGER | 3, c37.CHANGE, c37.MODIFIED | 0x1C0, c37.TEST, c37.ERROR, 0xC000)
    frames += [data(0.01 * at, status) for at, status in enumerate(bits)]
    frames += [data(), data(quality=0x0F), data(quality=0x06), data()]
    frames += [c37.data(18, _BAY.values(0.5, closed=7), 0.2), data(), data()[:-1] + b"\0"]
    frames += [c37.data(18, _BAY.values()[:-2], 4.0), c37.data(18, _BAY.values()[:-2], 4.1)]
    frames += [c37.data(18, _BAY.values(), 4.2), c37.configuration(c37.CFG2, 18, (_BAY.changed(),), 4.3)]
    frames += [c37.data(18, _BAY.values(closed=0x0101), 4.4 + at / 10) for at in range(4)]
    lab["rtu"].call(send_datagrams, "hist", frames, 0.05)
    listener.stop()


@capture(
    "synchrophasor/concentrator.pcap",
    "A concentrator of two PMUs answers: configuration 3 in parts, then in one piece, data of both, a command that is"
    " reserved, an extended one, one of the user, and one that is not answered. Made by hand: pyc37 has no"
    " configuration 3.",
    "rtu hist",
    kind="golden",
    check={"synphasor.frtype==5": 3},
)
def two_stations(lab: Lab) -> None:
    """Floating point and integer in one stream; configuration 1 unanswered."""
    bays = (_BAY, _OLD)
    parts = c37.in_parts(40, bays, 300)
    whole = c37.configuration(c37.CFG3, 40, bays, 1.0)
    values = [
        c37.data(40, _BAY.values(at / 100) + _OLD.values(-at / 100, closed=at % 2), 2 + at / 10) for at in range(8)
    ]
    broken = [parts[0], parts[2]]
    answers = [parts, [whole], values, [], [], [], broken, []]
    server = Answering(lab, "rtu", answers)
    requests = [c37.command(40, code) for code in (c37.SEND_CFG3, c37.SEND_CFG3, c37.ON)]
    requests += [c37.command(40, 7), c37.command(40, c37.EXTENDED, b"\x01\x02\x03\x04"), c37.command(40, 0x0123)]
    requests += [c37.command(40, c37.SEND_CFG3), c37.command(40, c37.SEND_CFG1)]
    lab["hist"].call(ask, "rtu", requests, 0.5)
    server.stop()


@capture(
    "synchrophasor/datagrams.pcap",
    "Commands and data as datagrams between two ports: configuration asked twice, transmission on, data, off. By hand.",
    "rtu hist",
    kind="golden",
    check={"synphasor.frtype==4": 4},
)
def datagrams(lab: Lab) -> None:
    """The first request is lost at the PMU and sent again."""
    listeners = [Listener(lab, "hist"), Listener(lab, "rtu", TCP_PORT)]
    to_pmu, to_pdc = (UDP_PORT, TCP_PORT), (TCP_PORT, UDP_PORT)
    wanted = c37.command(19, c37.SEND_CFG2)
    lab["hist"].call(send_datagrams, "rtu", [wanted, wanted], 0.05, to_pmu)
    lab["rtu"].call(send_datagrams, "hist", [c37.configuration(c37.CFG2, 19, (_OLD,), 1.0)], 0.05, to_pdc)
    lab["hist"].call(send_datagrams, "rtu", [c37.command(19, c37.ON)], 0.05, to_pmu)
    values = [c37.data(19, _OLD.values(at / 50), 1.1 + at / 10) for at in range(6)]
    lab["rtu"].call(send_datagrams, "hist", values, 0.05, to_pdc)
    lab["hist"].call(send_datagrams, "rtu", [c37.command(19, c37.OFF)], 0.05, to_pmu)
    for listener in listeners:
        listener.stop()
