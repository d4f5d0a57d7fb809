"""One round of a drill through the real pipeline: sensor → spool → intake → store → alert → incident → notification →
dry run of the playbook. What each hop left behind is looked for where people would look."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from api.analysis import Options, analyse
from api.drill_receiver import CHANNEL, Receiver
from api.intake import Intake
from api.playbook_desk import desk_of
from api.sensor import sense
from api.triage import followed, policy
from api.wiring import Wiring
from detection.baseline import Baseline, read_baseline
from detection.indicators import Indicators
from detection.sigma.load import RuleSet
from detection.site import Site
from detection.site_reading import load_site
from response.alerts import SEVERITIES, Alert
from response.drill import ARRIVED, FAILED, SKIPPED, Hop, Round, trial
from response.incidents.grouping import joins
from response.notify.model import Settings
from response.notify.news import Subject, message_id, raised_kind
from response.playbooks.desk import Desk
from response.playbooks.machine import NotAllowed
from response.ports import MOST_PER_PAGE, NO_DRILL, AlertQuery, EventQuery
from response.records import Stored
from response.store_errors import NotFound, StoreError
from response.times import SECOND
from sensors.replay import NotReplayable, last_time, shifted
from sensors.spool import Spool

T = TypeVar("T")
NO_RULES = RuleSet((), (), (), frozenset())
QUARTER, WEEK = 900 * SECOND, 7 * 86_400 * SECOND
"""Captures are moved by whole quarters of an hour, or weeks: what counts by the minute of the clock counts the same."""
DRILLED = dict.fromkeys(NO_DRILL, (True,))
PATIENCE = 2.0
"""Seconds that a message may take on this machine."""
LONGEST = 3 * SECOND
"""How long a round sends messages, ns of the stopwatch: others' go in the same turns, and the lease is not for ever."""
WHO = "bittern"


class Failed(Exception):
    """A hop where nothing arrived: a code with its parameters."""

    def __init__(self, code: str, **parameters: Any) -> None:
        self.code, self.parameters = code, parameters
        super().__init__(f"{code} {parameters}")


