"""Applies the policy to a store in small steps, each of which may be the last: who comes next takes up what was begun.

Order: the record says what is going to be removed, and that it may be missing; the parts are removed; the record counts
them; at the end of a dataset the audit log is told. One process at a time does it (the worker, by its lease).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from response.ports import Store
from response.records import Deed, Put, Stored
from response.retention.due import due
from response.retention.holdings import Part
from response.retention.policy import SETTING, Bound, Policy, policy_of
from response.retention.removed import KIND, begun, ended, fresh, record_of, untold
from response.store_errors import NotFound
from response.times import SECOND, time_text

WHO = "bittern"
TEND_EVERY, REMOVE_EVERY, AFTER_FAILURE = 120 * SECOND, 600 * SECOND, 60 * SECOND


def policy_in_force(store: Store, datasets: Sequence[str]) -> tuple[Policy, str]:
    """The policy and its etag, "0" while none is stored."""
    try:
        stored = store.record(*SETTING)
    except NotFound:
        return policy_of(datasets), "0"
    return policy_of(datasets, stored.body), stored.etag


def put_policy(store: Store, policy: Policy, now: int, who: str, etag: str) -> str:
    """Put a policy in the place of the version `etag` ("0": none); its etag. The audit log names the bounds that are
    other than before. Raises Conflict."""
    known, _ = policy_in_force(store, tuple(policy.bounds))
    news = {name: bound for name, bound in policy.record().items() if bound != known.record()[name]}
    body = {"at": time_text(now), "datasets": policy.record()}
    deed = Deed(now, who, "setting.change", *SETTING, {"datasets": news})
    [stored] = store.commit([Put(*SETTING, body, None if etag == "0" else etag)], deed)
    assert isinstance(stored, Stored)
    return stored.etag


class Sweep:
    """The worker's duty, a step at each call: parts are tended every two minutes, what is due goes every ten. `believe`
    says what to think of the clock: what goes because of a wrong one is gone."""

    def __init__(self, store: Store, datasets: Sequence[str], believe: Callable[[int], int] = lambda now: now) -> None:
        self._store, self._believe = store, believe
        self._datasets = datasets
        self._round: Iterator[None] | None = None
        self._due_at = self._removal_at = 0

    def __call__(self, now: int) -> bool:
        """One step; whether there was any."""
        now = self._believe(now)
        if self._round is None:
            if now < self._due_at:
                return False
            self._round = self._begun(now)
        try:
            next(self._round)
        except StopIteration:
            self._round, self._due_at = None, now + TEND_EVERY
            return False
        except BaseException:
            self._round, self._due_at = None, now + AFTER_FAILURE
            self._removal_at = 0
            raise
        return True

    def _begun(self, now: int) -> Iterator[None]:
        if now < self._removal_at:
            return tended(self._store, self._datasets)
        self._removal_at = now + REMOVE_EVERY
        return swept(self._store, self._datasets, now)


def tended(store: Store, datasets: Sequence[str]) -> Iterator[None]:
    """Takes up what was begun and tends the parts, step by step. Raises StoreError."""
    policy, _ = policy_in_force(store, datasets)
    for dataset in datasets:
        if _taken_up(store, dataset):
            yield
    for dataset, bound in policy.bounds.items():
        while store.tend(dataset, bound):
            yield


def swept(store: Store, datasets: Sequence[str], now: int) -> Iterator[None]:
    """A whole round: `tended`, then what is due goes. Raises StoreError."""
    yield from tended(store, datasets)
    policy, _ = policy_in_force(store, datasets)
    for held in store.holdings(now).datasets:
        yield from _dataset(store, held.dataset, policy.bounds.get(held.dataset, Bound()), held.bytes, now)


def _dataset(store: Store, dataset: str, bound: Bound, held: int, now: int) -> Iterator[None]:
    kept = 0
    for found in due(store, dataset, bound, held, now):
        kept += sum(part.bytes for part in found.kept)
        if found.parts:
            _remove(store, dataset, found.parts, now)
        yield
    stored = record_of(store, dataset)
    if stored is not None or kept:
        _tell(store, dataset, stored, kept, now)


def _remove(store: Store, dataset: str, parts: Sequence[Part], now: int) -> None:
    known = record_of(store, dataset)
    stored = _put(store, dataset, known, begun(known.body if known else fresh(now), parts, now))
    _finish(store, stored)


def _taken_up(store: Store, dataset: str) -> bool:
    """Ends what somebody began who died."""
    stored = record_of(store, dataset)
    if stored is None or not stored.body["removing"]:
        return False
    _finish(store, stored)
    return True


def _finish(store: Store, stored: Stored) -> None:
    store.remove_parts(stored.id, [each["id"] for each in stored.body["removing"]])
    _put(store, stored.id, stored, ended(stored.body))


def _put(store: Store, dataset: str, known: Stored | None, body: Mapping[str, Any], deed: Deed | None = None) -> Stored:
    [stored] = store.commit([Put(KIND, dataset, body, known.etag if known else None)], deed)
    assert isinstance(stored, Stored)
    return stored


def _tell(store: Store, dataset: str, stored: Stored | None, kept: int, now: int) -> None:
    body = stored.body if stored else fresh(now)
    news = untold(body)
    changed = {**body, "kept_bytes": kept, "told": {name: body[name] for name in news}}
    if changed == dict(body):
        return
    told = {"border": body["border"], **news}
    deed = Deed(now, WHO, "retention.remove", KIND, dataset, told) if news["parts"] else None
    _put(store, dataset, stored, changed, deed)
