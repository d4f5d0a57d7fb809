"""Golden captures of CAN buses that nothing above CAN explains: frames of python-can on its virtual bus."""

from __future__ import annotations

from compose.plant.can_bus import cycle, joined, recorded, say
from compose.plant.catalogue import capture
from compose.plant.lab import Lab

ENGINE, LAMPS, DOORS = 0x0C4, 0x2F1, 0x350


@capture(
    "can/plain.pcap",
    "A machine's own frames in their cycles, of 11 and of 29 bits, a remote frame, CAN FD.",
    "",
    kind="golden",
    check={"can": 60},
)
def plain(lab: Lab) -> None:
    """Frames that no protocol explains."""
    with recorded(lab):
        bus = joined()
        wave = [bytes([turn, 200 - turn, 0, 7]) for turn in range(40)]
        cycle(bus, 0.4, 0.02, [(ENGINE, wave), (LAMPS, [b"\x00\x10"] * 9 + [b"\x01\x10"])])
        say(bus, DOORS, is_remote_frame=True)
        say(bus, DOORS, b"\x55")
        say(bus, 0x1ABCDE01, b"\x01\x02\x03\x04\x05\x06\x07\x08", is_extended_id=True)
        say(bus, 0x1ABCDE01, b"\x01\x02\x03\x04\x05\x06\x07\x09", is_extended_id=True)
        say(bus, 0x410, bytes(range(64)), is_fd=True)
        cycle(bus, 0.4, 0.02, [(ENGINE, wave), (LAMPS, [b"\x00\x10"])])
        bus.shutdown()


@capture(
    "can/errors.pcap",
    "What a controller says of the bus: error frames of each kind. By hand: no bus has such errors at will.",
    "",
    kind="golden",
    check={"can": 60},
)
def errors(lab: Lab) -> None:
    """Each flag of a bus once at least."""
    with recorded(lab):
        bus = joined()
        cycle(bus, 0.3, 0.02, [(ENGINE, [b"\x01\x02"]), (LAMPS, [b"\x00\x10"])])
        say(bus, 0x088, b"\x00\x00\x02\x00\x00\x00\x00\x00", is_error_frame=True)
        say(bus, 0x204, b"\x00\x20\x00\x00\x00\x00\x80\x10", is_error_frame=True)
        say(bus, 0x004, b"\x00\x01\x00\x00\x00\x00\x00\x00", is_error_frame=True)
        say(bus, 0x040, bytes(8), is_error_frame=True)
        say(bus, 0x100, bytes(8), is_error_frame=True)
        cycle(bus, 0.3, 0.02, [(ENGINE, [b"\x01\x02"]), (LAMPS, [b"\x00\x10"])])
        bus.shutdown()
