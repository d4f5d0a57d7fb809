"""Gives the alert to somebody."""

from response.playbooks.action import Action, Argument, Outcome, Task, done
from response.playbooks.ports import Ports


def perform(task: Task, ports: Ports) -> Outcome:
    """Assigns the run's alert to `to`; a run without an alert has nothing to assign."""
    assert ports.alerts is not None
    if task.alert is None:
        return done("no_alert")
    ports.alerts.assign(task.alert, task.arguments["to"], task.who, task.at)
    return done("assigned", to=task.arguments["to"])


ACTION = Action(
    name="assign", effect="record", undo=True, perform=perform, arguments={"to": Argument()}, ports=("alerts",)
)
