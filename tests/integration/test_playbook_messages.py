"""A playbook's message goes the real way: step, outbox, a receiver that listens and verifies the signature."""

from __future__ import annotations

import json
from pathlib import Path

from api.notifying import messenger_of
from api.storage import open_store
from detection.sigma.load import RuleSet
from response.notify.reading import read_settings
from response.ports import AlertQuery
from response.records import RecordQuery
from tests.contract.playbook_world import Clock, desk_of
from tests.contract.store_cases import occurrence, segment
from tests.integration.notify.receivers import Answer, http
from tests.needs import PROJECT

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_control_room_is_told_by_the_step_of_a_run(tmp_path: Path) -> None:
    rules, clock = RuleSet.load([PROJECT / "rules" / "detection" / "modbus"]), Clock()
    with open_store(f"embedded:{tmp_path}/store") as store, http((SECRET,), Answer()) as found:
        store.write(segment("s1", occurrence()))
        (alert,) = store.alerts(AlertQuery()).items
        url = f"http://127.0.0.1:{found.port}/"
        room = {"name": "control-room", "type": "webhook", "url": url, "secrets": [SECRET], "allow": ["127.0.0.0/8"]}
        settings = read_settings("n.yml", json.dumps({"channels": [room], "routes": []}))
        messenger = messenger_of(store, lambda: settings, rules, lambda: None, clock)
        desk = desk_of(store, tmp_path, clock=clock, messenger=messenger)
        run, _ = desk.start("unauthorised-command", "li", "n1", alert=alert.id)
        desk.work("worker")
        messenger.work()
        (posted,) = found.wait(1)
        run, _ = desk.run(run.id)
        (message,) = store.records(RecordQuery("message")).items
    assert posted.signed == (True,)
    assert "plc-1 (10.0.2.11)" in posted.body.decode()
    line = next(each for each in run.lines if each.code == "notified")
    assert (line.parameters["message"], message.body["subject"]) == (message.id, [f"run:{run.id}"])
