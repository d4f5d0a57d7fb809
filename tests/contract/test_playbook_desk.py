"""Runs in the store: journal, approval, `kill -9` at every point, two workers, and what is left in the records."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.storage import open_store
from response.alerts import Alert
from response.playbooks.desk import HOLD, Desk
from response.playbooks.events import Answered, Approved, Cancelled, Decided, Event, Ticked
from response.playbooks.load import Playbooks
from response.playbooks.machine import NotAllowed
from response.playbooks.run import Run
from response.playbooks.stored_evidence import EvidenceFolder
from response.ports import AlertQuery, Store
from response.records import Put, RecordQuery, first_broken
from response.store_errors import Conflict, NotFound
from sensors.evidence import carve, keep
from sensors.kept_packets import KeptPackets
from sensors.replay import last_time
from tests.contract.playbook_world import Clock, Fuse, Killed, Outside, desk_of, loaded
from tests.contract.store_cases import occurrence, rows, segment
from tests.needs import PROJECT
from tests.unit.playbooks.made import SERVER, TEXTS, document, sid, step

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]


@pytest.fixture
def alert(embedded: Store) -> Alert:
    frame = rows("transaction", 3)
    hit = occurrence(events=(frame["event.id"][0], frame["event.id"][1]))
    embedded.write(segment("s1", hit, transaction=frame))
    (found,) = embedded.alerts(AlertQuery()).items
    return found


@pytest.fixture
def everything(tmp_path: Path) -> Playbooks:
    """A playbook with every action that reaches something, then a question, then a call under approval."""
    folder = tmp_path / "playbooks"
    folder.mkdir()
    texts = {"en": "about __source_ip__:value", "zh": "关于 __source_ip__:value"}
    command = {"type": "http-api", "command": "POST /block/__source_ip__:value HTTP/1.1"}
    raw = document(
        step("action", "look", {"action": "enrich", "arguments": {"address": "__source_ip__:value"}},
             on_completion="both"),
        step("parallel", "both", next_steps=["keep", "say"], on_completion="give"),
        step("action", "keep", {"action": "keep-evidence"}, on_completion="end", out_args=["__evidence__"]),
        step("action", "say", {"action": "notify", "arguments": {"to": "shift", "subject": texts, "text": texts}},
             on_completion="end"),
        step("action", "give", {"action": "assign", "arguments": {"to": "wang"}}, on_completion="plan"),
        step("action", "plan", {"action": "isolation-plan", "arguments": {"address": "__source_ip__:value"}},
             on_completion="ticket"),
        step("action", "ticket", {"action": "make-ticket", "arguments": {"subject": texts, "text": texts}},
             on_completion="ask", out_args=["__ticket__"]),
        step("action", "ask", {"answers": [{"value": "yes", "text": TEXTS}, {"value": "no", "text": TEXTS}]},
             on_completion="call", out_args=["__answer__"]),
        step("action", "call", {"undo": TEXTS}, commands=[command], targets=[SERVER], on_completion="note"),
        step("action", "note", {"action": "comment", "arguments": {"text": {
            "en": "answer __answer__:value, evidence __evidence__:value", "zh": "答复 __answer__:value"}}},
             on_completion="end"),
        playbook_variables={
            "__source_ip__": {"type": "string", "external": True},
            **{name: {"type": "string"} for name in ("__evidence__", "__ticket__", "__answer__")},
        },
    )  # fmt: skip
    (folder / "made.json").write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    return loaded(folder)


def waits(run: Run, phase: str) -> str | None:
    return next((thread.id for thread in run.threads if thread.phase == phase), None)


def live(make: Callable[[], Desk], desk: Desk, alert: str) -> Run:
    """Lives the run to its end as worker and people do, with a fresh process after every crash."""
    while True:
        try:
            run, _ = desk.start("made", "li", "n1", alert=alert)
            while run.state == "ongoing":
                desk.work("worker")
                run, _ = desk.run(run.id)
                for phase, decide in DECISIONS.items():
                    thread = waits(run, phase)
                    if thread is not None:
                        event = decide(thread)
                        run, _ = desk.decide(run.id, event, event.who)  # type: ignore[union-attr]  # each names a person
            return run
        except Killed:
            desk = make()


DECISIONS: dict[str, Callable[[str], Event]] = {
    "approval": lambda thread: Approved(thread, "zhao"),
    "answer": lambda thread: Answered(thread, "li", "yes"),
    "decision": lambda thread: Decided(thread, "li", "done"),
}


def told(run: Run) -> list[tuple[Any, ...]]:
    """What a run's record tells, without times and without what only an interruption adds."""
    extra = ("interrupted", "performing")
    return [(each.who, each.what, each.step, each.status, each.code) for each in run.lines if each.what not in extra]


