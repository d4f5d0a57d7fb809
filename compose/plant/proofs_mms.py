"""Proof captures of the MMS rules (GO05): a substation cell at work, and what intruders do to its bay controller."""

from __future__ import annotations

import contextlib
import time

from open61850.data import BoolData, FloatData, UIntData
from open61850.mms.client import MmsClient
from open61850.mms.control import Origin, operate
from open61850.mms.errors import MmsError
from open61850.mms.pdu import ObjectName
from open61850.mms.rcb import enable
from open61850.mms.sgcb import confirm_edit_sg_values, select_active_sg, select_edit_sg

from compose.plant.catalogue import capture
from compose.plant.golden_mms import JOURNALS, PROGRAMS, ask
from compose.plant.lab import Lab
from compose.plant.mms_ied import LD, Work, bay, element, file_server, identify, native, read_file, refusing, work_as

NORMAL = "mms/hmi-normal.pcap"
RULES = "GO05 GO05N GO05S GO05C GO05F GO05P GO05U GO05J GO05L"
_STATION = Origin(2, b"hmi")
_REMOTE = Origin(3, b"rc")
_POLL = 0.5  # seconds


def _operator(seconds: float) -> Work:
    """Poll, have reports, command the feeder's output now and then."""

    def work(client: MmsClient) -> None:
        identify(client)
        enable(client, ObjectName("LLN0$RP$urcb01", LD))
        for number in range(int(seconds / _POLL)):
            client.read_many([f"{LD}/MMXU1.TotW.mag.f[MX]", f"{LD}/XCBR1.Pos.stVal[ST]"])
            if number % 8 == 4:
                operate(client, f"{LD}/GGIO1.SPCSO1", number % 16 == 4, origin=_STATION)
            time.sleep(_POLL)

    return work


def _normal(lab: Lab, seconds: float) -> None:
    with bay(lab):
        work_as(lab, "hmi", _operator(seconds))


@capture(
    NORMAL,
    "A bay controller at work: polls, reports and commands of the operator station. Learn the baseline from it.",
    "plc1 hmi",
    rules=RULES,
    kind="benign",
    check={"mms.confirmedServiceRequest==4": 40, "mms.confirmedServiceRequest==5": 6},
)
def hmi_normal(lab: Lab) -> None:
    """25 seconds of normal work."""
    _normal(lab, 25)


@capture(
    "mms/hmi-normal-later.pcap",
    "The same cell later: same client, objects and services. With the baseline learned, nothing may fire.",
    "plc1 hmi",
    rules=RULES,
    kind="benign",
    learn=NORMAL,
    check={"mms.confirmedServiceRequest==4": 12},
)
def hmi_normal_later(lab: Lab) -> None:
    """8 seconds of the same work."""
    _normal(lab, 8)


def _attack(lab: Lab, step: str, host: str, techniques: str, rule: str, work: Work) -> None:
    """The operator works, and a host does its deed meanwhile."""
    with bay(lab):
        operator = lab["hmi"].begin(work_as, lab, "hmi", _operator(3))
        time.sleep(1)
        with lab.step(step, host, "plc1", techniques.split(), [rule]):
            work_as(lab, host, work)
        operator.result(60)


def _open_breaker(client: MmsClient) -> None:
    operate(client, f"{LD}/XCBR1.Pos", False, origin=_REMOTE)
    operate(client, f"{LD}/GGIO1.SPCSO1", True, origin=_REMOTE)


@capture(
    "mms/stranger-operates.pcap",
    "A laptop selects and opens the breaker, and switches an output.",
    "plc1 hmi att",
    rules="GO05",
    check={"mms.confirmedServiceRequest==5": 3},
)
def stranger_operates(lab: Lab) -> None:
    """Commands from a host that may not command."""
    _attack(lab, "open-breaker", "att", "T0855 T0831", "GO05", _open_breaker)


def _first(client: MmsClient) -> None:
    operate(client, f"{LD}/XCBR1.Pos", False, origin=_STATION)


@capture(
    "mms/first-command.pcap",
    "The operator station, which commands an output only, opens the breaker for the first time.",
    "plc1 hmi",
    rules="GO05N",
    learn=NORMAL,
    check={"mms.confirmedServiceRequest==5": 2},
)
def first_command(lab: Lab) -> None:
    """A known writer, a new object."""
    with bay(lab):
        work_as(lab, "hmi", _operator(2))
        with lab.step("first-command", "hmi", "plc1", ["T0855"], ["GO05N"]):
            work_as(lab, "hmi", _first)


