"""Arguments of OPC's calls in NDR, from the interface definitions: Impacket has DCOM, not OPC."""

from __future__ import annotations

import struct
import uuid

EMPTY, I2, I4, R4, R8, DATE, TEXT, BOOL, UI1, I8 = 0, 2, 3, 4, 5, 7, 8, 11, 17, 20
_FORMS = {I2: "h", I4: "i", R4: "f", R8: "d", DATE: "d", UI1: "B", I8: "q"}
Value = tuple[int, object]


class Writer:
    """A stub that grows."""

    def __init__(self) -> None:
        self.out = bytearray()
        self._pointers = 0

    def pad(self, size: int) -> Writer:
        """Zeros up to a multiple."""
        self.out += bytes(-len(self.out) % size)
        return self

    def put(self, form: str, *values: object) -> Writer:
        """Numbers of one form, each at a multiple of its size."""
        for value in values:
            self.pad(struct.calcsize(form))
            self.out += struct.pack("<" + form, value)
        return self

    def raw(self, data: bytes) -> Writer:
        """Bytes as they are."""
        self.out += data
        return self

    def id(self, *texts: str) -> Writer:
        """UUIDs."""
        for text in texts:
            self.pad(4).raw(uuid.UUID(text).bytes_le)
        return self

    def pointer(self, there: bool = True) -> Writer:
        """A pointer whose target comes later."""
        self._pointers += 4
        return self.put("I", 0x20000 + self._pointers if there else 0)

    def text(self, text: str) -> Writer:
        """A text behind its three lengths."""
        letters = text + "\0"
        return self.put("I", len(letters), 0, len(letters)).raw(letters.encode("utf-16-le"))

    def texts(self, *texts: str) -> Writer:
        """An array of texts."""
        self.put("I", len(texts))
        for _ in texts:
            self.pointer()
        for text in texts:
            self.text(text)
        return self

    def array(self, form: str, *values: object) -> Writer:
        """An array of numbers behind its count."""
        return self.put("I", len(values)).put(form, *values)

    def reached(self, form: str, *values: object) -> Writer:
        """An array that a pointer leads to."""
        return self.pointer().array(form, *values)

    def variant(self, value: Value) -> Writer:
        """A VARIANT as it stands on the wire."""
        kind, told = value
        start = len(self.pad(8).out)
        self.put("I", 0, 0).put("H", kind, 0, 0, 0).put("I", kind)
        if kind == TEXT:
            letters = str(told)
            self.pointer().put("I", len(letters), 2 * len(letters), len(letters)).raw(letters.encode("utf-16-le"))
        elif kind == BOOL:
            self.put("H", 0xFFFF if told else 0)
        elif kind != EMPTY:
            self.put(_FORMS[kind], told)
        struct.pack_into("<I", self.out, start, -(-(len(self.out) - start) // 8))
        return self

    def variants(self, *values: Value) -> Writer:
        """An array of them."""
        self.put("I", len(values))
        for _ in values:
            self.pointer()
        for value in values:
            self.variant(value)
        return self


def this() -> Writer:
    """The beginning of a request's stub."""
    return Writer().put("H", 5, 7).put("I", 0, 0).id("6f1d3c52-88a0-4a4e-9b5e-0d2c7a51b001").put("I", 0)


def that() -> Writer:
    """The beginning of an answer's stub."""
    return Writer().put("I", 0, 0)


class Reader:
    """A place in a stub."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def get(self, form: str) -> int:
        """A number at a multiple of its size."""
        size = struct.calcsize(form)
        self.at += -self.at % size
        self.at += size
        return int(struct.unpack_from("<" + form, self.data, self.at - size)[0])

    def id(self) -> str:
        """A UUID."""
        self.at += -self.at % 4 + 16
        return str(uuid.UUID(bytes_le=self.data[self.at - 16 : self.at]))

    def text(self) -> str:
        """A text behind its three lengths."""
        _, _, letters = (self.get("I") for _ in range(3))
        self.at += 2 * letters
        return self.data[self.at - 2 * letters : self.at].decode("utf-16-le").rstrip("\0")

    def array(self) -> list[int]:
        """Numbers of 4 bytes behind their count."""
        return [self.get("I") for _ in range(self.get("I"))]

    def variant(self) -> Value:
        """A VARIANT of a plain type."""
        self.at += -self.at % 8
        self.get("I"), self.get("I")
        kind = self.get("H")
        self.at += 6
        self.get("I")
        if kind == TEXT:
            self.get("I"), self.get("I"), self.get("I")
            letters = self.get("I")
            self.at += 2 * letters
            return kind, self.data[self.at - 2 * letters : self.at].decode("utf-16-le")
        form = "H" if kind == BOOL else _FORMS[kind]
        size = struct.calcsize(form)
        self.at += -self.at % size + size
        return kind, struct.unpack_from("<" + form, self.data, self.at - size)[0]


def asked(stub: bytes) -> Reader:
    """What stands behind `this`: Impacket sends a pointer to no extensions."""
    reader = Reader(stub, 28)
    if reader.get("I"):
        reader.get("I"), reader.get("I")
        for there in reader.array() if reader.get("I") else []:
            if there:
                reader.at += reader.get("I") + 20
    return reader