@dataclass
class Pipeline:
    """The parts of the pipeline, as the worker has them; `folder` holds the spool of drills and `proofs` the captures.
    `stopwatch` gives ns. In use it has a receiver of its own, whom real channels do not hear of."""

    wiring: Wiring
    folder: Path
    proofs: Path
    holder: str
    stopwatch: Callable[[], int]
    _stack: ExitStack = field(default_factory=ExitStack, init=False)
    _receiver: Receiver = field(init=False)
    _temporary: Path = field(init=False)
    _desk: Desk = field(init=False)
    _known: dict[tuple[tuple[str, ...], bool], Baseline] = field(default_factory=dict, init=False)

    def __enter__(self) -> Self:
        self._receiver = self._stack.enter_context(Receiver(self.stopwatch))
        self._temporary = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="bittern-drill-")))
        self._desk = desk_of(self.wiring)
        messenger = self.wiring.notifications.messenger
        messenger.drill(self._receiver.settings)
        self._stack.callback(messenger.drill, Settings())
        self._notify()  # what waited before goes now, and is not counted
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def run(self, one: Round, sensor: str, at: int, nonce: str) -> list[dict[str, Any]]:
        """The trials of a round that begins at `at` (ns). The same round under the same name leaves nothing twice."""
        hops = [self._hop("sensor", lambda: self._sense(one, sensor, at))]
        if hops[-1].state == ARRIVED:
            hops.append(self._hop("store", lambda: self._take(sensor)))
        if hops[-1].state != ARRIVED:
            return [trial(rule, one, hops) for rule in one.rules]
        begun = self.stopwatch()
        raised = self._raised(one, sensor, at)
        looked = self.stopwatch() - begun
        joined = self._hop("incident", self._follow)
        begun = self.stopwatch()
        told = self._hop("notification", self._notify)
        found = []
        for rule in one.rules:
            alert = raised.get(rule)
            if alert is None:
                missing = Hop("alert", FAILED, looked, "no_alert", {"raised": sorted(raised)})
                found.append(trial(rule, one, (*hops, missing)))
                continue
            alert = self.wiring.store.alert(alert.id)
            own = (self._incident(alert, joined), self._notification(alert, told, begun), self._playbook(alert, nonce))
            found.append(trial(rule, one, (*hops, Hop("alert", ARRIVED, looked), *own), alert))
        return found

    def _hop(self, name: str, work: Callable[[], object]) -> Hop:
        begun = self.stopwatch()
        try:
            work()
        except Failed as error:
            return Hop(name, FAILED, self.stopwatch() - begun, error.code, error.parameters)
        except StoreError:
            raise  # the round is done again when the store is back
        except Exception as error:  # a part that breaks is what a drill is there to find
            why = f"{type(error).__name__}: {error}"[:300]
            return Hop(name, FAILED, self.stopwatch() - begun, "broke", {"why": why})
        return Hop(name, ARRIVED, self.stopwatch() - begun)

    def _sense(self, one: Round, sensor: str, at: int) -> None:
        if one.capture is None:
            raise Failed("no_proof")
        for name in (one.capture, *one.learn):
            if not (self.proofs / name).is_file():
                raise Failed("absent", capture=name)
        source, moved = self.proofs / one.capture, self._temporary / Path(one.capture).name
        try:
            step = WEEK if one.calendar else QUARTER
            by = (at - last_time(source)) // step * step
            shifted(source, moved, by)
        except NotReplayable as error:
            raise Failed("not_replayable", capture=one.capture, why=error.why) from None
        site = _moved(load_site(self.proofs / "site.yml"), by) if one.site else None
        spool = Spool(self.folder)
        sensed = sense(
            [moved], spool, self.wiring.rules, sensor=sensor, site=site, known=self._learned(one), drill=True
        )
        if not sensed:
            raise Failed("nothing_sensed", capture=one.capture)

    def _learned(self, one: Round) -> Baseline | None:
        """What the captures of `learn` make known, learned once for all rounds that want it."""
        key = (one.learn, one.site)
        if one.learn and key not in self._known:
            target = self._temporary / f"baseline-{len(self._known)}"
            site = self.proofs / "site.yml" if one.site else None
            analyse(Options(tuple(self.proofs / each for each in one.learn), learn=target, site=site), NO_RULES)
            self._known[key] = read_baseline(target)
        return self._known.get(key)

    def _take(self, sensor: str) -> None:
        Intake(self.wiring.store, self.folder)(self.wiring.clock())
        query = EventQuery("capture", equals={"observer.name": sensor, **DRILLED})
        if not self.wiring.store.count_events(query):
            raise Failed("not_stored")

    def _raised(self, one: Round, sensor: str, at: int) -> dict[str, Alert]:
        """The first alert of each rule that this sensor raised, marked as a drill."""
        query = AlertQuery(
            rules=one.rules, start=at - 2 * WEEK, drill=True, triage=False, sort="first_seen", limit=MOST_PER_PAGE
        )
        found = [alert for alert in self.wiring.store.alerts(query).items if alert.sensor == sensor]
        return {alert.rule: alert for alert in found}  # the latest comes first, so the first stays

    def _follow(self) -> None:
        followed(self.wiring.store, self.wiring.rules, self.wiring.site.site(), self.wiring.clock())

    def _notify(self) -> None:
        begun = self.stopwatch()
        while self.wiring.notifications.work(self.wiring.clock()) and self.stopwatch() - begun < LONGEST:
            continue

    def _incident(self, alert: Alert, joined: Hop) -> Hop:
        """Grave alerts make an incident of their own; of the others only those that belong together."""
        if joined.state != ARRIVED:
            return joined
        if alert.incident:
            try:
                holds = alert.id in self.wiring.store.record("incident", alert.incident).body["alerts"]
            except NotFound:
                holds = False
            return replace(joined, state=ARRIVED if holds else FAILED, code=None if holds else "no_incident")
        if not joins(alert):
            return Hop("incident", SKIPPED, None, "own_list", {"class": alert.rule_class, "severity": alert.severity})
        if SEVERITIES.index(alert.severity) >= SEVERITIES.index(policy().alone):
            return replace(joined, state=FAILED, code="no_incident")
        return Hop("incident", SKIPPED, None, "alone", {"severity": alert.severity})

    def _notification(self, alert: Alert, told: Hop, begun: int) -> Hop:
        if told.state != ARRIVED:
            return told
        message = message_id(CHANNEL, Subject("alert", alert.id), raised_kind(alert.rule_class), "")
        arrived = self._receiver.arrival(message, PATIENCE if self._sent(message) else 0)
        if arrived is None and (known := self._message(message)) and known.body["state"] in ("sent", "dead"):
            # A drill that was cut off had a receiver that is gone: the same message goes to this one.
            begun = self.stopwatch()
            self.wiring.notifications.messenger.outbox.resend(message, WHO)
            self._notify()
            arrived = self._receiver.arrival(message, PATIENCE)
        if arrived is not None:
            return Hop("notification", ARRIVED, max(0, arrived - begun))
        if known := self._message(message):
            return replace(told, state=FAILED, code="not_received", parameters={"state": known.body["state"]})
        return replace(told, state=FAILED, code="no_message")

    def _sent(self, message: str) -> bool:
        known = self._message(message)
        return known is not None and known.body["state"] == "sent"

    def _message(self, message: str) -> Stored | None:
        try:
            return self.wiring.store.record("message", message)
        except NotFound:
            return None

    def _playbook(self, alert: Alert, nonce: str) -> Hop:
        if alert.playbook is None:
            return Hop("playbook", SKIPPED, None, "no_playbook")
        slug = alert.playbook
        return self._hop("playbook", lambda: self._rehearse(slug, alert, nonce))

    def _rehearse(self, slug: str, alert: Alert, nonce: str) -> None:
        try:
            run, _ = self._desk.start(slug, WHO, nonce, alert=alert.id, dry=True)
        except NotAllowed as error:
            raise Failed("not_started", playbook=slug, why=error.wrong.code) from None
        while run.state == "ongoing" and self._desk.step(run.id, self.holder):
            run, _ = self._desk.run(run.id)
        if run.state != "successfully_executed":
            raise Failed("not_ended", playbook=slug, state=run.state)


def _moved(site: Site, by: int) -> Site:
    """The site model of the proofs with what it says for a time moved as its captures are."""
    delta = timedelta(microseconds=by // 1000)
    indicators = [replace(e, expires=e.expires + delta if e.expires else None) for e in site.indicators.entries]
    windows = [replace(each, start=each.start + delta, end=each.end + delta) for each in site.windows]
    return replace(site, indicators=Indicators(tuple(indicators)), windows=tuple(windows))