def _substitute(client: MmsClient) -> None:
    client.write(f"{LD}/XCBR1.Pos.subEna[SV]", BoolData(True))


@capture(
    "mms/substituted.pcap",
    "The operator station enables substitution of the breaker's position.",
    "plc1 hmi",
    rules="GO05S",
    check={'mms.itemId contains "SV$"': 1},
)
def substituted(lab: Lab) -> None:
    """A position that is no longer that of the process."""
    with bay(lab), lab.step("substitute", "hmi", "plc1", ["T0856", "T0832"], ["GO05S"]):
        work_as(lab, "hmi", _substitute)


def _settings(client: MmsClient) -> None:
    select_edit_sg(client, LD, 2)
    client.write(ObjectName("PTOC1$SE$StrVal$setMag$f", LD), FloatData(99.0))
    confirm_edit_sg_values(client, LD)
    select_active_sg(client, LD, 2)
    client.write(ObjectName("LLN0$RP$urcb01$IntgPd", LD), UIntData(0))


@capture(
    "mms/settings-changed.pcap",
    "A laptop changes the pick-up value of the protection, makes that setting group active, and alters a report.",
    "plc1 hmi att",
    rules="GO05C",
    check={'mms.itemId contains "SGCB"': 3},
)
def settings_changed(lab: Lab) -> None:
    """Protection settings and reports changed."""

    def work(client: MmsClient) -> None:
        with contextlib.suppress(MmsError):
            _settings(client)

    _attack(lab, "change-settings", "att", "T0836", "GO05C", work)


@capture(
    "mms/files-changed.pcap",
    "A laptop has the controller fetch a file from it and deletes another (libiec61850).",
    "plc1 att",
    rules="GO05F",
    check={"mms.confirmedServiceRequest==76": 1},
)
def files_changed(lab: Lab) -> None:
    """Files written and deleted."""
    with file_server(lab), lab.step("change-files", "att", "plc1", ["T0843", "T0872"], ["GO05F"]):
        native(lab, "att", "files")


@capture(
    "mms/files-read.pcap",
    "A laptop reads a disturbance record out of the controller (libiec61850).",
    "plc1 att",
    rules="GO05U",
    check={"mms.confirmedServiceRequest==73": 1},
)
def files_read(lab: Lab) -> None:
    """A file read."""

    def work(client: MmsClient) -> None:
        client.request(element(0xBF4D, b""))
        read_file(client, "record.dat")

    with file_server(lab), lab.step("read-files", "att", "plc1", ["T0845"], ["GO05U"]):
        work_as(lab, "att", work)


@capture(
    "mms/programs-changed.pcap",
    "A laptop stops, resets, kills and deletes a program and loads a domain; open61850's server rejects each. The"
    " arguments are written by hand: no stack has these services.",
    "plc1 hmi att",
    rules="GO05P",
    check={"mms.confirmedServiceRequest==44": 1},
)
def programs_changed(lab: Lab) -> None:
    """Programs stopped, killed, loaded."""
    _attack(lab, "stop-programs", "att", "T0858 T0843", "GO05P", lambda client: ask(client, PROGRAMS))


@capture(
    "mms/journal-emptied.pcap",
    "A laptop reads and empties the event log; open61850's server rejects both. The arguments are written by hand.",
    "plc1 hmi att",
    rules="GO05J",
    check={"mms.confirmedServiceRequest==67": 1},
)
def journal_emptied(lab: Lab) -> None:
    """Traces removed."""
    _attack(lab, "empty-journal", "att", "T0872", "GO05J", lambda client: ask(client, JOURNALS))


@capture(
    "mms/password-refused.pcap",
    "A laptop tries to associate with a password three times (libiec61850); the controller refuses: authentication"
    " failure (open61850's own answer with another result).",
    "plc1 att",
    rules="GO05L",
    check={"mms": 3},
)
def password_refused(lab: Lab) -> None:
    """Refused associations."""
    with bay(lab), refusing(), lab.step("guess-password", "att", "plc1", ["T0859"], ["GO05L"]):
        for _ in range(3):
            native(lab, "att", "login")
