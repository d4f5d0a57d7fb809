"""Golden captures of ICCP (TASE.2) in MMS: two centres compare, exchange data, command devices."""

from __future__ import annotations

import contextlib
import time

from open61850.data import BoolData, FloatData, IntData
from open61850.mms.errors import MmsError
from open61850.mms.pdu import ObjectName

from compose.plant.catalogue import capture
from compose.plant.iccp_centre import (
    Centre,
    Client,
    measured,
    message,
    named,
    reference,
    serving,
    transfer_set,
    work_as,
)
from compose.plant.lab import Lab
from compose.plant.mms_ied import native

MADE = " The objects of TASE.2 are written by hand on open61850 at both ends: no free stack has a server."
_PAUSE = 0.2
_REQUEST = "mms.confirmedServiceRequest"


@capture(
    "mms/iccp-transfer.pcap",
    "Two centres read each other's table and version on one association, transfer sets are started, report by list and"
    " by name, are acknowledged and stopped; data sets defined, read and deleted; an information message." + MADE,
    "cc1 cc2",
    kind="golden",
    check={"mms.unconfirmedService==0": 6, f"{_REQUEST}==5": 2},
)
def transfer(lab: Lab) -> None:
    """Data by transfer sets."""
    with serving(lab) as server:

        def work(client: Client) -> None:
            client.introduce()
            server.ask(named("Bilateral_Table_ID"), ObjectName("TASE2_Version"))
            client.get_name_list(2, "ICC_MARSH")
            client.get_data_set_members(named("DS_FEEDERS"))
            client.read(named("FEEDER1_MW"))
            client.read_data_set("DS_FEEDERS")
            first = client.begin("DS_FEEDERS")
            server.report(first, "DS_FEEDERS")
            time.sleep(_PAUSE)
            client.acknowledge()
            client.define("DS_OWN", "Transfer_Set_Name", "DSConditions_Detected", "FEEDER2_MW")
            second = client.begin("DS_OWN", 10)
            server.report(second, "DS_OWN", b"\x20")
            server.report_each([("Transfer_Set_Name", reference(second)), ("FEEDER2_MW", measured(18.0))])
            server.report_each(message("Feeder 2 back at noon"))
            time.sleep(_PAUSE)
            client.acknowledge(refuse=True)
            client.write(named(second), transfer_set("DS_OWN", False))
            client.write(named(first), transfer_set("DS_FEEDERS", False))
            client.delete("DS_OWN")

        work_as(lab, "cc2", work)


@capture(
    "mms/iccp-control.pcap",
    "A device selected and operated, one operated without a select, a setpoint, a command that is refused; tags set,"
    " read and removed." + MADE,
    "cc1 cc2",
    kind="golden",
    check={f"{_REQUEST}==5": 6},
)
def control(lab: Lab) -> None:
    """Devices commanded and tagged."""

    def work(client: Client) -> None:
        client.introduce()
        client.read(named("CB4_SBO"))
        client.write(named("CB4"), IntData(1))
        client.write(named("CB4"), IntData(0))
        client.write(named("SETPOINT_MW"), FloatData(42.5))
        client.tag("CB4", 1, "line crew")
        client.read(named("CB4_TAG"))
        client.tag("CB4", 0, "")
        for refused in ("CB9_SBO", "CB9"):
            with contextlib.suppress(MmsError):
                client.read(named(refused)) if refused.endswith("SBO") else client.write(named(refused), IntData(1))
        client.write(named("FEEDER1_MW"), measured(12.0))

    with serving(lab):
        work_as(lab, "cc2", work)


@capture(
    "mms/iccp-refused.pcap",
    "A centre with another version that asks and is asked, and one without a bilateral table, which may read nothing."
    + MADE,
    "cc1 cc2 att",
    kind="golden",
    check={f"{_REQUEST}==4": 3},
)
def refused(lab: Lab) -> None:
    """Tables and versions that do not fit."""
    with serving(lab) as server:

        def differs(client: Client) -> None:
            client.introduce()
            server.ask(named("Bilateral_Table_ID"), ObjectName("TASE2_Version"))
            time.sleep(_PAUSE)

        work_as(lab, "cc2", differs, centre=Centre("MARSH-HILL-6", (1996, 8)))
    barred = Centre()
    barred.barred = True

    def stranger(client: Client) -> None:
        client.introduce()
        with contextlib.suppress(MmsError):
            client.write(named("DSTransferSet_Status"), BoolData(True))

    with serving(lab, barred):
        work_as(lab, "att", stranger)


@capture(
    "mms/iccp-client.pcap",
    "The TASE.2 client of pyiec61850-ng against the same server: names by its own habits, a select that is written.",
    "cc1 cc2",
    kind="golden",
    check={f"{_REQUEST}==5": 5},
)
def client(lab: Lab) -> None:
    """Another client."""
    with serving(lab):
        native(lab, "cc2", "tase2", "cc1")
