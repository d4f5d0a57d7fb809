"""What `bittern sensor` does with interfaces: opened, sealed, listened to; with the words for what goes wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure, bad_filter, bad_interface
from api.cli.terminal import Terminal

if TYPE_CHECKING:
    from sensors.interfaces import OpenInterfaces, Share
    from sensors.live import LiveCapture
    from sensors.packet_ring import RingSettings


def listening(
    opened: OpenInterfaces,
    name: str,
    capture_filter: str | None,
    ring: RingSettings | None,
    spool: Path,
    terminal: Terminal,
) -> LiveCapture:
    """The capture over open interfaces. Raises Failure where the filter or the ring of packets is not right."""
    import os
    from time import time_ns

    from sensors._core import BadFilter
    from sensors.chain import read_chain
    from sensors.live import LiveCapture

    chain = read_chain(spool)
    reached = chain.reached if chain is not None else None
    try:
        return LiveCapture(
            opened, sensor=name, begun=time_ns(), capture_filter=capture_filter, ring=ring, reached=reached
        )
    except BadFilter as error:
        raise bad_filter(capture_filter or "", error, terminal.texts) from error
    except BlockingIOError as error:
        raise Failure(ExitCode.CONFIGURATION, "error.ring_in_use", path=ring.folder if ring else "") from error
    except OSError as error:  # of the ring alone, and the core does not say where
        raise OSError(error.errno, os.strerror(error.errno or 0), str(ring.folder if ring else "")) from error


def share_of(text: str | None) -> Share | None:
    """From `--share`. Raises Failure."""
    from sensors.interfaces import MOST_SHARES, Share

    try:
        return Share.read(text) if text is not None else None
    except ValueError as error:
        raise Failure(ExitCode.USAGE, "error.share", share=text or "", most=MOST_SHARES) from error


def sealed(
    interfaces: list[str],
    ring_mb: int,
    kernel_filter: str | None,
    share: Share | None,
    folders: list[Path],
    user: str | None,
    terminal: Terminal,
) -> OpenInterfaces:
    """Interfaces opened, and the process without privileges and without a way to send."""
    from api.cli.account import account_of, become, check_readable, give
    from sensors._core import BadFilter
    from sensors.interfaces import BadInterface, OpenInterfaces, interfaces_here

    here = interfaces_here()
    try:
        opened = OpenInterfaces(interfaces, ring_mib=ring_mb, kernel_filter=kernel_filter, share=share)
        for folder in folders:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if user is not None:
            account = account_of(user)
            check_readable(user, account)
            for folder in folders:
                give(folder, account)
            become(account)
        opened.seal()
    except BadInterface as error:
        raise bad_interface(error, here) from error
    except BadFilter as error:
        raise bad_filter(kernel_filter or "", error, terminal.texts) from error
    return opened