def test_a_run_killed_at_any_point_ends_the_same_and_does_nothing_twice(
    embedded: Store, alert: Alert, everything: Playbooks, tmp_path: Path
) -> None:
    # Each life gets an alert of its own: nine more like the first, so that histories can be compared.
    def alert_for(number: int) -> str:
        hit = occurrence(number, dedup=(f"10.1.{number // 250}.{number % 250}", "10.0.2.11", "1"))
        embedded.write(segment(f"life-{number}", hit))
        return next(
            a.id for a in embedded.alerts(AlertQuery(text=hit.dedup[0])).items if a.source["ip"] == hit.dedup[0]
        )

    def one_life(number: int, limit: int | None) -> tuple[Run, Outside, Fuse, Alert]:
        outside, clock = Outside(), Clock()
        fuse = Fuse(limit)

        def make(blows: bool = False) -> Desk:
            return desk_of(
                embedded, tmp_path / f"evidence-{number}", everything, clock=clock, outside=outside,
                fuse=fuse if blows else Fuse(),
            )  # fmt: skip

        about = alert_for(number)
        run = live(make, make(True), about)
        return run, outside, fuse, embedded.alert(about)

    whole, outside, fuse, after = one_life(0, None)
    assert whole.state == "successfully_executed"
    assert (sum(outside.messages.values()), sum(outside.calls.values())) == (1, 1)
    points = fuse.passed
    assert points > 40
    interrupted = decided = 0
    for limit in range(1, points + 1):
        run, outside, _, changed = one_life(limit, limit)
        assert run.state == "successfully_executed", limit
        interrupted += any(line.what == "interrupted" for line in run.lines)
        asked = [line for line in run.lines if line.code == "decided_done"]
        decided += len(asked)
        if not asked:
            assert sorted(map(str, told(run))) == sorted(map(str, told(whole))), limit
        # Outside at least once under one id; a call under approval never twice by itself.
        assert len(outside.messages) == 1, limit
        assert sum(outside.calls.values()) <= 1, limit
        assert sum(outside.calls.values()) == 1 or asked, limit
        # In the store exactly once.
        assert [(e.what, e.after, e.reason and e.reason[:10]) for e in changed.history] == [
            (e.what, e.after, e.reason and e.reason[:10]) for e in after.history
        ], limit
        assert len([f for f in (tmp_path / f"evidence-{limit}").iterdir() if f.suffix == ".json"]) == 1
        tickets = [t for t in embedded.records(RecordQuery("ticket", limit=500)).items if t.body["alert"] == changed.id]
        assert len(tickets) == 1, limit
    assert interrupted >= 8
    assert decided >= 2
    assert first_broken(embedded.audit(limit=5000)) is None


def test_a_run_is_started_once_for_a_nonce(embedded: Store, alert: Alert, tmp_path: Path) -> None:
    desk = desk_of(embedded, tmp_path)
    run, etag = desk.start("reconnaissance", "li", "n1", alert=alert.id)
    assert desk.start("reconnaissance", "li", "n1", alert=alert.id) == (run, etag)
    assert desk.start("reconnaissance", "li", "n2", alert=alert.id)[0].id != run.id
    assert [each.id for each in desk.runs({"alert": alert.id, "state": "ongoing"}).items][-1] == run.id
    assert run.variables["t1"]["__source_ip__"] == alert.source["ip"]
    with pytest.raises(NotAllowed, match="playbook_run_unknown"):
        desk.start("absent", "li", "n1")
    with pytest.raises(NotFound):
        desk.start("reconnaissance", "li", "n1", alert="absent")


def test_what_people_decide_is_in_the_audit_log(embedded: Store, alert: Alert, tmp_path: Path) -> None:
    desk = desk_of(embedded, tmp_path)
    run, etag = desk.start("visibility", "li", "n1", alert=alert.id)
    moved, later = desk.decide(run.id, Answered("t1", "wang", "oneway"), "wang", etag)
    with pytest.raises(Conflict):
        desk.decide(run.id, Cancelled("wang", "x"), "wang", etag)
    thread = waits(moved, "approval")
    assert thread is not None
    with pytest.raises(NotAllowed, match="playbook_run_own"):
        desk.decide(run.id, Approved(thread, "li"), "li", later)
    desk.decide(run.id, Approved(thread, "zhao"), "zhao", later)
    desk.decide(run.id, Cancelled("li", "mended otherwise"), "li")
    deeds = [line.deed for line in embedded.audit() if line.deed.kind == "run"]
    assert [(deed.who, deed.what) for deed in deeds] == [
        ("li", "run.start"), ("wang", "run.answered"), ("zhao", "run.approved"), ("li", "run.cancelled"),
    ]  # fmt: skip
    assert deeds[1].parameters["value"] == "oneway"


