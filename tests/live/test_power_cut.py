"""A power cut: what was handed over, stored or made stays; what was not is not half there. `make faults` does
the same to running processes."""

from __future__ import annotations

import base64
from pathlib import Path
from random import Random

import pytest

from api.chains import LOOK, PATIENCE, Chains
from api.intake import Intake
from api.notifying import make_seal
from api.segment_files import parcel_of
from api.storage import open_store
from sensors.spool import Spool
from tests.integration.test_intake import NOW, NUMBER, check_whole, counters, segment, spooled, worked
from tests.loop_disk import loop_disk


def test_what_was_handed_over_is_there(tmp_path: Path) -> None:
    with loop_disk(tmp_path / "disk", 64) as disk:
        for number in range(NUMBER):
            spool = Spool(disk.folder / "spool")
            spool.open_for_writing()
            spool.put(parcel_of(segment(number), ()))
            (disk.folder / "spool" / "tmp" / "half").write_bytes(bytes(5000))
            disk.cut_power()
            with pytest.raises(OSError, match=r"."):
                spool.put(parcel_of(segment(99), ()))
            disk.mount_again()
        again = Spool(disk.folder / "spool")
        again.open_for_writing()
        assert [each.read().manifest.link.sequence for each in again] == [*range(1, NUMBER + 1)]
        assert [*(disk.folder / "spool" / "tmp").iterdir()] == []
        with open_store(f"embedded:{tmp_path / 'store'}") as store:
            worked(store, again.folder)
            assert not Chains(store)(NOW + PATIENCE + LOOK), "nothing is missing, nothing is altered"


def test_what_the_worker_forgot_is_in_the_store(tmp_path: Path) -> None:
    """The spool is on another disk, and a segment goes from it once the store has it for good."""
    spool, chance = spooled(tmp_path / "spool"), Random(5)
    parts = sorted(spool.glob("*.zip"))
    aside = tmp_path / "aside"
    aside.mkdir()
    for part in parts:
        part.rename(aside / part.name)
    with loop_disk(tmp_path / "disk", 64) as disk:
        for part in parts:
            (aside / part.name).rename(part)
            with open_store(f"embedded:{disk.folder / 'store'}") as store:
                Intake(store, spool, chains=Chains(store))(NOW)
                assert not part.exists()
                if is_open := chance.random() < 0.5:
                    disk.cut_power()
            if not is_open:
                disk.cut_power()
            disk.mount_again()
        with open_store(f"embedded:{disk.folder / 'store'}") as store:
            worked(store, spool)
            check_whole(store)
            assert counters(store) == {}


def test_the_key_of_the_notifications_is_whole(tmp_path: Path) -> None:
    """It was empty after a power cut, and no worker began any more."""
    with loop_disk(tmp_path / "disk", 64) as disk:
        (disk.folder / "store").mkdir()
        url = f"embedded:{disk.folder / 'store'}"
        with open_store(url):
            pass
        make_seal(url, {})
        disk.cut_power()
        disk.mount_again()
        key = disk.folder / "store" / "notify.key"
        assert len(base64.b64decode(key.read_bytes())) == 32
        assert key.stat().st_mode & 0o077 == 0
        assert [each.name for each in key.parent.glob("notify*")] == ["notify.key"]
        make_seal(url, {})
