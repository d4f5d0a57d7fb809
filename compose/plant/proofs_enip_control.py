"""Proof captures of the EtherNet/IP rules about what changes a device: EI01 to EI04, EI06, EI07, EI11, EI13, EI14."""

from __future__ import annotations

import struct
import time

from compose.plant import cip_work as work
from compose.plant.addresses import ip
from compose.plant.catalogue import capture
from compose.plant.cip_device import LogixController
from compose.plant.cip_pccc import SlcController
from compose.plant.cip_stack import EipScanner
from compose.plant.cip_work import Ask
from compose.plant.lab import Lab
from compose.plant.proofs_enip import NORMAL, ask_as_stranger, do, enip_cell

_GRANTED = "The stack knows no such service: the replies are hand-made (an empty success)."


@capture(
    "enip/mode-change.pcap",
    f"A stranger stops the controller and starts it again (services 7 and 6 on object 0x8E). {_GRANTED}",
    "plc1 hmi att",
    rules="EI01",
    learn=NORMAL,
    check={"cip.sc==0x07": 2, "cip.sc==0x06": 2},
)
def mode_change(lab: Lab) -> None:
    """Stop and start."""
    questions = [Ask(work.STOP, work.CONTROLLER), Ask(work.START, work.CONTROLLER)]
    ask_as_stranger(lab, "stop and start", "T0858", "EI01", questions)


@capture(
    "enip/pccc-mode-change.pcap",
    "A stranger puts an SLC 500 into program mode and back (PCCC 0F/80) and its outputs off (07/00). The SLC is "
    "hand-made: no stack answers PCCC.",
    "plc1 att",
    rules="EI01",
    learn=NORMAL,
    check={"cip.pccc.fnc.code_0f==0x80": 2},
)
def pccc_mode_change(lab: Lab) -> None:
    """Three commands of those the SLC knows."""
    controller = SlcController("plc1")
    commands = controller.commands()
    lab["plc1"].run(controller.serve())
    questions = [Ask(0x4B, work.PCCC, data=commands[number]) for number in (0, 1, 11)]
    do(lab, "change of mode by PCCC", "T0858", "EI01", lambda: work.ask_all("plc1", questions))
    lab["plc1"].run(controller.stop())


@capture(
    "enip/device-reset.pcap",
    "A stranger resets the device: power cycle, then factory defaults (service 5 on object 1, types 0 and 1).",
    "plc1 hmi att",
    rules="EI02",
    learn=NORMAL,
    check={"cip.sc==0x05": 4},
)
def device_reset(lab: Lab) -> None:
    """Two resets, which the real server grants without doing them."""
    questions = [Ask(work.RESET, work.IDENTITY, data=b"\x00"), Ask(work.RESET, work.IDENTITY, data=b"\x01")]
    ask_as_stranger(lab, "reset", "T0816", "EI02", questions, grants=False)


@capture(
    "enip/firmware-update.pcap",
    f"A stranger begins a firmware update and sends four blocks (object 0xA1, services 0x4B and 0x4D). {_GRANTED}",
    "plc1 hmi att",
    rules="EI03",
    learn=NORMAL,
    check={"cip.sc==0x4d": 8},
)
def firmware_update(lab: Lab) -> None:
    """One begin, four blocks."""
    block = bytes(range(200)) * 2
    questions = [Ask(0x4B, work.STORAGE, data=b"\x01\x00\x00\x10\x00\x00")]
    questions += [Ask(0x4D, work.STORAGE, data=struct.pack("<I", number * 400) + block) for number in range(4)]
    ask_as_stranger(lab, "firmware update", "T0857 T0839", "EI03", questions)


@capture(
    "enip/program-change.pcap",
    "A stranger reads a routine, deletes it and creates another one (objects 0x6A, 0x6D), and writes program data "
    f"(service 0x50). {_GRANTED}",
    "plc1 hmi att",
    rules="EI04 EI04U",
    learn=NORMAL,
    check={"cip.sc==0x4f": 2, "cip.sc==0x09": 2, "cip.sc==0x08": 2},
)
def program_change(lab: Lab) -> None:
    """Upload, delete, create, write."""
    questions = [
        Ask(0x4F, work.PROGRAM_DATA, 6, data=struct.pack("<IH", 0, 88)),
        Ask(work.DELETE, work.ROUTINE, 3),
        Ask(work.CREATE, work.ROUTINE, 0, data=b"\x01\x00"),
        Ask(0x50, work.PROGRAM_DATA, 6, data=struct.pack("<IH", 0, 4) + b"code"),
    ]
    ask_as_stranger(lab, "program change", "T0843 T0845 T0889", "EI04 EI04U", questions)


