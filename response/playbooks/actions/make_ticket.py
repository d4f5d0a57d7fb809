"""Makes a ticket: a record with a text, for whoever has to mend it."""

from response.playbooks.action import Action, Argument, Outcome, Task, done
from response.playbooks.ports import Ports


def perform(task: Task, ports: Ports) -> Outcome:
    """Opens one ticket for the step, and sets `__ticket__` to its id."""
    assert ports.tickets is not None
    facts = {"alert": task.alert, "incident": task.incident, "drill": task.drill, "by": task.who}
    made = ports.tickets.open(task.arguments["subject"], task.arguments["text"], facts, task.key, task.at)
    return done("ticket_made", {"__ticket__": made}, ticket=made)


ACTION = Action(
    name="make-ticket",
    effect="record",
    undo=True,
    perform=perform,
    arguments={"subject": Argument("texts"), "text": Argument("texts")},
    gives=("__ticket__",),
    ports=("tickets",),
)
