"""Clients of OPC Classic with Impacket: `python opc_client.py JOB ADDRESS [USER LEVEL]`; jobs are functions below.

Impacket binds, logs on, signs, seals, fragments and calls; the arguments of OPC's calls are written here (opc_stub.py).
"""

from __future__ import annotations

import contextlib
import sys
import time
from typing import Any

from impacket.dcerpc.v5 import transport  # type: ignore[import-untyped,import-not-found,unused-ignore]
from impacket.dcerpc.v5.dcomrt import DCOMConnection, IActivation  # type: ignore[import-untyped,import-not-found,unused-ignore]
from impacket.uuid import string_to_bin, uuidtup_to_bin  # type: ignore[import-untyped,import-not-found,unused-ignore]
from opc_server import CLASS, FILETIME, PORT, ipid  # type: ignore[import-not-found,unused-ignore]
from opc_stub import BOOL, I4, I8, R4, R8, TEXT, UI1, Writer, this  # type: ignore[import-not-found,unused-ignore]
from opc_wire import USERS  # type: ignore[import-not-found,unused-ignore]

DA = "-011e-11d0-9675-0020afd8adb3"
HDA = "-dee0-11d2-a5e5-000086339399"
SERVER, GROUP, SYNC, ITEMS, CALLBACK, ASYNC = (f"39c13a{n}{DA}" for n in ("4d", "50", "52", "54", "70", "71"))
PUBLIC = f"39c13a4e{DA}"
BROWSE = f"39c13a4f{DA}"
HISTORIAN, SYNC_READ, SYNC_UPDATE = (f"1f1217b{n}{HDA}" for n in "023")
EVENTS = "65168851-5783-11d1-84a0-00608cb8a7e9"
SINK = "6516885f-5783-11d1-84a0-00608cb8a7e9"
COMMON, SHUTDOWN = "f31dfde2-07b6-11d2-b2d8-0060083ba1fb", "f31dfde1-07b6-11d2-b2d8-0060083ba1fb"
ITEM_IO = "85c0b427-2893-4cbc-bd78-e5fc5146f08f"
LIST = "13486d50-4821-11d2-a494-3cb306c10000"
LIST_CLASS = "13486d51-4821-11d2-a494-3cb306c10000"
PRIVATE = "7aa83a02-6c77-11d3-84f9-00008630a38b"
UNKNOWN = "00000131-0000-0000-c000-000000000046"
LEVELS = {"none": 1, "connect": 2, "integrity": 5, "privacy": 6}


class Client:
    """A connection whose context changes with each interface."""

    def __init__(self, address: str, user: str, level: str, port: int = PORT) -> None:
        tcp = transport.DCERPCTransportFactory(f"ncacn_ip_tcp:{address}[{port}]")
        tcp.set_credentials(user, USERS.get(user, ""), "MARSH")
        self._rpc: Any = tcp.get_dce_rpc()
        self._rpc.set_auth_level(LEVELS[level])
        self._rpc.connect()
        self._bound: dict[str, Any] = {}

    def call(self, interface: str, operation: int, stub: Writer | None = None) -> bytes:
        """Call an operation; the answer's stub, empty where it is a fault."""
        if interface not in self._bound:
            told = uuidtup_to_bin((interface, "0.0"))
            if self._bound:
                self._rpc = self._rpc.alter_ctx(told)  # numbers the next context from its own
            else:
                self._rpc.bind(told)
            self._bound[interface] = self._rpc
        rpc = self._bound[interface]
        with contextlib.suppress(Exception):  # a fault is what some jobs are after
            rpc.call(operation, bytes((stub or this()).out), string_to_bin(ipid(interface)))
            return bytes(rpc.recv())
        return b""

    def group(self, name: str = "Trend") -> None:
        """A group, and what the client calls itself."""
        self.call(COMMON, 7, this().text("Marsh HMI"))
        asked = this().text(name).put("I", 1, 250, 7).pointer(False).pointer(False).put("I", 0x409).id(GROUP)
        self.call(SERVER, 3, asked)

    def add(self, *names: str, validate: bool = False) -> None:
        """Items of the group."""
        asked = this().put("I", len(names), len(names))
        for number, _ in enumerate(names):
            asked.pointer().pointer().put("I", 1, number, 0).pointer(False).put("H", 0, 0)
        for name in names:
            asked.text("").pad(4).text(name).pad(4)
        self.call(ITEMS, 4 if validate else 3, asked)

    def read(self, *handles: int) -> None:
        """Values from the server's cache."""
        self.call(SYNC, 3, this().put("H", 1).put("I", len(handles)).array("I", *handles))

    def write(self, values: dict[int, tuple[int, object]]) -> None:
        """Values by the server's numbers."""
        self.call(SYNC, 4, this().put("I", len(values)).array("I", *values).variants(*values.values()))


