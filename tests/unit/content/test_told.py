"""Every reason why content is not taken has a text in both languages; the doctor tells what needs doing."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from api import content
from api.cli.doctor_content import OLD, check_content
from api.cli.doctor_findings import Check, Patient
from api.content.manifest import KINDS
from api.content.running import Running, write_running
from api.content.trouble import BadContent, Trouble, document, told, trouble_from
from api.texts import texts
from tests.unit.content.bundles import DAY, NOW, About, Machine, bundle, files

CODE = re.compile(r'(?:bad|Trouble)\(\s*f?"([a-z_{}.]+)"')
FOUND_OTHERWISE = {"proof_{trial.wanted}"}
PATHS = {"outside", "path", "kind"}
"""Codes that `wrong_path` gives."""


def codes() -> set[str]:
    """Every code that the sources name."""
    sources = [path.read_text(encoding="utf-8") for path in Path(content.__file__).parent.glob("*.py")]
    found = {code for text in sources for code in CODE.findall(text)} - FOUND_OTHERWISE
    return found | PATHS | {"proof_alert", "proof_quiet"}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_code_has_a_text_and_every_text_a_code(lang: str) -> None:
    known = texts("zh" if lang == "zh" else "en").by_key
    named = {key.removeprefix("content.bad.") for key in known if key.startswith("content.bad.")}
    assert named == codes()
    assert len(named) > 35


def test_mistakes_in_texts_are_told_with_file_line_and_remedy(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    with pytest.raises(BadContent) as caught:
        machine.take(bundle(files() | {"site/site.yml": b"zones:\n  - {name: x}\ntime_zone: Mars/Base\n"}))
    for lang in ("en", "zh"):
        said = [
            told(trouble_from(document(each)), texts("zh" if lang == "zh" else "en")) for each in caught.value.troubles
        ]
        assert any("Mars/Base" in line and "site/site.yml" in line for line in said), said
        assert not any("{" in line for line in said)


def test_what_is_kept_is_what_is_told(tmp_path: Path) -> None:
    why = Trouble("proof_alert", {"rule": "MB01", "capture": "a.pcap", "outcome": "quiet"})
    assert trouble_from(document(why)) == why
    assert told(why, texts("en")) == "rule MB01: its proof a.pcap ought to raise it; came out: quiet"
    assert told(why, texts("zh")) == "规则 MB01：验证抓包 a.pcap 应触发该规则，结果：无告警"


def verdicts(machine: Machine, now: int, *, named: bool = True) -> list[tuple[str, str, str]]:
    patient = Patient(None, (), "UTC", content=machine.root if named else None, data=machine.root.parent, now=now)
    found: list[Check] = check_content(patient)
    for check in found:
        for lang in ("en", "zh"):
            words = texts("zh" if lang == "zh" else "en")
            assert check.fix is None or words.get(check.fix)
            assert "{" not in words.get(check.key, **{"why": "", **check.parameters})
    return [(check.name, check.status, check.key) for check in found]


def test_the_doctor_tells_of_content(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "content")
    assert verdicts(machine, NOW, named=False) == [], "a machine without content is not ill"
    assert verdicts(machine, NOW) == [("content", "warn", "doctor.no_content")]
    machine.take(bundle(about=About(version=1, expires=None)))
    assert verdicts(machine, NOW, named=False) == [("content", "ok", "doctor.content")]
    assert verdicts(machine, NOW + (OLD + 2) * DAY) == [("content", "warn", "doctor.content_old")]
    machine.take(bundle(about=About(version=2, expires=NOW + 30 * DAY)))
    assert verdicts(machine, NOW) == [("content", "ok", "doctor.content")]
    assert verdicts(machine, NOW + 20 * DAY) == [("content", "warn", "doctor.content_soon")]
    assert verdicts(machine, NOW + 31 * DAY) == [("content", "fail", "doctor.content_expired")]
    with pytest.raises(BadContent):
        machine.take(bundle(about=About(version=1)))
    assert verdicts(machine, NOW)[1] == ("content:refused", "warn", "doctor.content_refused")
    running = Running("line-3", machine.folder.state.current, "failed", NOW, 0, (Trouble("no_rules"),))
    write_running(machine.root, running)
    assert verdicts(machine, NOW)[2] == ("content:line-3", "fail", "doctor.content_failing")
    write_running(machine.root, replace(running, state="well"))
    assert len(verdicts(machine, NOW)) == 2
    (machine.root / "state.json").write_text("{")
    assert verdicts(machine, NOW) == [("content", "fail", "doctor.content_unreadable")]


def test_folders_of_a_bundle_are_those_of_the_reference() -> None:
    page = (Path(__file__).parents[3] / "docs" / "content.md").read_text(encoding="utf-8")
    assert all(f"`{kind}/`" in page for kind in KINDS)
