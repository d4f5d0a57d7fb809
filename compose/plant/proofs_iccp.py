"""Proof captures of the ICCP rules: two centres that exchange data, and what a stranger on their link does."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

from open61850.data import IntData
from open61850.mms.errors import MmsError
from open61850.mms.pdu import ObjectName

from compose.plant.catalogue import capture
from compose.plant.golden_iccp import MADE
from compose.plant.iccp_centre import Centre, Client, Server, Work, named, serving, transfer_set, work_as
from compose.plant.lab import Lab

NORMAL = "mms/iccp-normal.pcap"
RULES = "TS01 TS02 TS03 TS04"
_REQUEST = "mms.confirmedServiceRequest"
_REPORT = 0.5  # seconds


def _exchange(server: Server, seconds: float) -> Work:
    """Compare tables, have reports, command and tag a device now and then, stop at the end."""

    def work(client: Client) -> None:
        client.introduce()
        started = client.begin("DS_FEEDERS")
        for number in range(int(seconds / _REPORT)):
            server.report(started, "DS_FEEDERS")
            client.acknowledge()
            if number % 8 == 2:
                client.tag("CB4", 1, "line crew")
                client.tag("CB4", 0, "")
                client.read(named("CB4_SBO"))
                client.write(named("CB4"), IntData(number % 2))
            time.sleep(_REPORT)
        client.write(named(started), transfer_set("DS_FEEDERS", False))

    return work


def _normal(lab: Lab, seconds: float) -> None:
    with serving(lab) as server:
        work_as(lab, "cc2", _exchange(server, seconds))


@capture(NORMAL, "Two control centres at work: reports, commands, tags. Learn the baseline from it." + MADE, "cc1 cc2",
         rules=RULES, kind="benign", check={"mms.unconfirmedService==0": 60, f"{_REQUEST}==5": 10})  # fmt: skip
def normal(lab: Lab) -> None:
    """20 seconds of normal work."""
    _normal(lab, 20)


@capture("mms/iccp-normal-later.pcap", "The same centres later: nothing may fire." + MADE, "cc1 cc2", rules=RULES,
         kind="benign", learn=NORMAL, check={"mms.unconfirmedService==0": 20})  # fmt: skip
def normal_later(lab: Lab) -> None:
    """8 seconds of the same work."""
    _normal(lab, 8)


def _attack(lab: Lab, name: str, techniques: str, rule: str, work: Work) -> None:
    """Both centres work, and a laptop does its deed meanwhile."""
    with serving(lab) as server:
        operator = lab["cc2"].begin(work_as, lab, "cc2", _exchange(server, 3))
        time.sleep(1)
        with lab.step(name, "att", "cc1", techniques.split(), [rule]):
            work_as(lab, "att", work)
        operator.result(60)


def _proof(file: str, purpose: str, rule: str) -> Callable[[Callable[[Lab], None]], Callable[[Lab], None]]:
    return capture(f"mms/{file}.pcap", purpose + MADE, "cc1 cc2 att", rules=rule, learn=NORMAL, check={_REQUEST: 8})


@_proof("iccp-commanded", "A laptop selects and operates a breaker, then operates it without a select.", "TS01")
def commanded(lab: Lab) -> None:
    """Commands from a host that may not command."""

    def work(client: Client) -> None:
        client.introduce()
        client.read(named("CB4_SBO"))
        client.write(named("CB4"), IntData(1))
        client.write(named("CB4"), IntData(0))

    _attack(lab, "operate-breaker", "T0855 T0831", "TS01", work)


@_proof("iccp-stopped", "A laptop stops the neighbour's transfer set, defines a data set and deletes one.", "TS02")
def stopped(lab: Lab) -> None:
    """A centre goes blind."""

    def work(client: Client) -> None:
        client.introduce()
        client.write(named("DSTrans1"), transfer_set("DS_FEEDERS", False))
        client.define("DS_OWN", "Transfer_Set_Name", "FEEDER2_MW")
        client.delete("DS_OWN")

    _attack(lab, "stop-transfer", "T0815 T0836", "TS02", work)


@_proof("iccp-tag-removed", "A laptop removes the tag of a breaker on which a crew works.", "TS04")
def tag_removed(lab: Lab) -> None:
    """A protected device is free again."""

    def work(client: Client) -> None:
        client.introduce()
        client.tag("CB4", 0, "")

    _attack(lab, "remove-tag", "T0836 T0831", "TS04", work)


@capture("mms/iccp-table.pcap", "A laptop that has no bilateral table asks for it and is refused everything." + MADE,
         "cc1 cc2 att", rules="TS03", check={f"{_REQUEST}==4": 2})  # fmt: skip
def table(lab: Lab) -> None:
    """A stranger on the link."""
    barred = Centre()
    barred.barred = True

    def work(client: Client) -> None:
        client.introduce()
        with contextlib.suppress(MmsError):
            client.read(named("FEEDER1_MW"))

    with serving(lab, barred), lab.step("ask-table", "att", "cc1", ["T0859", "T0846"], ["TS03"]):
        work_as(lab, "att", work)


@capture("mms/iccp-versions.pcap", "The neighbour calls with another table and edition than it is answered." + MADE,
         "cc1 cc2", rules="TS03", check={f"{_REQUEST}==4": 2})  # fmt: skip
def versions(lab: Lab) -> None:
    """An agreement that no longer holds."""
    with serving(lab) as server:

        def work(client: Client) -> None:
            client.introduce()
            server.ask(named("Bilateral_Table_ID"), ObjectName("TASE2_Version"))
            time.sleep(_REPORT)

        with lab.step("other-version", "cc1", "cc2", ["T0859", "T0846"], ["TS03"]):
            work_as(lab, "cc2", work, centre=Centre("MARSH-HILL-6", (1996, 8)))