@capture(
    "enip/controller-unlock.pcap",
    "A stranger unlocks the controller (service 0x4C on object 0x74 inside 0x8E). The stack refuses it: it has no such "
    "object.",
    "plc1 hmi att",
    rules="EI06",
    learn=NORMAL,
    check={"cip.class==0x74": 1},
)
def controller_unlock(lab: Lab) -> None:
    """One unlock, by the stack's own client."""

    async def unlock() -> None:
        scanner = EipScanner()
        await scanner.connect(ip("plc1"))
        await scanner.send_explicit(0x4C, b"\x20\x8e\x24\x01\x20\x74\x24\x01")
        await scanner.close()

    with enip_cell(lab, 5):
        time.sleep(2)
        with lab.step("unlock", "att", "plc1", ["T0892"], ["EI06"]):
            lab["att"].run(unlock())


_ADDRESSES = struct.pack("<IIIIIH", 0x0A09010C, 0xFFFFFF00, 0x0A090101, 0, 0, 0)


@capture(
    "enip/network-settings.pcap",
    f"A stranger changes the controller's address and the settings of its port (objects 0xF5 and 0xF6). {_GRANTED}",
    "plc1 hmi att",
    rules="EI07",
    learn=NORMAL,
    check={"cip.class==0xf5": 1, "cip.class==0xf6": 1},
)
def network_settings(lab: Lab) -> None:
    """Two sets."""
    questions = [
        Ask(work.SET_SINGLE, work.TCP_IP, 1, 5, _ADDRESSES),
        Ask(work.SET_SINGLE, work.ETHERNET, 1, 6, b"\x00\x00\x00\x00"),
    ]
    ask_as_stranger(lab, "network settings", "T0836 T0814", "EI07", questions)


@capture(
    "enip/time-set.pcap",
    f"A stranger sets the controller's clock back by years (Set_Attribute_List on object 0x8B). {_GRANTED}",
    "plc1 hmi att",
    rules="EI11",
    learn=NORMAL,
    check={"cip.class==0x8b": 1},
)
def time_set(lab: Lab) -> None:
    """One set."""
    clock = struct.pack("<HHQ", 1, 6, 1_225_500_000_000_000)
    ask_as_stranger(lab, "clock", "T0836", "EI11", [Ask(work.SET_LIST, work.WALL_CLOCK, data=clock)])


@capture(
    "enip/file-change.pcap",
    f"A stranger writes a file of the controller and clears another one (object 0x37). {_GRANTED}",
    "plc1 hmi att",
    rules="EI13",
    learn=NORMAL,
    check={"cip.class==0x37": 3},
)
def file_change(lab: Lab) -> None:
    """Download of one block, clear."""
    questions = [
        Ask(0x4C, work.FILE, 201, data=struct.pack("<IHB", 60, 1, 255)),
        Ask(0x50, work.FILE, 201, data=b"\x00\x02" + b"EDS" * 20),
        Ask(0x51, work.FILE, 202),
    ]
    ask_as_stranger(lab, "file change", "T0889 T0809", "EI13", questions)


@capture(
    "enip/device-settings.pcap",
    "A stranger tries to change the name in the Identity object (refused) and saves the settings of the controller. "
    f"{_GRANTED}",
    "plc1 hmi att",
    rules="EI14",
    learn=NORMAL,
    check={"cip.sc==0x10": 1, "cip.sc==0x16": 1},
)
def device_settings(lab: Lab) -> None:
    """Set and save."""
    questions = [Ask(work.SET_SINGLE, work.IDENTITY, 1, 7, b"\x04Tank"), Ask(0x16, work.CONTROLLER)]
    ask_as_stranger(lab, "device settings", "T0836", "EI14", questions)


@capture(
    "enip/engineer-visit.pcap",
    "The engineering station reads identity, clock, tag list and diagnostics of the controller: nothing is changed.",
    "plc1 hmi eng",
    rules="EI01 EI02 EI03 EI04 EI04U EI06 EI07 EI11 EI13 EI14",
    kind="benign",
    learn=NORMAL,
    check={"cip.sc==0x01": 4, "cip.sc==0x55": 1},
)
def engineer_visit(lab: Lab) -> None:
    """Reading services only."""
    questions = [
        Ask(work.GET_ALL, work.IDENTITY),
        Ask(work.GET_SINGLE, work.IDENTITY, 1, 5),
        Ask(work.GET_LIST, work.WALL_CLOCK, data=work.read_lists([6])),
        Ask(work.GET_ALL, work.TCP_IP),
        Ask(work.GET_SINGLE, work.ETHERNET, 1, 1),
        Ask(work.GET_ALL, 0x64),
    ]

    def visit() -> None:
        work.ask_all("plc1", questions)
        with work.logix("plc1") as client:
            client.read("Tank_Level")

    with enip_cell(lab, 5, LogixController("plc1")):
        time.sleep(1)
        lab["eng"].call(visit)
