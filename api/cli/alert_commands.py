"""`bittern alerts` whole: the queries, and the decisions, which are built on them."""

from __future__ import annotations

from collections.abc import Callable

from api.cli import suppress, triage
from api.cli.alerts import app
from api.cli.help import HelpfulCommand

__all__ = ["app"]

DECISIONS: dict[str, Callable[..., None]] = {
    "ack": triage.ack, "assign": triage.assign, "close": triage.close, "comment": triage.comment,
    "learn": suppress.learn, "mute": suppress.mute, "approve": suppress.approve, "undo": suppress.undo,
}  # fmt: skip
for name, decide in DECISIONS.items():
    app.command(name, cls=HelpfulCommand, help=f"help.alerts_{name}", epilog="help.epilog")(decide)
