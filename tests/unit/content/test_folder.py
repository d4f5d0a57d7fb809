"""The folder of content: what is put in force, what is refused, what goes back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from api.content.knowledge import check_files
from api.content.manifest import Manifest
from api.content.trouble import BadContent, Trouble
from tests.unit.content.bundles import WRITE, About, Machine, bundle, files, signing_key


def refused(machine: Machine, data: bytes) -> list[str]:
    """The codes of why a bundle is not taken."""
    with pytest.raises(BadContent) as caught:
        machine.take(data)
    return [each.code for each in caught.value.troubles]


def never_fires(version: int) -> bytes:
    """A rule whose proof does not hold any more."""
    broken = WRITE.replace(b"modbus/unauthorised-write.pcap", b"modbus/hmi-normal.pcap")
    assert broken != WRITE
    return bundle({"rules/MB01.yml": broken}, about=About(version=version))


def test_versions_only_grow(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    assert machine.take(bundle(about=About(version=4))) == "plant-4"
    assert machine.take(bundle(about=About(version=4))) is None, "what is in force is no news"
    assert refused(machine, bundle(files() | {"site/site.yml": b"time_zone: UTC\n"}, about=About(version=4))) == ["old"]
    assert refused(machine, bundle(about=About(version=3))) == ["old"], "the rollback attack"
    assert refused(machine, bundle(about=About(version=5, name="other"))) == ["other_name"]
    assert machine.take(bundle(about=About(version=6))) == "plant-6"
    assert machine.in_force == "plant-6"


def test_content_whose_proofs_fail_leaves_what_is_in_force(tmp_path: Path) -> None:
    machine = Machine(tmp_path, proves=True)
    machine.take(bundle(about=About(version=1)))
    before = machine.folder.state
    assert set(refused(machine, never_fires(2))) == {"proof_alert"}
    after = machine.folder.state
    assert machine.in_force == "plant-1"
    assert after.refused is not None
    assert after.refused.version == 2
    assert replace(after, refused=None, staged=None) == before
    assert after.staged is not None, "it stays, so that one can look into it"
    assert machine.take(bundle(about=About(version=3))) == "plant-3"
    assert machine.folder.state.refused is None


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"rules/broken.yml": b"title: [\n"}, ("rules/broken.yml", 2)),
        ({"site/site.yml": b"zones:\n  - {name: x}\n"}, ("site/site.yml", 2)),
        ({"baseline/conversations.yml": b"- {entity: x}\n"}, ("baseline/conversations.yml", 1)),
    ],
)
def test_a_mistake_in_a_text_is_told_with_its_place(
    parts: dict[str, bytes], place: tuple[str, int], tmp_path: Path
) -> None:
    machine = Machine(tmp_path)
    assert set(refused(machine, bundle(files() | parts))) == {"issue"}
    found = machine.folder.state.refused
    assert found is not None
    assert place in {(each.parameters["file"], each.parameters["line"]) for each in found.troubles}


def test_content_without_a_usable_rule_is_refused(tmp_path: Path) -> None:
    assert refused(Machine(tmp_path), bundle({"site/site.yml": b"time_zone: UTC\n"})) == ["no_rules"]


def test_rolling_back_and_forward_by_hand(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    for version in (1, 2):
        machine.take(bundle(about=About(version=version)))
    two = machine.folder.state.current
    assert two is not None
    machine.folder.roll_back(machine.now)
    assert machine.in_force == "plant-1"
    assert refused(machine, bundle(about=About(version=2))) == ["old"], "taken back is taken back"
    with pytest.raises(BadContent) as caught:
        machine.folder.roll_back(machine.now)
    assert [each.code for each in caught.value.troubles] == ["no_previous"]
    found = machine.folder.state.refused
    assert found is not None
    assert [each.code for each in found.troubles] == ["taken_back"], (
        "why it was taken back says more than that it is old"
    )
    machine.folder.apply(two, lambda folder, manifest: [], machine.now, by_hand=True)
    assert machine.in_force == "plant-2"


def test_a_slow_check_does_not_put_an_older_version_over_a_newer_one(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    name, _ = machine.receiver.stage(bundle(about=About(version=1)), machine.now)

    def meanwhile(folder: Path, manifest: Manifest) -> list[Trouble]:
        Machine(tmp_path).take(bundle(about=About(version=2)))
        return []

    with pytest.raises(BadContent) as caught:
        machine.folder.apply(name, meanwhile, machine.now)
    assert [each.code for each in caught.value.troubles] == ["old"]
    assert machine.in_force == "plant-2"


def test_old_versions_go(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    for version in range(1, 5):
        machine.take(bundle(about=About(version=version)))
    state = machine.folder.state
    assert {each.name for each in (tmp_path / "versions").iterdir()} == {state.current, state.previous}
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_key_is_trusted_while_the_content_that_brings_it_is_in_force(tmp_path: Path) -> None:
    machine, fresh = Machine(tmp_path), signing_key(2, "fresh")
    assert refused(machine, bundle(key=fresh)) == ["forged"]
    assert machine.folder.state.refused is None, "what anybody may have made is not kept"
    machine.take(bundle(files() | {"keys/fresh.pub": fresh.public.pem}, about=About(version=2)))
    machine.keys = []
    assert refused(machine, bundle(about=About(version=3))) == ["forged"]
    assert machine.take(bundle(key=fresh, about=About(version=3))) == "plant-3"
    machine.keys = [signing_key().public]
    assert refused(machine, bundle(key=fresh, about=About(version=4))) == ["forged"], "version 3 did not bring it"
    machine.proves = True
    assert refused(machine, bundle({"keys/bad.pub": b"no key"}, about=About(version=5))) == ["key", "no_rules"]


def test_a_file_that_changes_on_the_disk_is_noticed(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.take(bundle())
    name = machine.folder.state.current
    assert name is not None
    folder, manifest = machine.folder.version(name), machine.folder.manifest(name)
    check_files(folder, manifest)
    rule = folder / "rules" / "MB01.yml"
    for change, code in ((lambda: rule.write_bytes(WRITE + b"\n"), "altered"), (rule.unlink, "missing")):
        change()
        with pytest.raises(BadContent) as caught:
            check_files(folder, manifest)
        assert caught.value.troubles[0].code == code
    rule.write_bytes(WRITE)
    (folder / "rules" / "more.yml").write_bytes(WRITE)
    with pytest.raises(BadContent) as caught:
        check_files(folder, manifest)
    assert caught.value.troubles[0].code == "unlisted"


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"schema": "bittern.content-state/v1", "current": "../x"}'])
def test_a_state_that_is_none_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text(text)
    with pytest.raises(BadContent) as caught:
        _ = Machine(tmp_path).folder.state
    assert caught.value.troubles[0].code == "state"
