"""An OPC Classic server for the plant: `python opc_server.py ADDRESS` serves on 135 and 49160 until killed.

There is no OPC server without Windows: what it answers is written here, on Impacket's PDUs (opc_wire.py).
"""

from __future__ import annotations

import struct
import sys
import time
from collections.abc import Callable

from opc_stub import BOOL, EMPTY, I2, I4, R8, TEXT, Reader, Value, Writer, asked, that  # type: ignore[import-not-found,unused-ignore]
from opc_wire import listen  # type: ignore[import-not-found,unused-ignore]

PORT = 49160
CLASS = "f8582cf2-88fb-11d0-b850-00c0f0104305"
PROGRAM, TITLE = "Marsh.DA.1", "Marsh Controls DA"
E_ACCESSDENIED, BAD_RIGHTS, UNKNOWN_ITEM, BAD_STUB = 0x80070005, 0xC0040006, 0xC0040007, 0x000006F7
ITEMS: dict[str, Value] = {
    "Tank.Level": (R8, 62.5), "Tank.Pump": (BOOL, True), "Tank.Count": (I4, 17), "Tank.Recipe": (TEXT, "cleaning"),
    "Tank.Mode": (I2, -3), "Tank.Locked": (R8, 1.0), "System.Spare": (EMPTY, None)}  # fmt: skip
HANDLES: dict[int, str] = {}
FILETIME = struct.pack("<Q", 134_000_000_000_000_000)


def ipid(interface: str) -> str:
    """The pointer that requests for an interface name."""
    return f"0000{interface[4:8]}-1111-2222-3333-{interface.replace('-', '')[:12]}"


def bindings(address: str, security: bool = True) -> tuple[int, int, bytes]:
    """Words, where security begins, and the words: where an object is reached."""
    reached = struct.pack("<H", 7) + f"{address}\0".encode("utf-16-le") + b"\0\0"
    secured = struct.pack("<HH", 10, 0xFFFF) + b"\0\0" + b"\0\0" if security else b"\0\0"
    return (len(reached) + len(secured)) // 2, len(reached) // 2, reached + secured


def reference(interface: str, address: str) -> bytes:
    """A standard reference to an object."""
    words, secured, told = bindings(address)
    standard = Writer().put("I", 0, 5).put("Q", 0x1234, 0x77).id(ipid(interface)).out
    return bytes(
        Writer().raw(b"MEOW").put("I", 1).id(interface).out + standard + struct.pack("<HH", words, secured) + told
    )


