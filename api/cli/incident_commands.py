"""`bittern incidents` whole: the queries, and the decisions, which are built on them."""

from __future__ import annotations

from collections.abc import Callable

from api.cli import incident_decisions as decisions
from api.cli.help import HelpfulCommand
from api.cli.incidents import app

__all__ = ["app"]

DECISIONS: dict[str, Callable[..., None]] = {
    "ack": decisions.ack, "assign": decisions.assign, "close": decisions.close, "comment": decisions.comment,
    "tick": decisions.tick, "split": decisions.split, "merge": decisions.merge, "undo": decisions.undo,
    "hold": decisions.hold, "release": decisions.release,
}  # fmt: skip
for name, decide in DECISIONS.items():
    app.command(name, cls=HelpfulCommand, help=f"help.incidents_{name}", epilog="help.epilog")(decide)
