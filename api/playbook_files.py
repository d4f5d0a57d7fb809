"""Where playbooks and their schemas lie."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from api.texts import shipped
from response.playbooks.load import Playbooks
from response.playbooks.schema import Schemas


@cache
def cacao_schemas() -> Schemas:
    """CACAO's schemas and ours, read once."""
    return Schemas.read(shipped("cacao"))


def load_playbooks(paths: Sequence[Path] = ()) -> Playbooks:
    """The shipped playbooks, or those in files and folders."""
    return Playbooks.load(list(paths), cacao_schemas()) if paths else _shipped()


@cache
def _shipped() -> Playbooks:
    """Read once: checking them takes 60 ms, and the worker asks several times a second."""
    return Playbooks.load([Path(str(shipped("playbooks")))], cacao_schemas())
