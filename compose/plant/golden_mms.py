"""Golden captures of IEC 61850 MMS with open61850: browsing, values, control, reports, settings."""

from __future__ import annotations

import contextlib
import time

from open61850.data import BoolData, FloatData, UIntData
from open61850.mms.client import MmsClient
from open61850.mms.control import Origin, cancel_value, oper_value, operate
from open61850.mms.errors import MmsError
from open61850.mms.pdu import ObjectName
from open61850.mms.rcb import disable, enable
from open61850.mms.sgcb import confirm_edit_sg_values, read_sgcb, select_active_sg, select_edit_sg

from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.mms_ied import LD, bay, element, file_server, identify, name, native, read_file, work_as

STATION = Origin(2, b"hmi")


def _browse(client: MmsClient) -> None:
    identify(client)
    client.get_name_list(9)
    client.get_name_list(0, LD)
    client.get_name_list(2, LD)
    client.get_type(f"{LD}/XCBR1.Pos.stVal[ST]")
    client.get_type(f"{LD}/MMXU1.TotW[MX]")
    client.get_data_set_members(f"{LD}/LLN0.dsBay")
    for refused in (b"\x80\x00", bytes.fromhex("bf4d00"), bytes.fromhex("a60da00ba1091a034c44301a024e4f")):
        with contextlib.suppress(MmsError):
            client.request(refused)


def _values(client: MmsClient) -> None:
    client.read(f"{LD}/MMXU1.TotW.mag.f[MX]")
    client.read(f"{LD}/XCBR1.Pos[ST]")
    client.read_many([f"{LD}/GGIO1.Ind1.stVal[ST]", f"{LD}/NONE1.Pos[ST]", f"{LD}/LLN0.Mod[ST]"])
    client.read(f"{LD}/GGIO1[ST]")
    for variable, value in (
        (f"{LD}/XCBR1.Pos.subEna[SV]", BoolData(True)),
        (f"{LD}/GGIO1.Ind1.stVal[ST]", BoolData(True)),
        (f"{LD}/LLN0.Nothing[CF]", UIntData(3)),
    ):
        with contextlib.suppress(MmsError):
            client.write(variable, value)


@capture(
    "mms/browse.pcap",
    "Association, identify, lists of names, types, members of a data set; services and objects that the server lacks.",
    "plc1 hmi",
    kind="golden",
    check={"mms": 20},
)
def browse(lab: Lab) -> None:
    """What a client asks first."""
    with bay(lab):
        work_as(lab, "hmi", _browse)


@capture(
    "mms/values.pcap",
    "Reads of single values, structures and several at once, one refused; writes that succeed and that fail.",
    "plc1 hmi",
    kind="golden",
    check={"mms": 12},
)
def values(lab: Lab) -> None:
    """Values with their types."""
    with bay(lab):
        work_as(lab, "hmi", _values)


def _control(client: MmsClient) -> None:
    operate(client, f"{LD}/GGIO1.SPCSO1", True, origin=STATION, ctl_num=1)
    operate(client, f"{LD}/XSWI1.Pos", True, origin=STATION, ctl_num=2)
    operate(client, f"{LD}/XCBR1.Pos", True, origin=STATION, ctl_num=3, interlock_check=False)
    operate(client, f"{LD}/XCBR1.Pos", False, origin=STATION, ctl_num=4, test=True)
    switch = ObjectName("XSWI1$CO$Pos$SBO", LD)
    client.read(switch)
    client.write(ObjectName("XSWI1$CO$Pos$Cancel", LD), cancel_value(True, origin=STATION, ctl_num=5))
    # Operate without a select: the server refuses and says why.
    with contextlib.suppress(MmsError):
        client.write(ObjectName("XCBR1$CO$Pos$Oper", LD), oper_value(True, origin=Origin(3, b"\x01\x02"), ctl_num=6))


@capture(
    "mms/control.pcap",
    "Direct control, select before operate with and without enhanced security, a test, a cancel, an operate without"
    " select that is refused with its cause.",
    "plc1 hmi",
    kind="golden",
    check={"mms": 24},
)
def control(lab: Lab) -> None:
    """The control model."""
    with bay(lab):
        work_as(lab, "hmi", _control)


