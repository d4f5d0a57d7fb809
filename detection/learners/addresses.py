"""D1, assets, address binding and every attribute worth watching (vocabulary §2, finding; detectors §5.1).

Facts are (entity, attribute, value). Where the facts come from is in `detection.watched`; here they are compared with
what the baseline knows and with what the same traffic said before.
"""

from __future__ import annotations

from collections.abc import Mapping
from sys import intern
from typing import Self

import polars as pl

from detection.baseline.entries import Baseline, Entry, Seen
from detection.finding import Finding, finding_frame
from detection.learner import Learner
from detection.site import Site
from detection.watched import SINGLE, Fact, facts_in

ADDRESS, ATTRIBUTE = "address", "attribute"


class AddressBinding(Learner):
    """Says new_asset, attribute_new, attribute_changed and security_lowered.

    attribute_changed contradicts what was seen before, be it in the baseline or in this traffic, so it holds from the
    first minute; a new asset or attribute is news only against a baseline.
    """

    name = "D1"
    reads = frozenset({"identity", "session", "transaction", "flow"})

    def __init__(self, known: Baseline | None, seen: Seen, site: Site | None) -> None:
        super().__init__(known, seen, site)
        # By the hash of entity, attribute and source: a crowd has hundreds of thousands.
        self._current: dict[int, str] = {}
        self._first: dict[int, str] = {}
        self._said: set[int] = set()

    def take_over(self, earlier: Self) -> None:
        """As of every learner."""
        super().take_over(earlier)
        self._current, self._first, self._said = earlier._current, earlier._first, earlier._said

    def observe(self, datasets: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        """Takes the rows of the datasets in `WATCHED`; each attribute comes from one dataset only."""
        frames = []
        for dataset in sorted(self.reads):
            frame = datasets[dataset]
            found = [finding for fact in facts_in(dataset, frame) if (finding := self._judge(fact)) is not None]
            if found:
                frames.append(finding_frame(self.name, frame, found))
        return pl.concat(frames) if frames else finding_frame(self.name, pl.DataFrame(), [])

    def _judge(self, fact: Fact) -> Finding | None:
        if fact.attribute == "address":
            return self._address(fact)
        # Each protocol has its own words for maker and model.
        entity = " ".join(part for part in (fact.entity, fact.attribute, fact.source) if part)
        known = self._known(entity, f"{fact.entity} {fact.attribute}")
        key = hash((fact.entity, fact.attribute, fact.source))
        before = self._current.get(key)
        self.seen.note(ATTRIBUTE, entity, fact.value, fact.time, fact.time, 1)
        if fact.value != before and (len(self._current) < 500_000 or before is not None):
            self._current[key] = intern(fact.value)
        if fact.value == before or fact.value in known or fact.value == "":
            return None
        # Whose it was is what was seen before the first change, be it in the baseline: not who comes first out of it.
        if before is not None and self._owner(fact, key, before) == fact.value:
            return None
        previous = before if before is not None else next(iter(sorted(known)), None)
        if previous is None or fact.attribute not in SINGLE:
            return self._said_once(fact, "attribute_new", None, {}) if self.maturity(ATTRIBUTE) == "active" else None
        if fact.attribute in STRENGTHS:
            return self._security(fact, previous)
        entry = known.get(previous)
        expected = {"value": previous, "known": sorted(known)[:8]}
        return self._said_once(fact, "attribute_changed", entry.since if entry else None, expected)

    def _owner(self, fact: Fact, key: int, value: str) -> str | None:
        """Whose it was first: what an intruder took over and goes back is no second change, for the first was told."""
        if fact.attribute not in OWNED or (key not in self._first and len(self._first) >= 500_000):
            return None
        return self._first.setdefault(key, value)

    def _known(self, entity: str, whoever_says_it: str) -> dict[str, Entry]:
        """Values the baseline holds: as this source tells them, and those a person learned whoever tells them."""
        if not self.known:
            return {}
        told = self.known.of(ATTRIBUTE, entity)
        return told if entity == whoever_says_it else {**self.known.of(ATTRIBUTE, whoever_says_it), **told}

    def _address(self, fact: Fact) -> Finding | None:
        known = self.known is not None and bool(self.known.of(ADDRESS, fact.entity))
        if not self.is_news(ADDRESS, fact.entity, fact.value, fact.time, fact.time, 1, known=known):
            return None
        return self._said_once(fact, "new_asset", None, {})

    def _security(self, fact: Fact, previous: str) -> Finding | None:
        weakest_first = STRENGTHS[fact.attribute]
        if strength(fact.value, weakest_first) >= strength(previous, weakest_first):
            return self._said_once(fact, "attribute_changed", None, {"value": previous})
        return self._said_once(fact, "security_lowered", None, {"value": previous})

    def _said_once(self, fact: Fact, kind: str, since: int | None, expected: Mapping[str, object]) -> Finding | None:
        """Each value of an attribute is told once in a run: a flapping binding is one fact, counted by its rows."""
        key = hash((fact.entity, fact.attribute, f"{fact.value}<{expected.get('value')}"))
        if key in self._said:
            return None
        if len(self._said) < 500_000:
            self._said.add(key)
        maturity = self.maturity(ADDRESS if kind == "new_asset" else ATTRIBUTE)
        observed = {"value": fact.value}
        return Finding(
            fact.row, kind, fact.entity_kind, fact.entity, observed, expected, maturity, fact.attribute, since
        )


POLICIES = (
    "None", "Basic128Rsa15", "Basic256", "Aes128_Sha256_RsaOaep", "Basic256Sha256", "Aes256_Sha256_RsaPss",
)  # fmt: skip

MECHANISMS = ("lowest", "low", "high", "high-md5", "high-sha1", "high-sha256", "high-gmac", "high-ecdsa")
"""Authentication of DLMS/COSEM (IEC 62056-5-3, 7.3.7.2)."""


OWNED = frozenset({"publisher"})
"""Attributes that say whose something is, so that two quarrel about it and the first one is the honest one."""

MODES = ("None", "Sign", "SignAndEncrypt")
STRENGTHS = {"security_policy": (*MECHANISMS, *POLICIES), "security_mode": MODES}
"""Attributes whose values have an order, the weakest first: of OPC UA (Part 7, 6.6; Part 4, 7.20), of DLMS/COSEM."""


def strength(word: str, weakest_first: tuple[str, ...]) -> int:
    """Rank of a policy or mode; an unknown one counts as strong and never looks lowered."""
    name = word.rsplit("#", 1)[-1]
    return weakest_first.index(name) if name in weakest_first else len(weakest_first)
