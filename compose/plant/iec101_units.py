"""Data units of IEC 60870-5-101 by lib60870-C, which c104 carries: its own module offers them for IEC 104 only."""

from __future__ import annotations

import ctypes
import functools
import importlib
from dataclasses import dataclass

U8, I32, F32, BOOL = ctypes.c_uint8, ctypes.c_int, ctypes.c_float, ctypes.c_bool
LONGEST = 249


class _Parameters(ctypes.Structure):
    """CS101_AppLayerParameters: octets of each part."""

    _fields_ = [
        (name, I32) for name in ("type", "structure", "cause", "originator", "common", "object", "longest")
    ]  # fmt: skip


class _Unit(ctypes.Structure):
    """The head of a CS101_ASDU: where its octets are."""

    _fields_ = [
        ("parameters", ctypes.c_void_p),
        ("octets", ctypes.POINTER(U8)),
        ("head", I32),
        ("payload", ctypes.POINTER(U8)),
        ("length", I32),
    ]  # fmt: skip


@functools.cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(str(importlib.import_module("c104._c104").__file__))
    library.CS101_ASDU_create.restype = ctypes.POINTER(_Unit)
    library.CS101_ASDU_addInformationObject.restype = BOOL
    library.CS101_ASDU_addInformationObject.argtypes = [ctypes.POINTER(_Unit), ctypes.c_void_p]
    library.InformationObject_destroy.argtypes = [ctypes.c_void_p]
    library.CP56Time2a_createFromMsTimestamp.restype = ctypes.c_void_p
    return library


def time_tag(milliseconds: int) -> ctypes.c_void_p:
    """CP56Time2a of milliseconds since 1970."""
    return ctypes.c_void_p(_library().CP56Time2a_createFromMsTimestamp(None, ctypes.c_uint64(milliseconds)))


@dataclass(frozen=True)
class Sizes:
    """Octets of the parts that a plant chooses."""

    cause: int = 1
    common: int = 1
    object: int = 2


def thing(kind: str, address: int, *arguments: object) -> tuple[str, int, tuple[object, ...]]:
    """An information object: lib60870's name of its type, its address, what its constructor takes."""
    return kind, address, arguments


def unit(
    sizes: Sizes,
    cause: int,
    station: int,
    *things: tuple[str, int, tuple[object, ...]],
    sequence: bool = False,
    originator: int = 0,
    negative: bool = False,
    test: bool = False,
) -> bytes:
    """Return a data unit with its objects. Raises ValueError if lib60870 refuses one."""
    library = _library()
    parameters = _Parameters(1, 1, sizes.cause, originator, sizes.common, sizes.object, LONGEST)
    made = library.CS101_ASDU_create(
        ctypes.byref(parameters), BOOL(sequence), cause, originator, station, BOOL(test), BOOL(negative)
    )
    for kind, address, arguments in things:
        create = getattr(library, f"{kind}_create")
        create.restype = ctypes.c_void_p
        each = create(None, I32(address), *arguments)
        if not library.CS101_ASDU_addInformationObject(made, each):
            raise ValueError(f"lib60870 does not take {kind} {address}")
        library.InformationObject_destroy(each)
    said = made.contents
    octets = bytes(said.octets[: said.head]) + bytes(said.payload[: said.length])
    library.CS101_ASDU_destroy(made)
    return octets