def access(client: Client) -> None:
    """Data access: a group, items of each type, values, errors."""
    client.call(SERVER, 6)
    client.group()
    client.add("Tank.Level", "Tank.Pump", "Tank.Count", "Tank.Recipe", "Tank.Mode", "Tank.Locked", "Tank.None")
    client.add("Tank.Level", validate=True)
    client.read(1, 2, 3, 4, 5, 6)
    client.write({1: (R8, 71.25), 2: (BOOL, False), 3: (I4, 18), 4: (TEXT, "rinsing")})
    client.write({6: (R8, 5.0)})
    client.read(1, 99)
    asked = this().put("I", 1).texts("Tank.Level").put("I", 1).pointer().raw(bytes(24)).variant((R4, 12.5))
    client.call(ITEM_IO, 4, asked)
    client.call(ASYNC, 4, this().put("I", 1).array("I", 3).variants((I8, 2**60 + 1)).pad(4).put("I", 77))
    client.call(BROWSE, 4, this().put("H", 3).text("Tank"))
    client.call(BROWSE, 6, this().text("Level"))
    client.call(GROUP, 5, this().text("Trend 2"))
    client.call(ITEMS, 5, this().put("I", 1).array("I", 2))
    client.call(PUBLIC, 4, this().put("I", 0x501, 1))
    client.call(SERVER, 7, this().put("I", 0x501, 0))
    client.call(SERVER, 30)  # no such operation


def view(client: Client) -> None:
    """What an operator station does all day: it reads, and now and then somebody sets a value."""
    client.group()
    client.add("Tank.Level", "Tank.Pump", "Tank.Count")
    for number in range(24):
        client.read(1, 2, 3)
        if number % 8 == 4:
            client.write({1: (R8, 60.0 + number)})
        time.sleep(0.4)


def write(client: Client) -> None:
    """A set-point and a pump."""
    client.group()
    client.add("Tank.Level", "Tank.Pump")
    client.write({1: (R8, 99.5), 2: (BOOL, False)})


def browse(client: Client) -> None:
    """The list of servers, and what one of them has."""
    client.call(LIST, 3, this().put("I", 1).put("I", 1).id("63d5f432-cfe4-11d1-b2c8-0060083ba1fb").put("I", 0, 0))
    client.call(LIST, 4, this().id(CLASS))
    client.call(LIST, 5, this().text("Marsh.DA.1"))
    client.call(BROWSE, 3)
    client.call(BROWSE, 4, this().put("H", 3).text("Tank"))
    client.call(BROWSE, 5, this().put("H", 3).text("").pad(2).put("H", 0).put("I", 0))


def history(client: Client) -> None:
    """History read, inserted, replaced, deleted."""

    def span() -> Writer:
        return this().put("I", 1).pointer().raw(bytes(8)).text("NOW-1D").pad(4).put("I", 0, 0).raw(FILETIME)

    client.call(HISTORIAN, 6, this().put("I", 2).texts("Tank.Level", "Tank.Count").pad(4).array("I", 1, 2))
    client.call(SYNC_READ, 3, span().put("I", 100, 0, 1).array("I", 1))
    update(client)
    client.call(SYNC_UPDATE, 7, span().put("I", 1).array("I", 1))


def update(client: Client) -> None:
    """History replaced, and deleted at a time."""
    client.call(HISTORIAN, 6, this().put("I", 2).texts("Tank.Level", "Tank.Count").pad(4).array("I", 1, 2))
    asked = this().put("I", 1).array("I", 1).put("I", 1).raw(FILETIME).variants((R8, 40.0)).pad(4).array("I", 0xC0)
    client.call(SYNC_UPDATE, 5, asked)
    client.call(SYNC_UPDATE, 8, this().put("I", 1).array("I", 1).put("I", 1).raw(FILETIME))


