"""Calls another program over HTTP, within an allow-list."""

from response.playbooks.action import SUCCESS, Action, Argument, Outcome, Status, Task
from response.playbooks.ports import Call, CallRefused, Ports

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SHOWN = 500
"""Characters of an answer that stay in the record of the run."""


def perform(task: Task, ports: Ports) -> Outcome:
    """Makes the request of a CACAO `http-api` command; from status 400 on it has failed."""
    assert ports.http is not None
    given = task.arguments
    headers = given.get("headers", {})
    call = Call(given["method"], given["url"], headers, given.get("content"), task.key, task.seconds)
    try:
        reply = ports.http.call(call)
    except CallRefused as refused:
        return Outcome(_status(refused.status), refused.code, refused.parameters)
    facts = {"status": reply.status, "answer": reply.text[:SHOWN]}
    if reply.status >= 500:
        return Outcome("server_side_error", "http_answered", facts)
    if reply.status >= 300:
        return Outcome("client_side_error", "http_answered", facts)
    return Outcome(SUCCESS, "http_answered", facts, {"__http_status__": str(reply.status)})


def _status(word: str) -> Status:
    return "timeout_error" if word == "timeout_error" else "client_side_error"


# What the called program does with the request cannot be known here: it may well drive a firewall.
ACTION = Action(
    name="http-call",
    effect="network",
    undo=False,
    perform=perform,
    arguments={
        "method": Argument(words=METHODS),
        "url": Argument(quoted="url"),
        "content": Argument(required=False, quoted="json"),
    },
    gives=("__http_status__",),
    ports=("http",),
)
