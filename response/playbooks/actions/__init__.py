"""What playbooks can do. One file each; `ACTIONS` is the list that a contract test walks."""

from collections.abc import Mapping

from response.playbooks.action import Action
from response.playbooks.actions import (
    ask,
    assign,
    comment,
    enrich,
    http_call,
    isolation_plan,
    keep_evidence,
    make_ticket,
    notify,
)

ACTIONS: tuple[Action, ...] = (
    ask.ACTION, assign.ACTION, comment.ACTION, enrich.ACTION, http_call.ACTION, isolation_plan.ACTION,
    keep_evidence.ACTION, make_ticket.ACTION, notify.ACTION,
)  # fmt: skip

BY_NAME: Mapping[str, Action] = {action.name: action for action in ACTIONS}

__all__ = ["ACTIONS", "BY_NAME"]
