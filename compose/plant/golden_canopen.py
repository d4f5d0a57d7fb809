"""Golden captures of CANopen: nodes and master of the `canopen` library, and what it lacks by hand."""

from __future__ import annotations

import contextlib
import time

import canopen

from compose.plant.can_bus import recorded, say
from compose.plant.canopen_cell import (
    DRIVE,
    FIRMWARE,
    IO_NODE,
    SETPOINT,
    STATION_NAME,
    BlockServer,
    Cell,
    LssSlave,
    by_hand,
    cell,
    nothing_known,
    station,
)
from compose.plant.catalogue import capture
from compose.plant.lab import Lab

PROGRAM = bytes(range(97, 123)) * 4 + b"end."
STORE, RESTORE = 0x1010, 0x1011


def work(made: Cell) -> None:
    """Nodes operational, process data both ways."""
    made.remote[IO_NODE].nmt.state = "OPERATIONAL"
    made.remote[DRIVE].nmt.state = "OPERATIONAL"
    io = made.local[IO_NODE]
    io.tpdo.read()
    made.master.sync.start(0.05)
    for turn in range(12):
        io.sdo[0x6000][1].raw = 0x21 + turn % 2
        io.tpdo[1][0].raw = 0x21 + turn % 2
        io.tpdo[1].transmit()
        made.master.send_message(0x200 + IO_NODE, bytes([turn % 4]))
        time.sleep(0.05)
    made.master.sync.stop()
    made.master.time.transmit(1_795_000_000.25)


@capture(
    "canopen/node.pcap",
    "Nodes boot, are identified and configured (expedited and segmented, aborts among them), run with process data,"
    " SYNC and TIME, raise and clear an emergency, are stopped and reset.",
    "",
    kind="golden",
    check={"can": 100},
)
def node(lab: Lab) -> None:
    """What a master does in a day."""
    with recorded(lab), cell() as made:
        made.boot()
        made.identify(IO_NODE)
        made.identify(DRIVE)
        io = made.remote[IO_NODE].sdo
        for value in (1200, 1250, 1250):
            io.download(SETPOINT, 0, value.to_bytes(2, "little"))
        io.upload(SETPOINT, 0)
        io.download(STATION_NAME, 0, b"Filling line 4, valves")
        io.upload(STATION_NAME, 0)
        io.download(0x1017, 0, (250).to_bytes(2, "little"))
        io.download(0x1800, 2, b"\x01")
        for index, data in ((0x5555, b"\1"), (0x1000, b"\1\2\3\4"), (SETPOINT, b"\1\2\3\4")):
            with contextlib.suppress(canopen.SdoAbortedError):
                io.download(index, 0, data)
        with contextlib.suppress(canopen.SdoAbortedError):
            io.upload(0x5555, 0)
        work(made)
        made.local[IO_NODE].emcy.send(0x2310, 3, b"\x11\x22")
        made.local[IO_NODE].emcy.reset()
        made.local[DRIVE].emcy.send(0x8130, 0x11)
        made.remote[IO_NODE].nmt.state = "PRE-OPERATIONAL"
        made.remote[DRIVE].nmt.state = "STOPPED"
        time.sleep(0.5)
        made.remote[DRIVE].nmt.state = "RESET"
        time.sleep(0.1)
        made.remote[DRIVE].nmt.state = "RESET COMMUNICATION"
        made.master.nmt.state = "OPERATIONAL"
        time.sleep(0.3)


@capture(
    "canopen/programs.pcap",
    "Parameters stored and restored, a program downloaded, stopped and started; an object read and written in blocks"
    " (client: canopen; the server of the blocks by hand, the library's node has none); a node that is not there.",
    "",
    kind="golden",
    check={"can": 60},
)
def programs(lab: Lab) -> None:
    """A commissioning engineer."""
    with recorded(lab), cell() as made:
        made.boot()
        io = made.remote[IO_NODE].sdo
        io.download(STORE, 1, b"save")
        io.download(RESTORE, 1, b"load")
        io.download(0x1F51, 1, b"\x00")
        io.download(FIRMWARE, 1, PROGRAM)
        io.download(0x1F51, 1, b"\x01")
        other = made.master.add_node(33, nothing_known())
        other.sdo.RESPONSE_TIMEOUT = 1.0
        with by_hand(BlockServer(33, b"")):
            with other.sdo.open(FIRMWARE, 1, "wb", size=len(PROGRAM), block_transfer=True) as file:
                file.write(PROGRAM)
            with other.sdo.open(FIRMWARE, 1, "rb", block_transfer=True) as file:
                file.read()
        missing = made.master.add_node(99, nothing_known())
        missing.sdo.RESPONSE_TIMEOUT, missing.sdo.MAX_RETRIES = 0.2, 1
        with contextlib.suppress(canopen.SdoCommunicationError):
            missing.sdo.upload(0x1000, 0)
        time.sleep(11)


