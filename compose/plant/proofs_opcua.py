"""The OPC UA cell at work, which is the baseline of its proofs, and what every OPC UA proof uses."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from asyncua.client.client import Client
from asyncua.ua.uaerrors import UaError

from compose.plant.catalogue import capture
from compose.plant.lab import Lab
from compose.plant.opcua_cell import opcua_cell
from compose.plant.opcua_client import (
    ENCRYPT,
    SIGN,
    Login,
    inspect,
    operate,
    session,
)
from compose.plant.opcua_device import OPEN, SECURE

NORMAL = "opcua/normal.pcap"
ALL_RULES = " ".join([*(f"UA{number:02}" for number in range(1, 19)), "UA16E", "G13"])
STRANGER = Login("stranger", "engineer")
FROM_STRANGER = "ip.src==10.9.1.66 && opcua"

Work = Callable[[Client], Awaitable[object]]


async def within(login: Login, work: Work) -> None:
    """Do the work in a session; refusals by the server are part of it."""
    async with session(login) as client:
        try:
            await work(client)
        except UaError:
            return


def act_labelled(
    lab: Lab, name: str, techniques: str, rule: str, work: Work, login: Login = STRANGER, source: str = "att"
) -> None:
    with lab.step(name, source, "opc", techniques.split(), [rule]):
        lab[source].run(within(login, work))


async def attempt(login: Login, work: Work) -> None:
    try:
        await within(login, work)
    except (UaError, ConnectionError, TimeoutError):
        return  # the server may refuse the certificate: the handshake is on the wire


async def do_nothing(client: Client) -> None:
    return None


class Silent:
    def datachange_notification(self, source: object, value: object, data: object) -> None:
        """Drop the value."""


@capture(
    NORMAL,
    "The OPC UA cell at work, all channels signed: subscription, set-points, method, reads, history, a short browse.",
    "opc hmi hist eng",
    rules=ALL_RULES,
    kind="benign",
    check={"opcua.servicenodeid.numeric==673": 10, "opcua.servicenodeid.numeric==712": 5},
)
def normal(lab: Lab) -> None:
    """25 seconds of normal work."""
    _normal(lab, 7, 20)


def _normal(lab: Lab, writes: int, seconds: float) -> None:
    with opcua_cell(lab, SECURE, anonymous=False, busy=0) as cell:
        cell.operate(writes)
        cell.archive(seconds)
        time.sleep(2)
        engineer = cell.login("eng", "engineer")
        lab["eng"].run(inspect(engineer))


@capture(
    "opcua/normal-later.pcap",
    "The same cell later: same applications, certificates, users, nodes and methods. Nothing may fire.",
    "opc hmi hist eng",
    rules=ALL_RULES,
    kind="benign",
    learn=NORMAL,
    check={"opcua.servicenodeid.numeric==673": 4},
)
def normal_later(lab: Lab) -> None:
    """10 seconds of the same work."""
    _normal(lab, 2, 8)


@capture(
    "opcua/encrypted.pcap",
    "The operator over SignAndEncrypt, server certificate known beforehand: nothing but the handshake is readable.",
    "opc hmi",
    rules="UA01 UA02 UA03 UA04 UA06 UA14",
    kind="benign",
    check={"opcua.transport.type==OPN": 2},
)
def encrypted(lab: Lab) -> None:
    """Two set-points."""
    with opcua_cell(lab, SECURE, anonymous=False, busy=0) as cell:
        lab["hmi"].run(operate(cell.login("hmi", "operator", ENCRYPT), 2))


@capture(
    "opcua/discovery-then-signed.pcap",
    "A client asks for the endpoints over an unprotected channel, as the standard allows, then works over a signed.",
    "opc hmi",
    rules="UA02 UA03 UA04",
    kind="benign",
    check={"opcua.servicenodeid.numeric==428": 1},
)
def discovery_then_signed(lab: Lab) -> None:
    """Discovery and one set-point."""
    with opcua_cell(lab, OPEN, busy=0) as cell:
        login = Login("hmi-client", "operator", None, cell.credentials("hmi"), SIGN)
        lab["hmi"].run(operate(login, 1))
