"""Changes to many alerts: a job with a journal line per alert. Whoever resumes it after a crash changes nothing twice.

The selection is frozen first, with the etag of each alert; then it is done a chunk at a time, alerts and journal in one
commit. Where a store cannot do that at once (Elasticsearch), an alert that was changed before its journal was written
is known again by the job's line in its own history. Times in ns; the clock is given by who calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from detection.occurrence import text_id
from response.alerts import Alert, AlertChange
from response.incidents.reach import every
from response.ports import AlertQuery, Store
from response.records import Decide, Deed, Put, Stored, Write
from response.store_errors import Conflict, Invalid, NotFound
from response.times import time_ns, time_text
from response.triage.enforce import pages
from response.triage.policy import DAY
from response.triage.preview import Effect

CHUNK = 100
BULK, ITEMS = "alerts.bulk", "alerts.bulk.items"
PLANNED, DONE, SAME, CONFLICT, GONE = "planned", "done", "same", "conflict", "gone"
SELECTING, RUNNING, FINISHED = "selecting", "running", "finished"
RESTORED = ("status", "resolution", "assignee")
CHANGED = (*RESTORED, "reason")


@dataclass(frozen=True)
class Progress:
    """How far a job is: alerts in all, and how many ended in each state."""

    state: str
    total: int
    ended: Mapping[str, int]


class Bulk:
    """Bulk jobs of one store."""

    def __init__(self, store: Store, chunk: int = CHUNK) -> None:
        self.store = store
        self._chunk = chunk

    def begin(self, change: AlertChange, selection: AlertQuery | Sequence[str], undoes: str | None = None) -> str:
        """Starts a job over these alerts, or all that a query matches now; gives its id. `change.at` and `.who` are
        when and by whom it is done. `resume` does it. Raises Invalid when nobody is named or closing has no reason."""
        if not change.who:
            raise Invalid("bulk", "nobody_named")
        if change.status == "closed" and not change.reason:
            raise Invalid("bulk", "no_reason_given")
        chosen = selection if isinstance(selection, AlertQuery) else list(dict.fromkeys(selection))
        job = text_id("bulk", change.at, change.who, str(vars(change)), str(chosen))
        asked = vars(chosen) | {"cursor": None} if isinstance(chosen, AlertQuery) else {"ids": chosen}
        body = {
            "at": time_text(change.at),
            "state": SELECTING,
            "what": BULK,
            "by": change.who,
            "change": {name: getattr(change, name) for name in CHANGED},
            "selection": {name: list(v) if isinstance(v, tuple) else v for name, v in asked.items()},
            "undoes": undoes,
            "total": 0,
        }
        told = {name: value for name in CHANGED if (value := getattr(change, name)) is not None}
        with suppress(NotFound):  # begun before whoever asked was told
            return self.store.record("job", job).id
        self.store.commit([Put("job", job, body)], Deed(change.at, change.who, "alert.bulk", "job", job, told))
        return job

    def preview(self, selection: AlertQuery | Sequence[str], now: int, span: int) -> Effect:
        """What a job over this selection would touch: `open` alerts, those being worked on; by severity, rule and
        technique those seen within `span` (ns) before `now`."""
        asked = vars(selection) if isinstance(selection, AlertQuery) else {"ids": list(dict.fromkeys(selection))}
        effect = Effect(days=span // DAY)
        for alert in self._selected(asked):
            effect.add(alert, now, span)
        return effect

    def resume(self, job: str) -> Progress:
        """Does what is left of a job, from wherever it stopped."""
        stored = self.store.record("job", job)
        if stored.body["state"] == SELECTING:
            stored = self._select(stored)
        for chunk in self._chunks(job):
            if chunk.body["state"] == PLANNED:
                self._do(stored, chunk)
        if stored.body["state"] == RUNNING:
            self.store.commit([Put("job", job, {**stored.body, "state": FINISHED}, stored.etag)])
        return self.progress(job)

    def unfinished(self) -> list[str]:
        """Jobs that a worker has to resume."""
        found = every(self.store, "job", what=BULK, state=[SELECTING, RUNNING])
        return [stored.id for stored in found]

    def progress(self, job: str) -> Progress:
        """How far a job is."""
        body = self.store.record("job", job).body
        ended: dict[str, int] = {}
        for item in self.journal(job):
            ended[item["state"]] = ended.get(item["state"], 0) + 1
        return Progress(body["state"], body["total"], ended)

    def journal(self, job: str) -> Iterator[dict[str, Any]]:
        """A line per alert: alert, state, etag before and after, what it was before."""
        return (dict(item) for chunk in self._chunks(job) for item in chunk.body["items"])

    def undo(self, job: str, at: int, who: str, reason: str) -> str:
        """A job that gives each alert back what it was before `job`, where nobody has changed it since."""
        state = self.store.record("job", job).body["state"]
        if state != FINISHED:
            raise Invalid(f"job {job}", "not_in_state", value=state, words=FINISHED)
        done = [item["alert"] for item in self.journal(job) if item["state"] == DONE]
        return self.begin(AlertChange(at, who, reason=reason), done, undoes=job)

    def _select(self, stored: Stored) -> Stored:
        """Freezes the selection. Doing it again writes the same chunks, so a crash in the middle is no harm: what is
        there already is left, and a job has chunks for all its alerts before it runs."""
        before = {item["alert"]: item for item in self.journal(stored.body["undoes"])} if stored.body["undoes"] else {}
        frozen = {item["alert"] for item in self.journal(stored.id)}
        total = len(frozen)
        number = sum(1 for _ in self._chunks(stored.id))
        chosen = (alert for alert in self._selected(stored.body["selection"]) if alert.id not in frozen)
        while some := list(islice(chosen, self._chunk)):
            items = [self._item(alert, before.get(alert.id)) for alert in some]
            body = {"at": stored.body["at"], "state": PLANNED, "what": ITEMS, "by": stored.id, "items": items}
            self.store.commit([Put("job", f"{stored.id}-{number:06}", body)])
            total, number = total + len(items), number + 1
        running = {**stored.body, "state": RUNNING, "total": total}
        (kept,) = self.store.commit([Put("job", stored.id, running, stored.etag)])
        assert isinstance(kept, Stored)
        return kept

    def _selected(self, selection: Mapping[str, Any]) -> Iterable[Alert]:
        if "ids" not in selection:
            given: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in selection.items()}
            yield from pages(self.store, AlertQuery(**given))
            return
        for name in selection["ids"]:
            try:
                yield self.store.alert(name)
            except NotFound:
                continue

    @staticmethod
    def _item(alert: Alert, undone: Mapping[str, Any] | None) -> dict[str, Any]:
        """A line of the journal before it is done. Of an undo the etag is the one the first job left behind."""
        was = {name: getattr(alert, name) for name in RESTORED}
        item = {"alert": alert.id, "state": PLANNED, "etag": alert.etag, "after": None, "before": was}
        return item if undone is None else {**item, "etag": undone["after"], "give": undone["before"]}

    def _chunks(self, job: str) -> Iterator[Stored]:
        return iter(sorted(every(self.store, "job", what=ITEMS, by=job), key=lambda stored: stored.id))

    def _do(self, job: Stored, chunk: Stored) -> None:
        """One chunk. On a conflict it is looked at again: what others changed is told, not overwritten."""
        while True:
            items, writes = [], list[Write]()
            for item in chunk.body["items"]:
                ended, decision = self._plan(job, item)
                items.append(ended)
                writes += [decision] if decision else []
            body = {**chunk.body, "state": DONE, "items": items}
            try:
                self.store.commit([*writes, Put("job", chunk.id, body, chunk.etag)])
                return
            except Conflict:
                chunk = self.store.record("job", chunk.id)
                if chunk.body["state"] == DONE:
                    return  # another worker did it

    def _plan(self, job: Stored, item: Mapping[str, Any]) -> tuple[dict[str, Any], Decide | None]:
        try:
            alert = self.store.alert(item["alert"])
        except NotFound:
            return {**item, "state": GONE}, None
        change = self._change(job, item)
        if _done_by(alert, change):
            return {**item, "state": DONE, "after": alert.etag}, None
        if alert.etag != item["etag"]:
            last = alert.history[-1] if alert.history else None
            return {**item, "state": CONFLICT, "after": alert.etag, "who": last.who if last else None}, None
        named = {name: getattr(change, name) for name in RESTORED}
        news = any(value is not None and (value or None) != getattr(alert, name) for name, value in named.items())
        if not news and not (change.reason and not any(named.values())):
            return {**item, "state": SAME, "after": alert.etag}, None
        return {**item, "state": DONE, "after": str(int(alert.etag) + 1)}, Decide(alert.id, change, alert.etag)

    @staticmethod
    def _change(job: Stored, item: Mapping[str, Any]) -> AlertChange:
        change = AlertChange(time_ns(job.body["at"]), job.body["by"], **job.body["change"])
        if "give" not in item:
            return change
        was = item["give"]
        return replace(change, status=was["status"], resolution=was["resolution"], assignee=was["assignee"] or "")


def _done_by(alert: Alert, change: AlertChange) -> bool:
    """Whether the job's own line stands in the history already."""
    return any(entry.at == change.at and entry.who == change.who for entry in alert.history)
