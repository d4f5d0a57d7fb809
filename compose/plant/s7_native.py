"""A script for python-snap7 2.1.0 (native Snap7), in an environment of its own: a controller, or a client with a job.

`python s7_native.py serve ADDRESS` and `python s7_native.py JOB ADDRESS`; jobs are the functions named below.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import snap7  # type: ignore[import-untyped,unused-ignore]
from snap7.type import Area, Block, SrvArea  # type: ignore[import-untyped,unused-ignore]

_REFUSED = (RuntimeError, ValueError, OSError)


def serve(address: str) -> None:
    """Serve until killed. The address is the namespace's only one."""
    server: Any = snap7.server.Server(log=False)
    areas = [(SrvArea.DB, 1, 256), (SrvArea.DB, 2, 64), (SrvArea.DB, 10, 1024), (SrvArea.MK, 0, 256)]
    areas += [(SrvArea.PE, 0, 128), (SrvArea.PA, 0, 128), (SrvArea.TM, 0, 64), (SrvArea.CT, 0, 64)]
    kept = []
    for area, number, size in areas:
        memory = (ctypes.c_uint8 * size)(*(i % 251 for i in range(size)))
        kept.append(memory)
        server.register_area(area, number, memory)
    server.start()
    print(f"serving on {address}", flush=True)
    while kept:
        time.sleep(1)


def everything(client: Any) -> None:
    """What the native client can ask for."""
    for area, number, start in ((Area.DB, 1, 0), (Area.MK, 0, 8), (Area.PE, 0, 0), (Area.TM, 0, 1), (Area.CT, 0, 2)):
        client.read_area(area, number, start, 4)
    client.db_read(10, 0, 900)  # more than one message
    client.db_write(2, 4, bytearray(b"\x11\x22"))
    client.mb_write(0, 2, bytearray(b"\x01\x02"))
    _try(client.read_area, Area.DB, 77, 0, 4)
    for number, index in ((0x0000, 0), (0x0011, 0), (0x001C, 0), (0x0131, 1), (0x0232, 4), (0x0424, 0), (0x7777, 0)):
        _try(client.read_szl, number, index)
    client.list_blocks()
    _try(client.list_blocks_of_type, Block.DB, 64)
    _try(client.get_block_info, Block.DB, 1)
    _try(client.full_upload, Block.DB, 1)
    _try(client.download, bytearray(b"\x70\x70" + bytes(98)), 9)
    client.get_plc_datetime()
    client.set_plc_datetime(datetime(2026, 11, 28, 9, 30, 15, tzinfo=UTC))
    client.get_cpu_state()
    client.plc_stop()
    _try(client.plc_hot_start)
    client.plc_stop()
    _try(client.plc_cold_start)
    _try(client.compress, 100)
    _try(client.copy_ram_to_rom, 100)
    _try(client.delete, Block.DB, 2)
    _try(client.delete, Block.FC, 17)
    _try(client.set_session_password, "basisk")
    _try(client.clear_session_password)


def delete(client: Any) -> None:
    """Delete a data block."""
    _try(client.delete, Block.DB, 2)


def maintain(client: Any) -> None:
    """Compress the memory and copy it to the memory card."""
    _try(client.compress, 100)
    _try(client.copy_ram_to_rom, 100)


def identify(client: Any) -> None:
    """Read the identification of module and components."""
    for number in (0x0011, 0x001C):
        _try(client.read_szl, number, 0)


def _try(attempt: Callable[..., object], *arguments: object) -> None:
    with contextlib.suppress(*_REFUSED):
        attempt(*arguments)


JOBS: dict[str, Callable[[Any], None]] = {f.__name__: f for f in (everything, delete, maintain, identify)}


def main(job: str, address: str) -> None:
    """Serve, or connect to `address` and do a job."""
    if job == "serve":
        serve(address)
        return
    client: Any = snap7.client.Client()
    client.connect(address, 0, 2)
    JOBS[job](client)
    client.disconnect()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
