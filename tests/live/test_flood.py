"""Forged packets as fast as they can be sent: every write beside them is told, memory and segments stay bounded."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.floods.flooded import flooded
from tests.live.sensing import segments


@pytest.mark.timeout(180)
def test_forged_hosts_do_not_hide_a_write(tmp_path: Path) -> None:
    found = flooded("SYN to the controller", tmp_path, seconds=2, rate=60_000, after=2.0)
    assert found.commands > 40
    assert (found.missing, found.twice) == (0, 0)
    assert found.given_up["silent_not_told"] > 0, "the flood was one"
    assert found.given_up["hosts_not_told"] > 0
    # Each can be read again: no segment is larger than the worker takes.
    assets = [len(assets) for _, assets in segments(tmp_path)]
    assert 4_000 < sum(assets) < 40_000
    assert max(assets) <= 4_000
