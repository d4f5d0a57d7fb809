"""Puts the evidence behind the alert aside before it is rolled over."""

from response.playbooks.action import Action, Outcome, Task, done
from response.playbooks.ports import Ports


def perform(task: Task, ports: Ports) -> Outcome:
    """Keeps the evidence of the run's alert and notes its name and SHA-256."""
    assert ports.evidence is not None
    if task.alert is None:
        return done("no_alert")
    kept = ports.evidence.keep(task.alert, task.key)
    variables = {"__evidence__": kept.name, "__evidence_sha256__": kept.sha256}
    facts = {"name": kept.name, "sha256": kept.sha256, "events": kept.events, "packets": kept.packets}
    return done("evidence_kept", variables, **facts)


ACTION = Action(
    name="keep-evidence",
    effect="record",
    undo=False,
    perform=perform,
    gives=("__evidence__", "__evidence_sha256__"),
    ports=("evidence",),
)
