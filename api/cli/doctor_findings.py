"""What `bittern doctor` examines, and what a check of it found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Patient:
    """What is examined beside the machine: the store and the rules that would be used, the reader's time zone, the
    folders of an installation, the interfaces that are to be listened to, the certificate to the outside, the
    folder of content."""

    store: str | None
    rules: tuple[Path, ...]
    time_zone: str
    data: Path | None = None
    spools: tuple[Path, ...] = ()
    interfaces: tuple[str, ...] = ()
    certificate: Path | None = None
    content: Path | None = None
    now: int = 0
    """ns since the epoch."""


@dataclass(frozen=True)
class Check:
    """What a check found: texts of the catalogue (`key`, `fix`) and their parameters. `remedy` mends it, where that
    harms nothing and can be undone."""

    name: str
    status: Literal["ok", "warn", "fail"]
    key: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    fix: str | None = None
    remedy: Callable[[], None] | None = None
    is_mended: bool = False
