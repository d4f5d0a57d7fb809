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
from compose.plant.mms_ied import LD, bay, identify, work_as

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
    for name, value in (
        (f"{LD}/XCBR1.Pos.subEna[SV]", BoolData(True)),
        (f"{LD}/GGIO1.Ind1.stVal[ST]", BoolData(True)),
        (f"{LD}/LLN0.Nothing[CF]", UIntData(3)),
    ):
        with contextlib.suppress(MmsError):
            client.write(name, value)


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
