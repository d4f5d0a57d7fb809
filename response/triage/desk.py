"""What an analyst does with alerts, over a store: learn, mute, approve, take back; each with its effect told before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from detection.occurrence import text_id
from detection.sigma.load import RuleSet
from response.alerts import Alert, AlertChange
from response.incidents.reach import every
from response.ports import MOST_PER_PAGE, EventQuery, Store
from response.records import Decide, Deed, Put, Stored
from response.store_errors import Conflict, Invalid
from response.times import time_text
from response.triage.enforce import enforce, held_back, in_scope
from response.triage.learning import APPROVAL, NEVER, YES, baseline_entries, learnable, learned_scope
from response.triage.policy import Policy
from response.triage.preview import Effect, effect_of
from response.triage.scope import Scope, Span, scope_of
from response.triage.suppression import (
    ACTIVE,
    LEARNED,
    MUTE,
    PROPOSED,
    REFUSED,
    UNDONE,
    Suppression,
    ending,
    suppression_of,
)

PREVIEW = "preview"


@dataclass(frozen=True)
class By:
    """Who decides, when (ns) and why."""

    who: str
    at: int
    reason: str


@dataclass(frozen=True)
class Learning:
    """How an alert is learned: `form` exact, range or role, with a range where it is not the alert's own; `until` ns
    or None for ever."""

    form: str = "exact"
    objects: Span | None = None
    values: tuple[float, float] | None = None
    until: int | None = None


class TriageDesk:
    """Decisions about alerts. Every one leaves a line of the audit log."""

    def __init__(self, store: Store, rules: RuleSet, policy: Policy) -> None:
        self.store = store
        self._policy = policy
        self._learnable: Mapping[str, str] = learnable(rules)

    def decide(self, alert_id: str, change: AlertChange, etag: str, what: str = "alert.decide") -> Alert:
        """Take, assign, close, reopen or comment. Closing needs a reason. Raises Conflict, Invalid, NotFound."""
        if change.status == "closed" and not change.reason:
            raise Invalid(f"alert {alert_id}", "no_reason_given")
        told = {"status": change.status, "resolution": change.resolution, "assignee": change.assignee}
        deed = Deed(change.at, change.who, what, "alert", alert_id, {k: v for k, v in told.items() if v is not None})
        (decided,) = self.store.commit([Decide(alert_id, change, etag)], deed)
        assert isinstance(decided, Alert)
        return decided

    def preview(self, scope: Scope, now: int, until: int | None = None, kind: str = MUTE) -> Effect:
        """What such a scope would do to stored alerts, and would have done in the last days."""
        suppression = Suppression(PREVIEW, kind, scope, now, until)
        span = self._policy.preview
        return effect_of(suppression, in_scope(self.store, scope), now, span, self.store.occurrences)

    def scope_to_learn(self, alert: Alert, learning: Learning) -> Scope:
        """The scope of a learning. Raises Invalid for a drill, where the rule may never be learned, or where there is
        no such range or role."""
        if alert.drill:
            raise Invalid(f"alert {alert.id}", "drill_not_learned")
        if self._learnable.get(alert.rule, APPROVAL) == NEVER:
            raise Invalid(f"alert {alert.id}", "never_learned", rule=alert.rule)
        return learned_scope(alert, learning.form, learning.objects, learning.values)

    def learn(self, alert_id: str, etag: str, learning: Learning, by: By) -> Stored:
        """Learns an alert: a baseline entry, the alert closed as a benign trigger, its like held back from now on.

        Where the rule wants a second person it is only proposed, and nothing is held back until `approve`.
        """
        _named(by, f"alert {alert_id}")
        alert = self.store.alert(alert_id)
        if alert.etag != etag:
            raise Conflict(f"alert {alert_id}", "other_etag", etag=alert.etag, given=etag)
        scope = self.scope_to_learn(alert, learning)
        second = self._learnable.get(alert.rule, APPROVAL) != YES
        record_id = text_id(LEARNED, alert_id, by.at, by.who, str(scope.record()))
        body = {
            "at": time_text(by.at),
            "state": PROPOSED if second else ACTIVE,
            "kind": learning.form,
            "rule": alert.rule,
            "by": by.who,
            "reason": by.reason,
            "scope": scope.record(),
            "until": time_text(learning.until) if learning.until is not None else None,
            "alerts": [alert_id],
            "entries": self._entries(alert, by.who, learning.until) if learning.form == "exact" else [],
            "approved_by": None,
            "approved_at": None,
            "closed": {},
        }
        return self._begin(LEARNED, record_id, body, by, alert)

    def approve(self, learned_id: str, by: By) -> Stored:
        """Puts a proposed learning in force. Raises Invalid when it is the same person who proposed it."""
        known = self._in_state(LEARNED, learned_id, PROPOSED)
        if by.who == known.body["by"] or not by.who:
            raise Invalid(f"learned {learned_id}", "second_person_needed", who=by.who)
        body = {**known.body, "state": ACTIVE, "approved_by": by.who, "approved_at": time_text(by.at)}
        body["entries"] = [{**entry, "by": by.who} for entry in known.body["entries"]]
        alert = self.store.alert(known.body["alerts"][0])
        return self._begin(LEARNED, learned_id, body, by, alert, known.etag, "alert.learn.approve")

    def refuse(self, learned_id: str, by: By) -> Stored:
        """Turns a proposed learning down."""
        known = self._in_state(LEARNED, learned_id, PROPOSED)
        body = ending(known.body, REFUSED, time_text(by.at), by.who) | {"refused_because": by.reason}
        return self._put(LEARNED, learned_id, body, known.etag, by, "alert.learn.refuse")

    def mute(self, scope: Scope, until: int, by: By) -> Stored:
        """Holds alerts back until a time, still stored and counted. Raises Invalid without a scope, a reason, or an
        end within the longest time that the policy allows."""
        _named(by, "mute")
        if scope.empty:
            raise Invalid("mute", "scope_empty")
        if not by.at < until <= by.at + self._policy.longest_mute:
            raise Invalid("mute", "until_out_of_range", days=self._policy.longest_mute // 86_400_000_000_000)
        body = {
            "at": time_text(by.at),
            "state": ACTIVE,
            "rule": scope.rule,
            "by": by.who,
            "reason": by.reason,
            "scope": scope.record(),
            "until": time_text(until),
        }
        return self._begin(MUTE, text_id(MUTE, by.at, by.who, str(scope.record())), body, by, None)

    def of_alert(self, alert: Alert) -> Stored | None:
        """The entry that was learned or proposed from this alert, else the mute that holds it back."""
        for learned in every(self.store, LEARNED, state=(ACTIVE, PROPOSED)):
            if alert.id in learned.body["alerts"]:
                return learned
        muted = every(self.store, MUTE, state=ACTIVE)
        return next((mute for mute in muted if mute.id == alert.suppressed_by), None)

    def undo(self, kind: str, record_id: str, by: By) -> list[str]:
        """Takes a mute or learning back: what it held back returns, what it closed is opened again. Gives alerts that
        somebody changed since, which stay as they are."""
        known = self.store.record(kind, record_id)
        if known.body["state"] not in (ACTIVE, PROPOSED):
            raise Invalid(f"{kind} {record_id}", "undone_before")
        self._put(kind, record_id, ending(known.body, UNDONE, time_text(by.at), by.who), known.etag, by, f"{kind}.undo")
        enforce(self.store, held_back(self.store, record_id))
        conflicts = []
        for alert_id, etag in known.body.get("closed", {}).items():
            change = AlertChange(by.at, by.who, status="new", reason=by.reason or None)
            try:
                self.store.commit([Decide(alert_id, change, etag)])
            except Conflict:
                conflicts.append(alert_id)
        enforce(self.store, (self.store.alert(alert_id) for alert_id in known.body.get("closed", {})))
        return conflicts

    def _entries(self, alert: Alert, by: str, until: int | None) -> list[dict[str, Any]]:
        rows = self.store.events(EventQuery("finding", ids=alert.events, limit=MOST_PER_PAGE)).frame
        return baseline_entries(alert, rows, by, until)

    def _begin(
        self, kind: str, record_id: str, body: dict[str, Any], by: By, alert: Alert | None, etag: str | None = None,
        what: str | None = None,
    ) -> Stored:  # fmt: skip
        """Writes a record; when it is in force, closes the alert it came from and holds back its like."""
        if body["state"] == ACTIVE and alert is not None and alert.status != "closed":
            change = AlertChange(by.at, by.who, "closed", "benign_trigger", None, body["reason"])
            # The etag that closing gives, known beforehand: record and decision are one commit.
            body["closed"] = {alert.id: str(int(alert.etag) + 1)}
            stored = self._put(kind, record_id, body, etag, by, what, Decide(alert.id, change, alert.etag))
        else:
            stored = self._put(kind, record_id, body, etag, by, what)
        if body["state"] == ACTIVE:
            suppression = suppression_of(stored)
            like = (a for a in in_scope(self.store, scope_of(body["scope"])) if a.suppressed_by is None)
            enforce(self.store, like, [suppression])
        return stored

    def _put(
        self, kind: str, record_id: str, body: Mapping[str, Any], etag: str | None, by: By, what: str | None,
        *decisions: Decide,
    ) -> Stored:  # fmt: skip
        deed = Deed(by.at, by.who, what or f"alert.{'learn' if kind == LEARNED else 'mute'}", kind, record_id, {
            "state": body["state"], "rule": body["rule"], "reason": by.reason,
        })  # fmt: skip
        stored, *_ = self.store.commit([Put(kind, record_id, body, etag), *decisions], deed)
        assert isinstance(stored, Stored)
        return stored

    def _in_state(self, kind: str, record_id: str, state: str) -> Stored:
        known = self.store.record(kind, record_id)
        if known.body["state"] != state:
            raise Invalid(f"{kind} {record_id}", "not_in_state", value=known.body["state"], words=state)
        return known


def _named(by: By, where: str) -> None:
    if not by.who:
        raise Invalid(where, "nobody_named")
    if not by.reason:
        raise Invalid(where, "no_reason_given")