def test_two_workers_never_perform_the_same_step(
    embedded: Store, alert: Alert, everything: Playbooks, tmp_path: Path
) -> None:
    clock, outside = Clock(), Outside()
    fuse = Fuse()
    one = desk_of(embedded, tmp_path, everything, clock=clock, outside=outside, fuse=fuse)
    two = desk_of(embedded, tmp_path, everything, clock=clock, outside=outside)
    run, _ = one.start("made", "li", "n1", alert=alert.id)
    fuse.limit = fuse.passed + 4  # `one` dies after it began to perform, and still holds the run
    with pytest.raises(Killed):
        one.work("worker-1")
    assert two.work("worker-2") == 0
    clock.now += HOLD
    assert two.work("worker-2") > 0
    run, _ = two.run(run.id)
    assert (run.waiting(), run.holder) == (["answer"], None)
    assert any(line.what == "interrupted" for line in run.lines)


def test_cancelled_while_it_performs_it_tells_what_came_of_it(
    embedded: Store, alert: Alert, everything: Playbooks, tmp_path: Path
) -> None:
    plain = desk_of(embedded, tmp_path, everything)

    class Impatient:
        """Somebody cancels the run at the very moment in which the message goes out."""

        def send(self, to: str, subject: str, text: str, key: str, drill: bool) -> str:
            plain.decide(run.id, Cancelled("li", "enough"), "li")
            return "m1"

    desk = desk_of(embedded, tmp_path, everything, messenger=Impatient())
    run, _ = desk.start("made", "li", "n1", alert=alert.id)
    desk.work("worker")
    after, _ = desk.run(run.id)
    assert (after.state, after.waiting()) == ("failed", [])
    assert [(line.what, line.code) for line in after.lines[-2:]] == [("cancelled", None), ("late", "notified")]