@capture(
    "canopen/lss.pcap",
    "A node without a number is found, selected, asked who it is, given number and bit rate (LSS; master: canopen, the"
    " slave by hand, the library has none).",
    "",
    kind="golden",
    check={"can": 20},
)
def lss(lab: Lab) -> None:
    """Layer setting."""
    with recorded(lab), cell({IO_NODE: "IO-X 8DI/8DO"}) as made, by_hand(LssSlave()):
        made.boot()
        master = made.master.lss
        master.RESPONSE_TIMEOUT = 0.3
        made.master.send_message(0x7E5, b"\x4c".ljust(8, b"\0"))
        time.sleep(0.05)
        master.send_switch_state_selective(*LssSlave.IDENTITY)
        for command in range(0x5A, 0x5E):
            master.inquire_lss_address(command)
        master.inquire_node_id()
        master.configure_node_id(44)
        with contextlib.suppress(canopen.lss.LssError):
            master.configure_node_id(200)
        master.configure_bit_timing(3)
        made.master.send_message(0x7E5, b"\x15\x64\x00".ljust(8, b"\0"))
        master.store_configuration()
        master.send_switch_state_global(master.WAITING_STATE)
        time.sleep(0.2)


@capture(
    "canopen/odd.pcap",
    "By hand, what no stack sends: commands and states that there are not, lengths that are wrong, toggles, sizes,"
    " checksums and block numbers that do not fit, node guarding, masters that negotiate.",
    "",
    kind="golden",
    check={"can": 60},
)
def odd(lab: Lab) -> None:
    """Each flag once at least."""
    ask, told, life = 0x600 + IO_NODE, 0x580 + IO_NODE, 0x700 + IO_NODE
    with recorded(lab):
        bus = station()
        say(bus, life, b"\x00")
        say(bus, life + 1, b"\x00")
        for state in (0x7F, 0xFF, 0x7F, 0x7F):
            say(bus, life, is_remote_frame=True)
            say(bus, life, bytes([state]))
        say(bus, life + 1, is_remote_frame=True)
        for identifier, data in (
            (0x000, b"\x01"), (0x000, b"\x07\x05"), (0x000, b"\x01\xc8"), (0x000, b"\x01\x00"),
            (life, b"\x03"), (life, b"\x05\x00"), (0x085, b"\x10\x81\x11"), (0x080, b"\x01\x02"), (0x080, b"\x01"),
            (0x100, b"\x01\x02"), (0x072, b"\x01\x05"), (0x076, b""), (0x073, b""), (0x7E5, b"\x77".ljust(8, b"\0")),
            (0x7E5, b"\x11\x05"), (0x7E4, b"\x11\x01".ljust(8, b"\0")), (0x6F0, b"\x01\x02\x03"),
            # Answers that nobody asked for, and a transfer in whose midst the capture begins.
            (told, b"\x43\x00\x10\x00\x91\x01\x0f\x00"), (told, b"\x60\x00\x20\x00".ljust(8, b"\0")),
            (told, b"\x80\x00\x20\x00\x00\x00\x02\x06"), (ask, b"\x00abcdefg"), (ask, b"\x40\x00\x20"),
            # Toggle and size.
            (ask, b"\x21\x00\x21\x00\x09\0\0\0"), (told, b"\x60\x00\x21\x00".ljust(8, b"\0")),
            (ask, b"\x00abcdefg"), (told, b"\x20".ljust(8, b"\0")), (ask, b"\x03hijklmn"),
            (told, b"\x30".ljust(8, b"\0")),
            # Another request before the answer, then an answer of another kind, then no answer at all.
            (ask, b"\x40\x00\x10\x00".ljust(8, b"\0")), (ask, b"\x40\x01\x10\x00".ljust(8, b"\0")),
            (told, b"\x20".ljust(8, b"\0")), (told, b"\x4f\x01\x10\x00\x00\0\0\0"), (ask, b"\xe0".ljust(8, b"\0")),
            (ask, b"\x80\x00\x10\x00\x00\x00\x04\x05"),
            # A block whose second segment is lost and sent again, and whose checksum is wrong.
            (ask, b"\xc6\x00\x21\x00\x14\0\0\0"), (told, b"\xa4\x00\x21\x00\x7f\0\0\0"), (ask, b"\x01abcdefg"),
            (ask, b"\x03opqrst\0"), (told, b"\xa2\x01\x7f".ljust(8, b"\0")), (ask, b"\x01hijklmn"),
            (ask, b"\x82opqrst\0"), (told, b"\xa2\x02\x7f".ljust(8, b"\0")), (ask, b"\xc5\x34\x12".ljust(8, b"\0")),
            (told, b"\xa1".ljust(8, b"\0")),
            # A stopped node answers.
            (0x000, b"\x02\x05"), (life, b"\x04"), (ask, b"\x40\x00\x10\x00".ljust(8, b"\0")),
            (told, b"\x43\x00\x10\x00\x91\x01\x0f\x00"),
        ):  # fmt: skip
            say(bus, identifier, data)
        say(bus, 0x185, b"\x01\x02\x03\x04")
        say(bus, 0x123456, b"\x01", is_extended_id=True)
        say(bus, 0x185, is_remote_frame=True)
        time.sleep(11)
        say(bus, 0x080)
        bus.shutdown()