@capture(
    "mms/reports.pcap",
    "Unbuffered and buffered reports enabled, changes and a general interrogation reported, then disabled.",
    "plc1 hmi",
    kind="golden",
    check={"mms": 20},
)
def reports(lab: Lab) -> None:
    """Reports with every optional field that the server knows."""
    with bay(lab) as model:

        def work(client: MmsClient) -> None:
            for block in ("LLN0$RP$urcb01", "LLN0$BR$brcb01"):
                enable(client, ObjectName(block, LD))
            time.sleep(0.3)
            model.set(f"{LD}/GGIO1.Ind1.stVal[ST]", True)
            model.set(f"{LD}/MMXU1.TotW.mag.f[MX]", 1510.25)
            time.sleep(0.3)
            model.set(f"{LD}/XCBR1.Pos.stVal[ST]", 2)
            time.sleep(0.3)
            for block in ("LLN0$RP$urcb01", "LLN0$BR$brcb01"):
                disable(client, ObjectName(block, LD))

        work_as(lab, "hmi", work)


def _settings(client: MmsClient) -> None:
    read_sgcb(client, LD)
    client.read(f"{LD}/PTOC1.StrVal.setMag.f[SG]")
    select_edit_sg(client, LD, 2)
    client.write(ObjectName("PTOC1$SE$StrVal$setMag$f", LD), FloatData(3.25))
    confirm_edit_sg_values(client, LD)
    select_active_sg(client, LD, 2)


@capture(
    "mms/settings.pcap",
    "A setting group edited, confirmed and made active; the association is cut without a conclude.",
    "plc1 eng",
    kind="golden",
    check={"mms": 10},
)
def settings(lab: Lab) -> None:
    """Setting groups."""
    with bay(lab):
        work_as(lab, "eng", _settings, end=lambda client: None)


def _files(client: MmsClient) -> None:
    client.request(element(0xBF4D, b""))
    read_file(client, "record.dat")
    for refused in (
        element(0xBF48, element(0xA0, name("absent.dat")) + element(0x81, b"\0")),
        element(0xBF4B, element(0xA0, name("old.txt")) + element(0xA1, name("older.txt"))),
    ):
        with contextlib.suppress(MmsError):
            client.request(refused)


@capture(
    "mms/files.pcap",
    "libiec61850 as server: its folder listed, a file read, one that is not there asked for, one renamed; its own"
    " client puts a file there, which the server fetches, and deletes one; an association with a password.",
    "plc1 eng",
    kind="golden",
    check={"mms": 30},
)
def files(lab: Lab) -> None:
    """Files in both directions."""
    with file_server(lab):
        work_as(lab, "eng", _files)
        native(lab, "eng", "files")
        native(lab, "eng", "login")


_PROGRAM = element(0x80, b"Feeder_1")
PROGRAMS = (
    element(0xBF26, _PROGRAM + element(0xA1, element(0x1A, b"LD0")) + element(0x82, b"\xff")),
    element(0xBF28, _PROGRAM),
    element(0xBF29, _PROGRAM),
    element(0xBF2A, _PROGRAM),
    element(0xBF2B, _PROGRAM),
    element(0xBF2C, _PROGRAM),
    element(0x9F27, b"Feeder_1"),
    element(0xBA, _PROGRAM + element(0xA1, b"") + element(0x82, b"\0")),
    element(0x9D, b"LD0"),
    element(0x9F24, b"LD0"),
)
"""Create, start, stop, resume, reset, kill, delete a program; load a domain, read one out, delete one."""
JOURNALS = (
    element(0xBF41, element(0xA0, element(0xA1, element(0x1A, b"LD0") + element(0x1A, b"LLN0$EventLog")))),
    element(0xBF43, element(0xA0, element(0xA1, element(0x1A, b"LD0") + element(0x1A, b"LLN0$EventLog")))),
)
"""Read and empty a journal."""
LIST = element(0xA1, element(0x1A, b"BAY1LD0") + element(0x1A, b"LLN0$dsNew"))
LISTS = (
    element(0xAB, LIST + element(0xA0, element(0x30, element(0xA0, LIST)))),
    element(0xAD, element(0x80, b"\0") + element(0xA1, LIST)),
)
"""Define a named list of variables and delete it."""


def ask(client: MmsClient, services: tuple[bytes, ...]) -> None:
    """Ask for services, whatever comes of it."""
    for service in services:
        with contextlib.suppress(MmsError):
            client.request(service)


@capture(
    "mms/programs.pcap",
    "Services about programs, domains, journals and lists, which open61850's server rejects: no stack has them. The"
    " arguments are written by hand and sent by its client.",
    "plc1 eng",
    kind="golden",
    check={"mms": 28},
)
def programs(lab: Lab) -> None:
    """Programs and domains."""
    with bay(lab):
        work_as(lab, "eng", lambda client: ask(client, PROGRAMS + JOURNALS + LISTS))
