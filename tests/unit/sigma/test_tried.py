"""What a test said of a text is kept, within bounds, and never changes what it says."""

from __future__ import annotations

import random

import pytest

from detection.sigma import tried
from detection.sigma.tried import Matches, Within, outcomes

TESTS: tuple[Matches | Within, ...] = (
    Matches("a", "^10[.]"),
    Within("a", ("10.0.0.0/30", "fe80::/10")),
    Matches("a", "7$"),
)
TEXTS = [f"10.0.0.{n}" for n in range(40)] + [f"fe80::{n}" for n in range(20)] + ["no address", "", "10.0.0.1%7"]


@pytest.mark.parametrize("most", [0, 5, 20, 8192])
def test_it_says_the_same_however_much_is_kept(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tried, "MOST_KEPT", most)
    tried._known.cache_clear()
    rng = random.Random(most)
    for _ in range(60):
        tests = rng.sample(TESTS, k=rng.randint(1, len(TESTS)))
        texts = rng.sample(TEXTS, k=rng.randint(0, len(TEXTS)))
        assert outcomes(tests, texts) == tried._tried(tests, texts)
        assert all(len(tried._known(test)) <= most for test in TESTS)
    inside = outcomes([TESTS[1]], ["10.0.0.3", "10.0.0.4", "fe80::1", "no address"])
    assert inside == [[True, False, True, False]]
