"""A script for libiec61850, which pyiec61850-ng brings, in an environment of its own: R-GOOSE and R-SV over UDP.

`python routed_native.py states|samples GROUP unsigned|signed|encrypted COUNT`. The Python binding does not know the
library's R-session, so it is called by its C names.
"""

from __future__ import annotations

import ctypes
import sys
import time
from importlib.util import find_spec
from pathlib import Path

PORT = 102
KEY = bytes(range(32))
ALGORITHMS = {"signed": (0, 2), "encrypted": (1, 2)}
"""Encryption and signature (r_session.h): none or AES-128-GCM, HMAC-SHA256-128."""
BLOCK, DATA_SET = b"BAY1LD0/LLN0$GO$gcbRemote", b"BAY1LD0/LLN0$dsRemote"
STREAM = b"BAY1PMU1"

Handle = ctypes.c_void_p


def _library() -> ctypes.CDLL:
    spec = find_spec("pyiec61850")
    folder = Path((spec and spec.origin) or ".").parent.parent / "pyiec61850_ng.libs"
    library = ctypes.CDLL(str(next(folder.glob("libiec61850*"))))
    for name in (
        "RSession_create", "GoosePublisher_createRemote", "SVPublisher_createRemote", "SVPublisher_addASDU",
        "LinkedList_create", "MmsValue_newBoolean", "MmsValue_newIntegerFromInt32",
    ):  # fmt: skip
        getattr(library, name).restype = Handle
    return library


def _session(library: ctypes.CDLL, group: str, security: str) -> Handle:
    session = Handle(library.RSession_create())
    library.RSession_setRemoteAddress(session, group.encode(), PORT)
    if security in ALGORITHMS:
        length = 16 if security == "encrypted" else 32
        library.RSession_addKey(session, 1, KEY[:length], length, *ALGORITHMS[security])
        library.RSession_setActiveKey(session, 1)
    if library.RSession_start(session) != 0:
        raise OSError("the session does not start")
    return session


def states(library: ctypes.CDLL, session: Handle, count: int) -> None:
    """Publish a control block: `count` states, each said three times."""
    publisher = Handle(library.GoosePublisher_createRemote(session, 0x1000))
    library.GoosePublisher_setGoCbRef(publisher, BLOCK)
    library.GoosePublisher_setDataSetRef(publisher, DATA_SET)
    library.GoosePublisher_setConfRev(publisher, 1)
    library.GoosePublisher_setTimeAllowedToLive(publisher, 2000)
    for state in range(count):
        values = Handle(library.LinkedList_create())
        library.LinkedList_add(values, Handle(library.MmsValue_newBoolean(state % 2)))
        library.LinkedList_add(values, Handle(library.MmsValue_newIntegerFromInt32(100 + state)))
        library.GoosePublisher_increaseStNum(publisher)
        for _ in range(3):
            library.GoosePublisher_publish(publisher, values)
            time.sleep(0.1)


def samples(library: ctypes.CDLL, session: Handle, count: int) -> None:
    """Publish a stream of one value with its quality: twice `count` samples."""
    publisher = Handle(library.SVPublisher_createRemote(session, 0x4000))
    asdu = Handle(library.SVPublisher_addASDU(publisher, STREAM, None, 1))
    value, quality = library.SVPublisher_ASDU_addINT32(asdu), library.SVPublisher_ASDU_addQuality(asdu)
    library.SVPublisher_setupComplete(publisher)
    for number in range(2 * count):
        library.SVPublisher_ASDU_setINT32(asdu, value, 1000 + number)
        library.SVPublisher_ASDU_setQuality(asdu, quality, 0)
        library.SVPublisher_publish(publisher)
        library.SVPublisher_ASDU_increaseSmpCnt(asdu)
        time.sleep(0.05)


if __name__ == "__main__":
    _, job, group, security, count = sys.argv
    library = _library()
    {"states": states, "samples": samples}[job](library, _session(library, group, security), int(count))
