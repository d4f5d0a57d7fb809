"""Worker and API over the rules of the content in force."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.cli.terminal import Terminal
    from detection.sigma.load import RuleSet

RulesOfContent = Annotated[Path | None, typer.Option("--content", metavar="DIR", help="help.option.content_rendered")]


def with_content_rules(given: RuleSet, root: Path | None, changed: Callable[[], None], terminal: Terminal) -> RuleSet:
    """The rules of the content in force, else those that were given; `changed` is called when others are."""
    if root is None:
        return given
    from api.content.rendering import ContentRules
    from api.content.trouble import BadContent, Trouble, told_all

    content = ContentRules(root)
    content.follow(changed)
    try:
        return content.rules() or given
    except (BadContent, OSError) as error:
        troubles = error.troubles if isinstance(error, BadContent) else (Trouble("unreadable", {"why": str(error)}),)
        terminal.warn("sensor.content_refused", version=content.name, reasons=told_all(troubles, terminal.texts))
        return given
