"""The proofs' index and the files beside it say the same; every proof has what a drill needs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TypedDict

import pytest
import yaml

from compose.plant import pcap
from detection.site_reading import load_site
from tests.needs import PROJECT

PROOFS = PROJECT / "rules" / "proofs"
# Bytes of one capture, and of all of them for each rule: more rules need more proofs, none needs a long one.
LIMIT = 400_000
BYTES_PER_RULE = 32_000


class Step(TypedDict):
    """What was done when."""

    name: str
    start: str
    end: str
    source: str
    destination: str
    techniques: list[str]
    rules: list[str]


class Entry(TypedDict, total=False):
    """One capture of the index."""

    file: str
    kind: str
    rules: list[str]
    learn: list[str]
    frames: int
    bytes: int
    steps: list[Step]


def entries() -> list[Entry]:
    """The captures of the index."""
    found: list[Entry] = yaml.safe_load((PROOFS / "index.yml").read_text(encoding="utf-8"))["captures"]
    return found


ENTRIES = entries()
BENIGN = {entry["file"] for entry in ENTRIES if entry["kind"] == "benign"}


def files() -> set[str]:
    """The captures in the folder."""
    return {str(path.relative_to(PROOFS)) for path in PROOFS.rglob("*.pcap")}


def test_every_file_is_in_the_index_and_the_reverse() -> None:
    assert {entry["file"] for entry in ENTRIES} == files()


def test_proofs_stay_small() -> None:
    rules = {rule for entry in ENTRIES for rule in entry["rules"]}
    assert sum(entry["bytes"] for entry in ENTRIES) <= BYTES_PER_RULE * len(rules)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["file"])
def test_entry_is_complete_and_true(entry: Entry) -> None:
    found = pcap.extent(PROOFS / entry["file"])
    assert (found.frames, found.size) == (entry["frames"], entry["bytes"])
    assert found.size <= LIMIT
    assert entry["kind"] in ("positive", "benign")
    assert entry["rules"], "a proof proves something"
    assert set(entry.get("learn", [])) <= BENIGN, "only a benign capture can be learned from"
    if entry["kind"] == "positive":
        assert entry["steps"], "a positive proof says what was done"
    for step in entry.get("steps", []):
        start, end = (datetime.fromisoformat(step[key]).timestamp() for key in ("start", "end"))
        assert found.first - 2 <= start <= end <= found.last + 2
        assert set(step["rules"]) <= set(entry["rules"])


def test_every_positive_rule_has_a_benign_proof_too() -> None:
    positive = {rule for entry in ENTRIES if entry["kind"] == "positive" for rule in entry["rules"]}
    benign = {rule for entry in ENTRIES if entry["kind"] == "benign" for rule in entry["rules"]}
    assert positive <= benign


def test_site_model_of_the_proofs_is_good() -> None:
    site = load_site(Path(PROOFS / "site.yml"))
    assert {"writers", "programmers", "zones", "conduits", "ranges"} <= site.declared()
