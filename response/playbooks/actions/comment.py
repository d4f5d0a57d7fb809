"""Writes a line into the alert's history."""

from response.playbooks.action import Action, Argument, Outcome, Task, done
from response.playbooks.ports import Ports


def perform(task: Task, ports: Ports) -> Outcome:
    """Comments on the run's alert; a run without an alert has none to comment on."""
    assert ports.alerts is not None
    if task.alert is None:
        return done("no_alert")
    ports.alerts.comment(task.alert, task.arguments["text"], task.who, task.at)
    return done("commented")


ACTION = Action(
    name="comment",
    effect="record",
    undo=False,
    perform=perform,
    arguments={"text": Argument("texts")},
    ports=("alerts",),
)
