"""What a third party's capture is named after is an event with its operation, and the right rule tells it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from api.analysis import Options, analyse
from sensors.capture import CaptureFiles
from sensors.fields import protocols, vocabulary
from tests.named import ROOT, Named, named
from tests.needs import shared
from tests.shipped import shipped_rule_set

RULES = shipped_rule_set()
LINES = list(named())


def test_no_capture_of_a_protocol_that_is_read_is_missing() -> None:
    words = {word: name for name, protocol in protocols().items() for word in protocol.seen_as}
    listed = {(line.protocol, line.capture) for line in LINES}
    missing = []
    with (shared("captures") / "manifest.csv").open(newline="", encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            told = {part.rpartition(":")[0] for part in row["ot_protocols"].replace(";", " ").split()}
            for protocol in {words[word] for word in told & words.keys()}:
                capture = row["file"].removeprefix(f"{ROOT}/")
                if capture != row["file"] and (protocol, capture) not in listed:
                    missing.append((protocol, capture))
    assert not missing, "add a line to tests/named/<protocol>.yml"


def test_no_capture_is_missing() -> None:
    with (shared("captures") / "manifest.csv").open(newline="", encoding="utf-8") as rows:
        files = {row["file"] for row in csv.DictReader(rows)}
    captures = {file.removeprefix(f"{ROOT}/") for file in files if file.startswith(ROOT)}
    assert captures == {line.capture for line in LINES}


@pytest.mark.parametrize("line", LINES, ids=[line.capture for line in LINES])
def test_what_was_done_is_an_event_and_an_alert(line: Named) -> None:
    path = shared("captures", ROOT) / line.capture
    seen = {
        operation
        for batch in CaptureFiles([path], full=True)
        for protocol, operation in batch.datasets["transaction"].select("network.protocol", "ot.operation").iter_rows()
        if protocol == line.protocol
    }
    if line.protocol not in protocols():
        assert not _spoken(path), "it holds a protocol that is read: it belongs into that one's table"
    assert set(line.operations) <= seen, f"{line.does}: seen {sorted(seen)}"
    assert set(line.operations) <= vocabulary().operations.keys()
    assert line.rule or line.why, "a rule, or why there is none"
    if line.rule:
        found = {alert.rule for alert in analyse(Options((path,)), RULES).alerts}
        assert line.rule in found, f"{line.does}: alerts {sorted(found)}"


def _spoken(path: Path) -> set[str]:
    """Protocols of a capture's flows."""
    flows = (batch.datasets["flow"] for batch in CaptureFiles([path]))
    return {name for flow in flows for name in flow["network.protocol"].drop_nulls().cast(str)}
