"""What is learned from an alert is a baseline entry that makes the sensor's own learner know it, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.analysis import Options, analyse
from api.storage import open_store
from api.triage import desk_over
from detection.baseline import read_baseline, write_baseline
from response.alerts import Alert
from response.ports import AlertQuery
from response.triage.desk import By, Learning
from response.triage.enforce import learned_entries
from tests.alert_cases import PROOFS, rules
from tests.contract.store_cases import START

SITE = PROOFS / "site.yml"


def raised(capture: Path, baseline: Path, store: str | None = None) -> list[Alert]:
    return analyse(Options((capture,), baseline=baseline, site=SITE, store=store), rules()).alerts


@pytest.mark.parametrize(
    ("rule", "normal", "capture"),
    [
        ("G01", "general/device-gone", "general/new-device"),
        ("G02", "general/device-gone", "general/new-conversation"),
        ("G26", "general/engineer-checks", "general/identity-changed"),
        ("MB02", "modbus/hmi-normal", "modbus/first-write-to-object"),
        ("MB05", "modbus/hmi-normal", "modbus/new-read-range"),
    ],
)
def test_the_sensor_knows_what_was_learned(rule: str, normal: str, capture: str, tmp_path: Path) -> None:
    known, captured = tmp_path / "known", PROOFS / f"{capture}.pcap"
    proofs = {head.name: head.bittern.proof for head in (*rules().rules, *rules().correlations) if head.bittern}
    learned_from = tuple(PROOFS / name for name in proofs[rule].learn) or (PROOFS / f"{normal}.pcap",)
    analyse(Options(learned_from, learn=known, site=SITE), rules())
    before = {alert.rule for alert in raised(captured, known)}
    assert rule in before
    learn(rule, captured, known, f"embedded:{tmp_path / 'store'}")
    assert before - {alert.rule for alert in raised(captured, known)} == {rule}


def learn(rule: str, captured: Path, known: Path, url: str) -> None:
    """Learns every alert of a rule and puts the entries into the baseline."""
    raised(captured, known, url)
    with open_store(url) as store:
        desk = desk_over(store, rules())
        for number, alert in enumerate(store.alerts(AlertQuery(rules=(rule,), triage=False)).items):
            record = desk.learn(alert.id, alert.etag, Learning(), By("li", START + number, "ours"))
            if record.body["state"] == "proposed":
                desk.approve(record.id, By("wang", START + 99, "yes"))
        entries = learned_entries(store)
    assert {(entry.how, entry.by in ("li", "wang")) for entry in entries} == {("approved", True)}
    baseline = read_baseline(known)
    for entry in entries:
        baseline.put(entry)
    write_baseline(known, baseline)
