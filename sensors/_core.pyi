"""Types of the compiled core (sensors/core/binding)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from sensors.dissector.launch import Launch

__version__: str
PROTOCOLS: list[str]
PORTS: dict[str, list[int]]
"""Registered ports of each protocol."""

class BadCapture:
    @property
    def path(self) -> str: ...
    @property
    def offset(self) -> int: ...
    @property
    def frames(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def parameters(self) -> dict[str, int | str]: ...

class BadFilter(ValueError):
    """args: (byte, code, word, what belongs there, expected)."""

class BadInterface(Exception):
    """args: (its name, code, number of the message, system call)."""

class DissectorStanding:
    @property
    def name(self) -> str: ...
    @property
    def questions(self) -> int: ...
    @property
    def troubles(self) -> list[tuple[str, int]]: ...
    @property
    def off(self) -> str | None: ...
    @property
    def said(self) -> str: ...

class Table:
    @property
    def rows(self) -> int: ...
    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...

class Batch:
    @property
    def datasets(self) -> dict[str, Table]: ...
    @property
    def counters(self) -> dict[str, int]: ...
    @property
    def clock(self) -> int: ...
    @property
    def known(self) -> bool: ...
    @property
    def reached(self) -> list[int]: ...

class Capture:
    def __init__(
        self,
        paths: list[Path],
        *,
        sensor: str,
        segment: str,
        names: list[str],
        full: bool = False,
        samples: bool = False,
        filter: str | None = None,  # noqa: A002 - the name the binding gives it
        batch_rows: int = 65_536,
        drill: bool = False,
        dissectors: Sequence[Launch] = (),
    ) -> None: ...
    def __iter__(self) -> Self: ...
    def __next__(self) -> Batch: ...
    @property
    def errors(self) -> list[BadCapture]: ...
    @property
    def dissectors(self) -> list[DissectorStanding]: ...
    @property
    def position(self) -> tuple[int, int]: ...
    def close(self) -> None: ...

class InterfaceHealth:
    @property
    def interface(self) -> str: ...
    @property
    def link(self) -> str: ...
    @property
    def ring_mib(self) -> int: ...
    @property
    def fill_permille(self) -> int: ...
    @property
    def counts(self) -> dict[str, int]: ...

class Interfaces:
    def __init__(self, names: list[str], *, ring_mib: int = 64) -> None: ...
    def seal(self) -> None: ...

class Live:
    def __init__(
        self,
        interfaces: Interfaces,
        *,
        sensor: str,
        segment: str,
        captures: list[str],
        full: bool = False,
        samples: bool = False,
        filter: str | None = None,  # noqa: A002 - the name the binding gives it
        batch_rows: int = 16_384,
        span_ms: int = 250,
        dissectors: Sequence[Launch] = (),
        ring: tuple[Path, int, int, int, int] | None = None,
        opened: int = 0,
        earlier: list[tuple[str, str, int]] = ...,
    ) -> None: ...
    def __iter__(self) -> Self: ...
    def __next__(self) -> Batch: ...
    def finish(self) -> None: ...
    @property
    def health(self) -> list[InterfaceHealth]: ...
    @property
    def dissectors(self) -> list[DissectorStanding]: ...
    @property
    def position(self) -> tuple[int, int]: ...
    @property
    def kept(self) -> tuple[int, int, str | None] | None: ...
    def close(self) -> None: ...

Carved = tuple[bytes, list[int], int, bool, int, int, int]
"""Capture file, numbers of frames, frames, is there more, frames of another link type, octets read, changed files."""

def carve_by_numbers(capture: Path, spans: list[tuple[int, int]], most: int) -> Carved: ...
def carve_by_filter(
    captures: list[Path],
    filter: str,  # noqa: A002 - the name the binding gives it
    since: int,
    until: int,
    most: int,
) -> Carved: ...
def ring_standing(
    folder: Path, verified: bool
) -> list[tuple[str, int, int, int | None, int | None, int, list[str]]]: ...
def discover(paths: list[Path]) -> tuple[list[Path], list[tuple[Path, str]], list[BadCapture]]: ...