def alarms(client: Client) -> None:
    """Alarms acknowledged and disabled."""
    asked = this().put("I", 1).text("night shift").pad(4).text("known").pad(4).texts("Tank").pad(4).texts("HIHI").pad(4)
    client.call(EVENTS, 17, asked.put("I", 1).raw(FILETIME).array("I", 5))
    client.call(EVENTS, 16, this().put("I", 2).texts("Tank", "Boiler"))
    client.call(EVENTS, 15, this().put("I", 1).texts("Hall 1"))


def values(client: Client) -> None:
    """What a server calls its clients with: values, an alarm."""
    asked = this().put("I", 0, 7, 0, 0, 3).array("I", 0, 1, 2)
    asked.variants((R8, 62.5), (BOOL, True), (UI1, 200)).pad(4).put("I", 3).put("H", 0xC0, 0xC0, 0x18).pad(4)
    client.call(CALLBACK, 3, asked.put("I", 3).raw(FILETIME * 3).array("I", 0, 0, 0))
    client.call(SINK, 3, this().put("I", 1, 0, 0, 0, 0))


def callbacks(client: Client) -> None:
    """The same, and that it ends."""
    values(client)
    client.call(SHUTDOWN, 3, this().text("maintenance"))


def public(client: Client) -> None:
    """A public group removed, and a client asked to leave."""
    client.call(PUBLIC, 4, this().put("I", 0x501, 1))
    client.call(SHUTDOWN, 3, this().text("maintenance"))


def secrets(client: Client) -> None:
    """A logon of OPC Security, whose password stands in the clear."""
    client.call(PRIVATE, 3)
    client.call(PRIVATE, 4, this().text("operator").pad(4).text("bulrush-3"))
    client.call(PRIVATE, 5)


def many(client: Client) -> None:
    """Items in more than one fragment."""
    client.group("All")
    client.add(*(f"Hall 1/Line 2/Machine {number}/Temperature of the bearing" for number in range(60)))
    client.call(ITEMS, 5, this().put("I", 2).array("I", 1, 2))


def refused(client: Client) -> None:
    """One call after another, all of them refused."""
    for _ in range(8):
        client.call(SERVER, 6)
        client.call(SYNC, 3, this().put("H", 1).put("I", 1).array("I", 1))


def odd(client: Client) -> None:
    """Arguments that do not fit: a count beyond its array, a cut VARIANT, a cut name."""
    client.group()
    client.call(SYNC, 4, this().put("I", 9).put("I", 5000, 1, 2))
    client.call(SYNC, 4, this().put("I", 1).array("I", 1).put("I", 1, 0x72657355).pad(8).put("I", 3))
    client.call(
        ITEMS,
        3,
        this().put("I", 1, 1).pointer().pointer().put("I", 1, 0, 0).pointer(False).put("I", 0).put("I", 500, 0, 500),
    )
    client.call(SERVER, 77)


def activate(address: str, user: str, level: str) -> None:
    """Activations that ask for OPC: the old way, then the new one, which this server refuses."""
    connection = DCOMConnection(address, user, USERS.get(user, ""), "MARSH", authLevel=LEVELS[level])
    with contextlib.suppress(Exception):
        IActivation(connection.get_dce_rpc()).RemoteActivation(string_to_bin(LIST_CLASS), string_to_bin(LIST))
    with contextlib.suppress(KeyError):  # nothing was called of the object
        connection.disconnect()
    connection = DCOMConnection(address, user, USERS.get(user, ""), "MARSH", authLevel=LEVELS[level])
    with contextlib.suppress(Exception):
        connection.CoCreateInstanceEx(string_to_bin(CLASS), string_to_bin(SERVER))
    with contextlib.suppress(KeyError):
        connection.disconnect()


def late(client: Client) -> None:
    """A connection that begins as any of DCOM's and becomes one of OPC's."""
    for interface in ("00000000-0000-0000-c000-000000000046", GROUP):
        client.call(UNKNOWN, 3, this().id(ipid(UNKNOWN)).put("I", 1).put("H", 1).put("I", 1).id(interface))
    client.call(SERVER, 6)


def main(job: str, address: str, user: str = "operator", level: str = "connect", port: str = str(PORT)) -> None:
    """Do a job."""
    work = globals()[job]
    if job == "activate":
        work(address, user, level)
    else:
        work(Client(address, user, level, int(port)))


if __name__ == "__main__":
    main(*sys.argv[1:])
