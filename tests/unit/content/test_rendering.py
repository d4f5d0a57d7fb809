"""Worker and API tell alerts in the words of the content in force, and end when others come."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from api.content.rendering import ContentRules
from api.content.trouble import BadContent
from tests.unit.content.bundles import WRITE, About, Machine, bundle

PATIENCE = 30.0


def test_the_rules_are_those_of_the_content_in_force(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    assert ContentRules(tmp_path / "none").rules() is None
    machine.take(bundle())
    content = ContentRules(tmp_path)
    rules = content.rules()
    assert rules is not None
    assert [rule.name for rule in rules.rules] == ["MB01"]
    (machine.folder.version(str(content.name)) / "rules" / "MB01.yml").write_bytes(WRITE + b"\n")
    with pytest.raises(BadContent, match="altered"):
        content.rules()


def test_other_content_is_told_once_and_a_broken_state_is_no_other(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.take(bundle())
    changed = threading.Event()
    ContentRules(tmp_path).follow(changed.set, look=0.01)
    state = (tmp_path / "state.json").read_bytes()
    (tmp_path / "state.json").write_bytes(b"{")
    assert not changed.wait(0.1)
    (tmp_path / "state.json").write_bytes(state)
    assert not changed.is_set()
    machine.take(bundle(about=About(version=2)))
    assert changed.wait(PATIENCE)
