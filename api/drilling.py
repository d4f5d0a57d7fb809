"""Drills over a store: asked for by people, done round by round by whoever holds the worker's lease, and kept.

A drill is a record of kind `job`: what is planned, what came of each round, at its end the certificate. Each round is
journalled before it begins, so that one that was cut off is done again with the same times and names, and so once. The
last result of each rule is a record of kind `drill`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from api.drill_rounds import WHO, Pipeline
from api.texts import shipped
from api.wiring import Wiring
from detection.occurrence import text_id
from detection.sigma.load import RuleSet
from detection.sigma.model import Correlation, Rule
from response.drill import PASS, last_result, plan, round_from, states, verdict
from response.drill_certificate import certificate
from response.ports import Store
from response.records import Deed, Put, RecordQuery, Stored
from response.reports.signing import KEYS, KeyFolder, KeyTrouble, SigningKey
from response.store_errors import NotFound
from response.times import time_ns, time_text

WHAT = "drill"
ASKED, RUNNING, DONE = "asked", "running", "done"
SPOOL = "drill-spool"
KEY = "report"
MOST_RULES = 5000
Signer = Callable[[], SigningKey]


class NothingToDrill(ValueError):
    """A rule, or a playbook of some rule, that there is not: `kind` rules or playbooks, `name`."""

    def __init__(self, kind: str, name: str) -> None:
        self.kind, self.name = kind, name
        super().__init__(f"{kind}: {name}")


def drillable(rules: RuleSet) -> dict[str, Rule | Correlation]:
    """Rules that raise alerts, by name."""
    every: list[Rule | Correlation] = [*rules.rules, *rules.correlations]
    return {r.name: r for r in sorted(every, key=lambda r: r.name) if r.name not in rules.silent and r.bittern}


def chosen(rules: RuleSet, names: Iterable[str], playbook: str | None) -> list[Rule | Correlation]:
    """These rules and those that name the playbook; all when neither is given. Raises NothingToDrill."""
    known, wanted = drillable(rules), list(names)
    for name in wanted:
        if name not in known:
            raise NothingToDrill("rules", name)
    if not wanted and playbook is None:
        return list(known.values())
    named = [r for r in known.values() if r.bittern and playbook is not None and r.bittern.playbook == playbook]
    if playbook is not None and not named:
        raise NothingToDrill("playbooks", playbook)
    return [rule for rule in known.values() if rule.name in wanted or rule in named]


def begin(store: Store, rules: Sequence[Rule | Correlation], at: int, who: str, nonce: str) -> str:
    """Asks for a drill of these rules; its id. It is done by the worker, or by whoever calls `Drilling`."""
    rounds = plan(rules)
    job = text_id(WHAT, at, who, nonce)
    body: dict[str, Any] = {
        "at": time_text(at),
        "state": ASKED,
        "what": WHAT,
        "by": who,
        "rules": [rule.name for rule in rules],
        "plan": [each.record() for each in rounds],
        "done": 0,
        "round": None,
        "trials": [],
        "ended_at": None,
        "result": None,
        "certificate": None,
        "unsigned": None,
    }
    store.commit([Put("job", job, body)], Deed(at, who, "drill.start", "job", job, {"rules": len(rules)}))
    return job


def drills(store: Store, limit: int = 20, cursor: str | None = None) -> tuple[list[Stored], str | None]:
    """Drills, the latest first."""
    found = store.records(RecordQuery("job", {"what": WHAT}, limit=limit, cursor=cursor))
    return list(found.items), found.cursor


def drill(store: Store, job: str) -> Stored:
    """A drill. Raises NotFound."""
    found = store.record("job", job)
    if found.body.get("what") != WHAT:
        raise NotFound(f"job {job}", "no_such_id")
    return found


def unfinished(store: Store) -> Stored | None:
    """The drill to go on with, the oldest first."""
    query = RecordQuery("job", {"what": WHAT, "state": [ASKED, RUNNING]}, descending=False, limit=1)
    return next(iter(store.records(query).items), None)


def last_results(store: Store) -> dict[str, Stored]:
    """The last result of each rule, by name."""
    found = store.records(RecordQuery("drill", limit=MOST_RULES)).items
    return {each.body["rule"]: each for each in sorted(found, key=lambda each: str(each.body["rule"]))}


def server_key(wiring: Wiring) -> SigningKey:
    """The key of this installation, made when there is none. Raises KeyTrouble."""
    keys = KeyFolder(wiring.settings.data / KEYS)
    if not keys.signs(KEY):
        keys.create(KEY, wiring.seed())
    return keys.private(KEY)


@dataclass
class Drilling:
    """The worker's duty: one round of the oldest drill that is not done. `holder` names the worker; `proofs` are the
    shipped ones unless others are given; `signer` gives the key; `stopwatch` ns."""

    wiring: Wiring
    holder: str
    signer: Signer | None = None
    proofs: Path | None = None
    stopwatch: Callable[[], int] = time.perf_counter_ns
    _pipeline: Pipeline | None = field(default=None, init=False)

    def __call__(self, now: int) -> bool:
        job = unfinished(self.wiring.store)
        if job is None:
            self.close()
            return False
        self._step(job, now)
        return True

    def close(self) -> None:
        """Gives back what a drill holds: its receiver, its folder."""
        if self._pipeline is not None:
            self._pipeline.__exit__(None, None, None)
            self._pipeline = None

    def _step(self, job: Stored, now: int) -> None:
        body = job.body
        if body["done"] == len(body["plan"]):
            self._end(job, now)
            return
        pipeline = self._opened()
        if body["round"] is None:
            begun = {"number": body["done"], "at": time_text(now)}
            job = self._put(job, {"state": RUNNING, "round": begun})
        at = time_ns(job.body["round"]["at"])
        one = round_from(body["plan"][body["done"]])
        trials = pipeline.run(one, f"drill-{job.id[:10]}-{body['done']}", at, job.id)
        self._put(job, {"trials": [*body["trials"], *trials], "done": body["done"] + 1, "round": None})

    def _opened(self) -> Pipeline:
        if self._pipeline is None:
            folder, proofs = self.wiring.settings.data / SPOOL, self.proofs or Path(str(shipped("proofs")))
            pipeline = Pipeline(self.wiring, folder, proofs, self.holder, self.stopwatch)
            self._pipeline = pipeline.__enter__()
        return self._pipeline

    def _put(self, job: Stored, changed: Mapping[str, Any]) -> Stored:
        (stored,) = self.wiring.store.commit([Put("job", job.id, {**job.body, **changed}, job.etag)])
        assert isinstance(stored, Stored)
        return stored

    def _end(self, job: Stored, now: int) -> None:
        """The certificate and the last result of each rule. Where records are written one by one the job is the last,
        so that an end that was cut off is made again; what was passed before is then told by its own record."""
        body, store = job.body, self.wiring.store
        known, former = drillable(self.wiring.rules), last_results(store)
        before = {name: _before(each.body, job.id) for name, each in former.items()}
        result = verdict(body["trials"], {name: each["state"] for name, each in before.items() if each})
        about = {
            "id": job.id,
            "asked_at": body["at"],
            "asked_by": body["by"],
            "ended_at": time_text(now),
            "product": metadata.version("bittern"),
            "rule_versions": {name: known[name].version for name in body["rules"] if name in known},
        }
        key, unsigned = self._key()
        signed = certificate({**about, **result, "trials": body["trials"]}, key)
        writes: list[Put] = []
        for rule, state in states(body["trials"]).items():
            last = former.get(rule)
            told = last_result(rule, body["trials"], before.get(rule))
            passed_at = time_text(now) if state == PASS else told["passed_at"]
            told |= {"at": time_text(now), "drill": job.id, "passed_at": passed_at}
            told["former"] = before.get(rule)
            writes.append(Put("drill", rule, told, last.etag if last else None))
        ended = {
            "state": DONE, "ended_at": time_text(now), "result": result, "certificate": signed, "unsigned": unsigned,
        }  # fmt: skip
        writes.append(Put("job", job.id, {**body, **ended}, job.etag))
        told_result = {"state": result["state"], "rules": result["rules"], "failed": len(result["failed"])}
        store.commit(writes, Deed(now, WHO, "drill.end", "job", job.id, told_result))

    def _key(self) -> tuple[SigningKey | None, str | None]:
        """The key, or why there is none: a drill is not lost for want of it."""
        with suppress(KeyTrouble):
            return (self.signer or (lambda: server_key(self.wiring)))(), None
        return None, "no_key"


def _before(body: Mapping[str, Any], job: str) -> Mapping[str, Any] | None:
    """What was known of a rule before this drill: the record of this same drill holds it as `former`."""
    if body["drill"] != job:
        return {"state": body["state"], "passed_at": body["passed_at"]}
    former: Mapping[str, Any] | None = body["former"]
    return former
