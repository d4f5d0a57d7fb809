"""Golden events: what the core makes of captures of real stacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden.events import captures, events, target


@pytest.mark.parametrize("capture", captures(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_events_are_those_that_were_read_and_committed(capture: Path) -> None:
    written = target(capture).read_text().splitlines()
    made = events(capture).splitlines()
    for number, (old, new) in enumerate(zip(written, made, strict=False), 1):
        assert old == new, f"{target(capture).name}:{number}; `make golden` writes them anew, then read the difference"
    assert len(written) == len(made)