class Server:
    """What calls answer."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.calls: dict[tuple[str, int], Callable[[Reader], Writer | int]] = {
            ("4d9f4ab8", 0): self.activate, ("00000131", 3): self.query, ("00000143", 3): self.query,
            ("39c13a4d", 3): self.add_group, ("39c13a4d", 6): self.status, ("39c13a54", 3): self.add,
            ("39c13a54", 4): self.add, ("39c13a52", 3): self.read, ("39c13a52", 4): self.write,
            ("39c13a71", 4): self.write_later, ("85c0b427", 4): self.write_named, ("39c13a50", 3): self.state,
            ("39c13a50", 4): self.set_state, ("13486d50", 3): self.enumerate, ("13486d50", 4): self.details,
            ("13486d50", 5): self.program, ("1f1217b0", 6): self.history, ("00000131", 4): self.counted,
            ("00000143", 4): self.counted, ("00000143", 6): self.query_again, ("55c382c8", 3): self.classes,
            ("0002e000", 3): self.classes, ("1f1217b3", 7): self.delete,
        }  # fmt: skip

    def handle(self, interface: str, operation: int, _object: bytes, user: str, stub: bytes) -> bytes | int:
        """Answer a call; an interface that is not known answers that all is well."""
        called = self.calls.get((interface[:8], operation))
        if interface.startswith("99fcfec4"):
            words, secured, told = bindings(self.address)
            out = Writer().put("H", 5, 7).pointer().put("I", words).put("H", words, secured).raw(told)
            return bytes(out.put("I", 0, 0).out)
        if interface.startswith(("65168851", "1f1217b3")) and user == "guest":
            return bytes(that().put("I", E_ACCESSDENIED).out)
        if interface.startswith("000001a0"):
            return bytes(that().put("I", 0, E_ACCESSDENIED).out)
        if called is None:
            return bytes(that().put("I", 0).out)
        try:
            answer = called(asked(stub))
        except (struct.error, KeyError, UnicodeDecodeError):
            return BAD_STUB
        return answer if isinstance(answer, int) else bytes(answer.out)

    def activate(self, asked: Reader) -> Writer:
        """RemoteActivation: every class is the same server."""
        asked.id()
        if asked.get("I"):
            asked.text()
        asked.get("I"), asked.get("I"), asked.get("I")
        count = asked.get("I")
        asked.get("I"), asked.get("I")
        wanted = [asked.id() for _ in range(count)]
        words, secured, told = bindings(f"{self.address}[{PORT}]")
        out = that().put("Q", 0x1234).pointer().put("I", words).put("H", words, secured).raw(told)
        out.id(ipid("00000131-0000-0000-c000-000000000046")).put("I", 2).put("H", 5, 7).put("I", 0).put("I", count)
        for _ in wanted:
            out.pointer()
        for interface in wanted:
            data = reference(interface, self.address)
            out.put("I", len(data), len(data)).raw(data)
        return out.array("I", *[0] * count).put("I", 0)

    def query(self, asked: Reader) -> Writer:
        """RemQueryInterface: all is there."""
        asked.id(), asked.get("I"), asked.get("H")
        wanted = [asked.id() for _ in range(asked.get("I"))]
        out = that().pointer().put("I", len(wanted))
        for interface in wanted:
            out.pad(8).put("I", 0).pad(8).put("I", 0, 5).put("Q", 0x1234, 0x77).id(ipid(interface))
        return out.put("I", 0)

    def query_again(self, asked: Reader) -> Writer:
        """RemQueryInterface2: references instead of numbers."""
        asked.id(), asked.get("H")
        told = [reference(asked.id(), self.address) for _ in range(asked.get("I"))]
        out = that().array("I", *[0] * len(told)).put("I", len(told))
        for _ in told:
            out.pointer()
        for data in told:
            out.pad(4).put("I", len(data), len(data)).raw(data)
        return out.pad(4).put("I", 0)

    def counted(self, asked: Reader) -> Writer:
        """RemAddRef."""
        return that().array("I", *[0] * asked.get("H")).put("I", 0)

    def add_group(self, asked: Reader) -> Writer:
        """AddGroup."""
        asked.text()
        data = reference("39c13a50-011e-11d0-9675-0020afd8adb3", self.address)
        return that().put("I", 0x501, 250).pointer().put("I", len(data), len(data)).raw(data).pad(4).put("I", 0)

    def status(self, _asked: Reader) -> Writer:
        """GetStatus."""
        out = that().pointer().raw(FILETIME * 3).put("H", 1).put("I", 1, 0).put("H", 3, 1, 42, 0)
        return out.pointer().text("Marsh Controls").pad(4).put("I", 0)

    def state(self, _asked: Reader) -> Writer:
        """GetState of a group."""
        out = that().put("I", 250, 1).pointer().text("Trend").pad(4).put("I", 0).put("f", 0.0)
        return out.put("I", 0x409, 7, 0x501, 0)

    def set_state(self, _asked: Reader) -> Writer:
        """SetState of a group."""
        return that().put("I", 250, 0)

    def add(self, asked: Reader) -> Writer:
        """AddItems, ValidateItems."""
        asked.get("I")
        heads = []
        for _ in range(asked.get("I")):
            path, name = asked.get("I"), asked.get("I")
            asked.at += 12
            blob = asked.get("I")
            asked.get("H"), asked.get("H")
            heads.append((path, name, blob))
        names = [[asked.text() if there else "" for there in (path, name)][1] for path, name, _ in heads]
        out = that().pointer().put("I", len(names))
        for number, name in enumerate(names, len(HANDLES) + 1):
            known = name in ITEMS
            if known:
                HANDLES[number] = name
            out.put("I", number if known else 0).put("H", ITEMS.get(name, (0, 0))[0], 0).put("I", 3, 0).pointer(False)
        failed = any(name not in ITEMS for name in names)
        return out.reached("I", *[0 if name in ITEMS else UNKNOWN_ITEM for name in names]).put("I", int(failed))

    def read(self, asked: Reader) -> Writer:
        """SyncIO.Read."""
        asked.get("H"), asked.get("I")
        names = [HANDLES.get(handle, "System.Spare") for handle in asked.array()]
        out = that().pointer().put("I", len(names))
        for number, name in enumerate(names):
            out.put("I", number).raw(FILETIME).put("H", 0xC0 if ITEMS[name][0] else 0x08, 0).pointer()
        for name in names:
            out.variant(ITEMS[name])
        return out.pad(4).reached("I", *[0] * len(names)).put("I", 0)

    def _write(self, names: list[str], values: list[Value]) -> list[int]:
        results = []
        for name, value in zip(names, values, strict=True):
            refused = name == "Tank.Locked"
            results.append(BAD_RIGHTS if refused else 0)
            if not refused:
                ITEMS[name] = value
        return results

    def write(self, asked: Reader) -> Writer:
        """SyncIO.Write."""
        asked.get("I")
        names = [HANDLES.get(handle, "System.Spare") for handle in asked.array()]
        pointers = asked.array()
        results = self._write(names, [asked.variant() for _ in pointers])
        return that().reached("I", *results).put("I", int(any(results)))

    def write_later(self, asked: Reader) -> Writer:
        """AsyncIO2.Write."""
        asked.get("I")
        return that().put("I", 9).reached("I", *[0] * len(asked.array())).put("I", 0)

    def write_named(self, asked: Reader) -> Writer:
        """ItemIO.WriteVQT."""
        return that().reached("I", *[0] * asked.get("I")).put("I", 0)

    def enumerate(self, _asked: Reader) -> Writer:
        """EnumClassesOfCategories."""
        data = reference("0002e000-0000-0000-c000-000000000046", self.address)
        return that().pointer().put("I", len(data), len(data)).raw(data).pad(4).put("I", 0)

    def classes(self, asked: Reader) -> Writer:
        """IEnumGUID.Next: the one server, and then none."""
        most = asked.get("I")
        return that().put("I", most, 0, 1).id(CLASS).put("I", 1, 1)

    def details(self, _asked: Reader) -> Writer:
        """GetClassDetails."""
        return that().pointer().text(PROGRAM).pad(4).pointer().text(TITLE).pad(4).put("I", 0)

    def program(self, _asked: Reader) -> Writer:
        """CLSIDFromProgID."""
        return that().id(CLASS).put("I", 0)

    def delete(self, _asked: Reader) -> Writer:
        """DeleteRaw of HDA: both times come back."""
        out = that()
        for _ in range(2):
            out.put("I", 0, 0).raw(FILETIME)
        return out.reached("I", 0).put("I", 0)

    def history(self, asked: Reader) -> Writer:
        """GetItemHandles of HDA."""
        asked.get("I")
        pointers = asked.array()
        numbers = range(len(HANDLES) + 1, len(HANDLES) + 1 + len(pointers))
        for number in numbers:
            HANDLES[number] = asked.text()
        return that().reached("I", *numbers).reached("I", *[0] * len(numbers)).put("I", 0)


def main(address: str, name: str = "SCADA1") -> None:
    """Serve until killed."""
    server = Server(address)
    for port in (135, PORT):
        listen(address, port, name, server.handle)
    print(f"serving on {address}", flush=True)
    while True:
        time.sleep(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
