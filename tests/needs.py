"""What a test needs beside the project: a tool, a server, the shared folder. Absent parts are named, never passed over.

A test asks `need(...)`, `tool(...)` or `shared(...)`. Where the part is absent the test skips and says how to get it;
where the environment says BITTERN_REQUIRE_ALL=1 (as CI does) it fails instead. What only the machine itself can give is
asked for by `allowed(...)`.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
SHARED = PROJECT.parent / "shared"
REFUSED = "this machine allows no"
"""Begins the reason of a skip that is the machine's doing."""


def require_all() -> bool:
    """Whether an absent part is a failure: the environment says BITTERN_REQUIRE_ALL=1."""
    return os.environ.get("BITTERN_REQUIRE_ALL") == "1"


def need(condition: object, part: str, how: str) -> None:
    """Go on when `condition` is true; else skip (or fail, see `require_all`) with the part's name and how to get it.

    May be called in a test, in a fixture or at the top of a test module. `part` and `how` are plain words, e.g.
    `need(shutil.which("tshark"), "tshark", "make system-deps")`.
    """
    if condition:
        return
    reason = f"needs {part}: {how}"
    if require_all():
        pytest.fail(f"{reason} (BITTERN_REQUIRE_ALL=1 allows no skip)", pytrace=False)
    pytest.skip(reason, allow_module_level=True)


def allowed(condition: object, part: str, how: str) -> None:
    """Go on when `condition` is true: this machine lets the test do what it needs, which no package can give.

    Else skip with the part's name, told at the end of the run also where nothing may be skipped: a machine that is
    itself confined, such as a container without privileges, fails no change for it.
    """
    if not condition:
        pytest.skip(f"{REFUSED} {part}: {how}")


def tool(name: str, how: str = "make system-deps") -> str:
    """Path of the program `name` on PATH, or in the folders of system programs that a plain user's PATH lacks."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/local/sbin")
    need(path, name, how)
    assert path is not None
    return path


def shared(*parts: str) -> Path:
    """Path below the folder `shared` beside the project, e.g. `shared("captures", "manifest.csv")`."""
    path = SHARED.joinpath(*parts)
    need(path.exists(), "/".join(("../shared", *parts)), "put the project's shared folder beside the checkout")
    return path
