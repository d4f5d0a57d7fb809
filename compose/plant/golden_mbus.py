"""Golden captures of M-Bus: pyMeterBus as master, meters made by hand, for no stack of meters exists."""

from __future__ import annotations

from compose.plant import mbus_tool as mbus
from compose.plant.catalogue import capture
from compose.plant.lab import Lab

MADE = "; pyMeterBus is the master, the meters are made by hand (no stack exists)."


def _readout(master: mbus.Master) -> None:
    for address in (5, 6, 7, 9, 12):  # nobody is at 12
        if master.ping(address):
            master.poll(address)
    master.raw(mbus.short(0x7A, 7))
    master.raw(mbus.short(0x7B, 5))
    master.raw(mbus.short(0x5A, 5))
    master.ping(254)
    for secondary in ("92752244FFFFFFFF", "00000000FFFFFFFF"):
        if master.select(secondary):
            master.poll(253)
    master.ping(253)


@capture("mbus/readout.pcap", "Meters of heat, water and electricity read by primary and secondary address" + MADE,
         "mbgw hist", kind="golden", check={"tcp.payload[0:1]==68": 8})  # fmt: skip
def readout(lab: Lab) -> None:
    """Identification, records, alarms, a silent address, a secured meter."""
    with mbus.bus(lab):
        mbus.work_as(lab, "hist", _readout)


def _commands(master: mbus.Master) -> None:
    for rest in (
        "50",
        "5010",
        "51017a08",  # application reset, selection of a telegram, primary address
    ):
        master.send(5, bytes.fromhex(rest))
    for rest in (
        "510c79 78563412", "5102fd1c6009", "51046d 2d0d1135", "5102fd16 3412", "510c13 00000000", "517f", "51c80f 06",
        "54", "bd", "b8", "b1", "b3", "9000", "6c 2d0d1135",
    ):  # fmt: skip
        master.send(6, bytes.fromhex(rest))
    master.send(255, bytes.fromhex("bb"))
    master.raw(mbus.short(0x40, 255))


@capture("mbus/commands.pcap", "Addresses, baud rate, clock and data of meters set, resets, tests" + MADE, "mbgw eng",
         kind="golden", check={"tcp.payload[0:1]==68": 15})  # fmt: skip
def commands(lab: Lab) -> None:
    """What changes a meter."""
    with mbus.bus(lab):
        mbus.work_as(lab, "eng", _commands)


def odd_frames() -> tuple[bytes, ...]:
    """Control field, checksum, control information, sizes, records, octets between frames, an answer's stop."""
    good = mbus.long(mbus.UD, 6, bytes.fromhex("51017a06"))
    return (
        mbus.short(0x49, 6),
        good[:-2] + bytes([good[-2] ^ 1, 0x16]),
        mbus.long(mbus.UD, 6, b"\x99"),
        mbus.long(mbus.UD, 6, b"\x52\x01\x02"),
        mbus.long(mbus.UD, 6, b"\x51\x04\x13\x01"),
        mbus.long(mbus.UD, 6, b""),
        b"\x01\x02" + mbus.short(mbus.UD2, 6),
        b"\x68\x05\x06\x68" + mbus.short(mbus.UD2, 6),
    )


@capture("mbus/odd.pcap", "What breaks the rules of a frame, an application error, another meter's answer" + MADE,
         "mbgw att", kind="golden", check={"tcp.payload[0:1]==68": 6})  # fmt: skip
def odd(lab: Lab) -> None:
    """A sound reading, then odd ones."""

    def work(master: mbus.Master) -> None:
        master.poll(6)
        for frame in odd_frames():
            master.raw(frame)
        master.poll(7)
        master.raw(mbus.short(mbus.UD2, 8))

    with mbus.bus(lab) as meters:
        meters.meters[7] = mbus.Meter(mbus.POWER.secondary, b"", error=8)
        meters.meters[8] = mbus.Meter(mbus.HEAT.secondary, mbus.HEAT.records, speaks_as=5)
        mbus.work_as(lab, "att", work)