def test_a_port_that_is_absent_or_breaks_fails_its_step_only(
    embedded: Store, alert: Alert, everything: Playbooks, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    desk = desk_of(embedded, tmp_path / "file", everything, messenger=None)
    run, _ = desk.start("made", "li", "n1", alert=alert.id)
    desk.work("worker")
    run, _ = desk.run(run.id)
    assert run.waiting() == ["answer"]
    failed = {line.code for line in run.lines if line.status == "server_side_error"}
    assert failed == {"port_absent", "broke"}


def test_evidence_holds_what_proves_the_alert(
    embedded: Store, alert: Alert, everything: Playbooks, tmp_path: Path
) -> None:
    desk = desk_of(embedded, tmp_path / "kept", everything)
    run, _ = desk.start("made", "li", "n1", alert=alert.id)
    desk.work("worker")
    (file,) = (tmp_path / "kept").iterdir()
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert [row["event.id"] for row in kept["events"]["transaction"]] == list(alert.events)
    assert kept["alert"]["id"] == alert.id
    assert len(kept["occurrences"]) == 1
    line = next(each for each in desk.run(run.id)[0].lines if each.code == "evidence_kept")
    assert (line.parameters["events"], line.parameters["packets"]) == (2, 2)


def test_the_packets_are_cut_out_before_their_capture_is_gone(
    embedded: Store, alert: Alert, everything: Playbooks, tmp_path: Path
) -> None:
    captures, plant = tmp_path / "captures", tmp_path / "plant.pcap"
    shutil.copyfile(PROJECT / "rules" / "proofs" / "modbus" / "unauthorised-write.pcap", plant)
    keep(plant, captures)
    folder = tmp_path / "kept"
    desk = desk_of(embedded, folder, everything, evidence=EvidenceFolder(embedded, folder, KeptPackets(tmp_path)))
    desk.start("made", "li", "n1", alert=alert.id)
    desk.work("worker")
    document = json.loads(next(folder.glob("*.json")).read_text(encoding="utf-8"))
    [told] = document["captures"]
    data = (folder / told["file"]).read_bytes()
    assert (told["state"], told["frames"]) == ("available", [1, 2])
    assert told["sha256"] == hashlib.sha256(data).hexdigest()
    assert carve(plant, [(1, 2)])[0] == data
    assert last_time(folder / told["file"]) > 0, "it is a capture that can be read"


def test_a_run_keeps_the_playbook_that_it_began_with(
    embedded: Store, alert: Alert, everything: Playbooks, tmp_path: Path
) -> None:
    desk = desk_of(embedded, tmp_path, everything)
    run, _ = desk.start("made", "li", "n1", alert=alert.id)
    other = desk_of(embedded, tmp_path)  # a newer program that has no such playbook any more
    other.work("worker")
    run, _ = other.run(run.id)
    assert run.waiting() == ["answer"]
    ticked, _ = other.decide(run.id, Answered("t1", "li", "no"), "li")
    with pytest.raises(NotAllowed, match="playbook_run_no_step"):
        other.decide(ticked.id, Ticked(sid("action", "x"), "li"), "li")


def test_a_run_for_an_incident_is_about_its_first_alert(embedded: Store, alert: Alert, tmp_path: Path) -> None:
    body = {"last_seen": "2026-11-01T08:00:00.000000000Z", "status": "new", "alerts": [alert.id]}
    embedded.commit((Put("incident", "i1", body),))
    run, _ = desk_of(embedded, tmp_path).start("reconnaissance", "li", "n1", incident="i1")
    assert (run.incident, run.alert) == ("i1", alert.id)
    assert run.variables["t1"]["__source_ip__"] == alert.source["ip"]
    assert [each.id for each in desk_of(embedded, tmp_path).runs({"incident": "i1"}).items] == [run.id]
    with pytest.raises(NotFound):
        desk_of(embedded, tmp_path).start("reconnaissance", "li", "n2", incident="absent")


def test_both_stores_keep_runs(store: Store, tmp_path: Path) -> None:
    store.write(segment("s1", occurrence()))
    (about,) = store.alerts(AlertQuery()).items
    desk = desk_of(store, tmp_path)
    run, _ = desk.start("unauthorised-command", "li", "n1", alert=about.id)
    assert desk.work("worker") == 3
    moved, etag = desk.run(run.id)
    assert moved.waiting() == ["answer"]
    with pytest.raises(Conflict):
        desk.decide(run.id, Cancelled("li", "x"), "li", "1")
    desk.decide(run.id, Cancelled("li", "x"), "li", etag)
    assert [each.body["state"] for each in desk.runs({"playbook": "unauthorised-command"}).items] == ["failed"]
    assert desk.runs({"waiting": ("work", "time")}).items == ()


def test_an_action_with_a_bug_fails_its_step(
    embedded: Store, alert: Alert, everything: Playbooks, tmp_path: Path
) -> None:
    class Buggy:
        def send(self, *_: Any) -> str:
            raise TypeError("a bug")

    desk = desk_of(embedded, tmp_path, everything, messenger=Buggy())
    run, _ = desk.start("made", "li", "n1", alert=alert.id)
    desk.work("worker")
    run, _ = desk.run(run.id)
    assert [line.parameters["why"] for line in run.lines if line.code == "broke"] == ["TypeError: a bug"]
    assert run.waiting() == ["answer"]


def test_kill_9_of_the_worker_in_the_middle_of_a_run(alert: Alert, everything: Playbooks, tmp_path: Path) -> None:
    """The same as above with real processes: the worker dies a little later each time, the next one goes on."""
    left = tmp_path / "left"
    left.mkdir()
    url = f"embedded:{tmp_path}/only"
    with open_store(url) as store:
        run, _ = desk_of(store, left, everything).start("made", "li", "n1", alert=alert.id)

    def worker(limit: int) -> subprocess.CompletedProcess[str]:
        parts: tuple[str | Path, ...] = (url, tmp_path / "playbooks", left, str(limit))
        command = [sys.executable, "-m", "tests.contract.playbook_victim", *map(str, parts)]
        return subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, check=False)

    deaths = 0
    while (done := worker(4 + deaths)).returncode == -signal.SIGKILL:
        deaths += 1
        assert deaths < 40
    assert done.returncode == 0, done.stderr
    assert deaths >= 3
    with open_store(url) as store:
        after, _ = desk_of(store, left, everything).run(run.id)
        assert after.waiting() == ["answer"]
        assert len(store.records(RecordQuery("ticket")).items) == 1
        assert [entry.after for entry in store.alert(alert.id).history] == ["wang"]
        assert first_broken(store.audit()) is None
    assert len(set((left / "messages").read_text(encoding="utf-8").split())) == 1
    assert [file.suffix for file in (left / "evidence").iterdir()] == [".json"]


@pytest.mark.parametrize(
    ("fields", "valid"),
    [
        ({"revoked": True}, False),
        ({"valid_from": "2026-11-02T00:00:00Z"}, False),
        ({"valid_until": "2026-11-01T08:00:00.000Z"}, False),
        ({"valid_from": "2026-11-01T08:00:00Z", "valid_until": "2026-11-02T00:00:00Z", "revoked": False}, True),
    ],
)
def test_only_a_valid_playbook_is_started(embedded: Store, tmp_path: Path, fields: dict[str, Any], valid: bool) -> None:
    raw = document(step("action", "a", on_completion="end"), **fields)
    (tmp_path / "made.json").write_text(json.dumps(raw), encoding="utf-8")
    desk = desk_of(embedded, tmp_path, loaded(tmp_path))
    if valid:
        assert desk.start("made", "li", "n1")[0].state == "ongoing"
        assert desk.start("made", "li", "n2", dry=True)[0].state == "successfully_executed"
    else:
        with pytest.raises(NotAllowed, match="playbook_run_not_valid"):
            desk.start("made", "li", "n1")
