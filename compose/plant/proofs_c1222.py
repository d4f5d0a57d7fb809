"""Proof captures of the C12.22 rules: a meter that is read, and what intruders do to it; by hand, no stack exists."""

from __future__ import annotations

import time

from compose.plant import c1222_tool as c12
from compose.plant.catalogue import capture
from compose.plant.golden_c1222 import MADE, odd_messages
from compose.plant.lab import Lab

NORMAL = "c1222/hmi-normal.pcap"
ALL_RULES = "CM01 CM02 CM03 CM04 CM05 CM06"
_POLL = 0.5  # seconds


def _collect(seconds: float) -> c12.Work:
    """Read a meter as its head-end does."""

    def work(client: c12.Client) -> None:
        client.ask(bytes([c12.IDENTIFY]))
        client.logon("operator")
        client.read(1)
        for _ in range(int(seconds / _POLL)):
            client.read(23)
            client.read(5)
            time.sleep(_POLL)
        client.ask(bytes([c12.LOGOFF]))

    return work


def _normal(lab: Lab, seconds: float) -> None:
    with c12.meter(lab):
        c12.work_as(lab, "hmi", _collect(seconds))


@capture(NORMAL, "A meter read by its head-end. Learn the baseline from it" + MADE, "mtr4 hmi", rules=ALL_RULES,
         kind="benign", check={"c1222": 80})  # fmt: skip
def hmi_normal(lab: Lab) -> None:
    """20 seconds of readings."""
    _normal(lab, 20)


@capture("c1222/hmi-normal-later.pcap", "The same later: nothing may fire" + MADE, "mtr4 hmi", rules=ALL_RULES,
         kind="benign", learn=NORMAL, check={"c1222": 30})  # fmt: skip
def hmi_normal_later(lab: Lab) -> None:
    """8 seconds of the same."""
    _normal(lab, 8)


def _attack(lab: Lab, name: str, techniques: str, rules: str, work: c12.Work, trusted: bool = True) -> None:
    """Do the work beside a head-end that reads; the meter asks for no password where it is trusted."""
    with c12.meter(lab) as device:
        device.trusted = trusted
        operator = lab["hmi"].begin(c12.work_as, lab, "hmi", _collect(3))
        time.sleep(1)
        with lab.step(name, "att", "mtr4", techniques.split(), rules.split()):
            c12.work_as(lab, "att", work)
        operator.result(60)


@capture("c1222/control.pcap", "A stranger switches loads and restarts the meter" + MADE, "mtr4 hmi att", rules="CM01",
         learn=NORMAL, check={"c1222.procedure.num": 2})  # fmt: skip
def control(lab: Lab) -> None:
    """Two procedures."""

    def work(client: c12.Client) -> None:
        client.procedure(21, b"\1\0\0\0")
        client.procedure(0)

    _attack(lab, "switch loads and restart", "T0855 T0816", "CM01", work)


@capture("c1222/unauthorised-write.pcap", "A stranger writes a table, resets demand and clears data" + MADE,
         "mtr4 hmi att", rules="CM02", learn=NORMAL, check={"c1222.write.table": 3})  # fmt: skip
def unauthorised_write(lab: Lab) -> None:
    """A write and two procedures."""

    def work(client: c12.Client) -> None:
        client.write(6, b"another utility")
        client.procedure(9, b"\1")
        client.procedure(3)

    _attack(lab, "write and clear", "T0836 T0809", "CM02", work)


@capture("c1222/passwords.pcap", "A stranger tries passwords until one opens the meter" + MADE, "mtr4 hmi att",
         rules="CM03", learn=NORMAL, check={"c1222.security.password": 3})  # fmt: skip
def passwords(lab: Lab) -> None:
    """Three logons."""

    def work(client: c12.Client) -> None:
        for password in (b"0".ljust(20, b"\0"), b"1234".ljust(20, b"\0"), c12.PASSWORD):
            client.logon("service", password)

    _attack(lab, "try passwords", "T0859 T0892", "CM03", work, trusted=False)


@capture("c1222/security-tables.pcap", "A stranger writes passwords, access rights and keys" + MADE, "mtr4 hmi att",
         rules="CM04", learn=NORMAL, check={"c1222.write.table": 3})  # fmt: skip
def security_tables(lab: Lab) -> None:
    """Three writes."""

    def work(client: c12.Client) -> None:
        for table in (42, 44, 45):
            client.write(table, bytes(20))

    _attack(lab, "write security tables", "T0892 T0859", "CM04", work)


@capture("c1222/registration.pcap", "A stranger deregisters a node and registers another" + MADE, "mtr4 hmi att",
         rules="CM05", learn=NORMAL, check={"c1222.cmd==0x27": 1, "c1222.cmd==0x24": 1})  # fmt: skip
def registration(lab: Lab) -> None:
    """Two services."""

    def work(client: c12.Client) -> None:
        client.ask(bytes([c12.DEREGISTER]) + c12.METER)
        client.ask(bytes([c12.REGISTER]) + bytes(8))

    _attack(lab, "change the registration", "T0830 T0848", "CM05", work)


@capture("c1222/malformed.pcap", "Broken messages of a stranger" + MADE, "mtr4 att", rules="CM06", learn=NORMAL,
         check={"tcp.payload[0:1]==60": 6})  # fmt: skip
def malformed(lab: Lab) -> None:
    """A sound message, then broken ones."""

    def work(client: c12.Client) -> None:
        for data in odd_messages()[:-1]:
            client.raw(data)

    with c12.meter(lab), lab.step("broken messages", "att", "mtr4", ["T0814"], ["CM06"]):
        c12.work_as(lab, "att", work)
