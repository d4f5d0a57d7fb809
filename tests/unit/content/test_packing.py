"""Packing: the same input gives the same bytes, and what a sensor would refuse is not packed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from api.content.knowledge import read_knowledge
from api.content.manifest import Manifest
from api.content.opening import open_bundle
from api.content.packing import Sources, manifest_of, pack
from api.content.trouble import BadContent
from tests.unit.content.bundles import KEY, NOW, PROOFS, RULES, TRUSTED, WRITE, About, Machine, bundle

LIST = "bad-addresses.txt"


def sources(folder: Path) -> Sources:
    """A folder of rules with one below, a site model with its list, a baseline, a key."""
    (folder / "rules" / "deep").mkdir(parents=True)
    shutil.copy(RULES / "modbus" / "MB01.yml", folder / "rules" / "deep")
    (folder / "rules" / "README.md").write_text("no rule")
    (folder / "rules" / ".hidden.yml").write_text("no rule")
    (folder / "site.yml").write_text(
        f"time_zone: Asia/Shanghai\nindicators:\n  - {{source: us, expires: 2030-01-01, file: {LIST}}}\n"
    )
    (folder / LIST).write_text("203.0.113.9\n")
    (folder / "conversations.yml").write_text(
        "- {entity: '10.0.0.1>10.0.0.2:502/modbus', kind: conversation, "
        "since: 2026-11-01T00:00:00Z, last: 2026-11-02T00:00:00Z, count: 3, how: learned}\n"
    )
    (folder / "next.pub").write_bytes(KEY.public.pem)
    return Sources(
        rules=[folder / "rules"], site=folder / "site.yml", baselines=[folder / "conversations.yml"],
        keys=[folder / "next.pub"],
    )  # fmt: skip


def packed(found: Sources) -> bytes:
    files = found.files()
    return pack(files, manifest_of(files, Manifest("plant", 3, NOW, (), with_shipped=False)), KEY)


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    first = packed(sources(tmp_path / "a"))
    assert first == packed(sources(tmp_path / "somewhere else"))
    opened = open_bundle(first, TRUSTED)
    assert [path for path, _ in opened.parts()] == [
        "baseline/conversations.yml", "keys/next.pub", "rules/deep/MB01.yml", f"site/{LIST}", "site/site.yml",
    ]  # fmt: skip


def test_what_was_packed_is_what_judges(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "content")
    assert machine.take(packed(sources(tmp_path / "from"))) == "plant-3"
    name = machine.folder.state.current
    assert name is not None
    knowledge = read_knowledge(machine.folder.version(name), machine.folder.manifest(name))
    assert [rule.name for rule in knowledge.rules.rules] == ["MB01"]
    assert knowledge.site is not None
    assert str(knowledge.site.zone_info) == "Asia/Shanghai"
    assert [str(each.network) for each in knowledge.site.indicators.entries] == ["203.0.113.9/32"]
    assert knowledge.known is not None
    assert knowledge.known.kinds() == {"conversation"}


@pytest.mark.parametrize("name", ["a b.yml", "a:b.yml", "-x.yml"])
def test_a_name_that_no_sensor_takes_is_not_packed(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes((RULES / "modbus" / "MB01.yml").read_bytes())
    with pytest.raises(BadContent) as caught:
        Sources(rules=[tmp_path]).files()
    assert caught.value.troubles[0].code in ("path", "outside")


def test_two_sources_of_one_name_are_told(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        shutil.copy(RULES / "modbus" / "MB01.yml", tmp_path / folder)
    with pytest.raises(BadContent) as caught:
        Sources(rules=[tmp_path / "a", tmp_path / "b"]).files()
    assert caught.value.troubles[0].code == "twice"


def test_a_list_outside_of_the_site_models_folder_is_not_packed(tmp_path: Path) -> None:
    (tmp_path / "site.yml").write_text("indicators:\n  - {source: us, expires: 2030-01-01, file: ../other.txt}\n")
    with pytest.raises(BadContent) as caught:
        Sources(site=tmp_path / "site.yml").files()
    assert caught.value.troubles[0].code == "outside"


def test_proofs_travel_with_their_rules(tmp_path: Path) -> None:
    """A rule of one's own, whose capture the program does not have, is proved on the sensor."""
    text = (RULES / "modbus" / "MB01.yml").read_text().replace("modbus/unauthorised-write.pcap", "own/write.pcap")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "MB01.yml").write_text(text)
    without = packed(Sources(rules=[tmp_path / "rules"]))
    with pytest.raises(BadContent) as caught:
        Machine(tmp_path / "one", proves=True).take(without)
    assert {(each.code, each.parameters["outcome"]) for each in caught.value.troubles} == {("proof_alert", "absent")}
    (tmp_path / "proofs" / "own").mkdir(parents=True)
    shutil.copy(PROOFS / "modbus" / "unauthorised-write.pcap", tmp_path / "proofs" / "own" / "write.pcap")
    with_it = packed(Sources(rules=[tmp_path / "rules"], proofs=[tmp_path / "proofs"]))
    assert Machine(tmp_path / "two", proves=True).take(with_it) == "plant-3"


def test_a_rule_of_ones_own_goes_before_the_shipped_one_of_its_name(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    own = WRITE.replace(b"level: high", b"level: low")
    assert own != WRITE
    machine.take(bundle({"rules/MB01.yml": own}, about=About(with_shipped=True)))
    name = machine.folder.state.current
    assert name is not None
    rules = read_knowledge(machine.folder.version(name), machine.folder.manifest(name)).rules
    assert {rule.level for rule in rules.rules if rule.name == "MB01"} == {"low"}
    assert len(rules.rules) > 100
