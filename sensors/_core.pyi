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

def discover(paths: list[Path]) -> tuple[list[Path], list[tuple[Path, str]], list[BadCapture]]: ...
