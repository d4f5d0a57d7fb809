"""Sends a message to people."""

from response.playbooks.action import Action, Argument, Outcome, Task, done
from response.playbooks.ports import Ports


def perform(task: Task, ports: Ports) -> Outcome:
    """Queues one message for the step; a message that is sent cannot be called back."""
    assert ports.messenger is not None
    to, subject, text = (task.arguments[name] for name in ("to", "subject", "text"))
    message = ports.messenger.send(to, subject, text, task.key, task.drill)
    return done("notified", to=to, message=message)


ACTION = Action(
    name="notify",
    effect="notify",
    undo=False,
    perform=perform,
    arguments={"to": Argument(), "subject": Argument("texts"), "text": Argument("texts")},
    ports=("messenger",),
)
