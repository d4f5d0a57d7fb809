"""`--help` in the reader's language: options by subject, with default and environment variable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from api.cli.options import terminal_of

if TYPE_CHECKING:
    from api.output.page import Page
    from api.texts import Texts

SUBJECTS: dict[str, tuple[str, ...]] = {
    "looked_at": ("--interface", "--no-mirror", "--seconds", "--own-mac", "--filter", "--kernel-filter", "--share",
                  "--sensors", "--ring-mb", "--packets", "--packets-gb", "--packets-days", "--packets-key", "--remove",
                  "--spool-mb", "--spool-days", "--full", "--store", "--incident", "--proofs", "--jobs"),
    "bundled": ("--name CONTENT", "--version", "--without-shipped", "--bring-key", "--for", "--expires WHEN", "--needs",
                "--content", "--trusted-keys", "--from", "--inbox", "--every"),
    "known": ("--switch", "--vlan", "--expect", "--baseline", "--site", "--rules", "--playbooks", "--learn",
              "--settings"),
    "chosen": ("--severity-min", "--status", "--rule", "--playbook", "--class", "--since", "--until", "--text",
               "--kind", "--limit", "--cursor", "--all"),
    "played": ("--spool", "--spools", "--sensor", "--follow", "--position", "--keep", "--speed", "--drill", "--once",
               "--no-browser", "--alert", "--variable"),
    "served": ("--listen", "--client-ca", "--host", "--port", "--data", "--base-url", "--tls-cert", "--tls-key",
               "--trusted-proxy", "--oidc-issuer", "--oidc-client", "--oidc-secret-file", "--oidc-roles"),
    "sent": ("--target", "--token-file", "--ca", "--client-cert", "--client-key", "--keep-hours"),
    "reported": ("--certificate", "--site-name", "--template", "--language", "--organisation", "--mark", "--at",
                 "--key", "--keys", "--password-file"),
    "decided": ("--resolution", "--to", "--form", "--range", "--like", "--reason", "--undone", "--who", "--dry-run",
                "--set DATASET=BOUND", "--fix", "--start", "--yes"),
    "people": ("--admin", "--role", "--user", "--scope", "--days", "--after", "--head"),
    "assessed": ("--framework", "--zone", "--name", "--set", "--state", "--expires"),
    "results": ("--format", "--json", "--output", "--events", "--fail-on", "--verify", "--released", "--anonymise",
                "--payload", "--keep-makers", "--anonymise-key"),
    "reading": ("--log-format", "--lang", "--time-zone", "--quiet", "--verbose", "--no-color", "--help"),
}  # fmt: skip
"""Every option of every command, by subject, in the order in which help shows them."""
WIDEST, USUAL = 100, 80
COLUMN, NARROW = 28, 70
"""Where texts of options begin; on a narrow screen they stand below their option."""


class HelpfulCommand(TyperCommand):
    """A command with our help."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # the types of Typer's vendored classes cannot be named
        _show(self, ctx, formatter)


class HelpfulGroup(TyperGroup):
    """A group of commands with our help."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _show(self, ctx, formatter)


def _show(command: TyperCommand | TyperGroup, ctx: typer.Context, formatter: Any) -> None:
    # Imported only when help is asked for: layout is not needed before.
    from api.cli.results import page_of
    from api.output.page import Page

    terminal = terminal_of(ctx)
    page = Page(min(page_of(terminal).width or USUAL, WIDEST), colour=terminal.colour(terminal.out))
    _write(page, command, ctx, terminal.texts)
    formatter.write(page.text())


def _write(page: Page, command: TyperCommand | TyperGroup, ctx: typer.Context, words: Texts) -> None:
    arguments = [each for each in command.get_params(ctx) if isinstance(each, TyperArgument) and not each.hidden]
    options = [each for each in command.get_params(ctx) if isinstance(each, TyperOption) and not each.hidden]
    below = command.commands if isinstance(command, TyperGroup) else {}
    needed = [_name(each) for each in arguments] + ([words.get("help.command")] if below else [])
    page.line(
        " ".join([ctx.command_path, *[f"[{words.get('help.options')}]"][: len(options) > 0], *needed]),
        label=(words.get("help.usage"), "strong"),
    )
    _paragraphs(page, command.help or "", indent=2)
    if below:
        _section(page, words.get("help.commands"), [(name, each.short_help or "") for name, each in below.items()])
    if arguments:
        _section(page, words.get("help.arguments"), [(_name(each), each.help or "") for each in arguments])
    for subject, names in SUBJECTS.items():
        shown = sorted(
            (each for each in options if listed(each) in names), key=lambda option: names.index(listed(option))
        )
        if shown:
            _section(
                page, words.get(f"help.subject.{subject}"), [(_spelled(each), _told(each, words)) for each in shown]
            )
    _paragraphs(page, command.epilog or "", indent=0)


def _section(page: Page, title: str, rows: list[tuple[str, str]]) -> None:
    page.gap()
    page.line((title, "strong"))
    narrow = (page.width or USUAL) < NARROW
    column = min(COLUMN, max(len(head) for head, _ in rows) + 4)
    for head, text in rows:
        if narrow or len(head) + 3 > column:
            page.line((head, "good"), indent=2)
            page.line(text, indent=6 if narrow else column)
        else:
            page.line(text, indent=2, label=(head.ljust(column - 2), "good"))


def _paragraphs(page: Page, text: str, indent: int) -> None:
    r"""Blocks between empty lines; one that begins with \b keeps its lines."""
    for block in text.split("\n\n"):
        lines = block.removeprefix("\b\n").splitlines() if block.startswith("\b") else [" ".join(block.splitlines())]
        if block.strip():
            page.gap()
        for line in lines:
            body = line.lstrip()
            page.line(body, indent=indent + len(line) - len(body))


def _name(argument: TyperArgument) -> str:
    name = argument.metavar or (argument.name or "").upper()
    if choices := _choices(argument):
        name = choices
    return name if argument.required or name.startswith("[") else f"[{name}]"


def listed(option: TyperOption) -> str:
    """How an option stands in `SUBJECTS`: by name, with what it takes where one name means two things."""
    whole = f"{option.opts[0]} {option.metavar}"
    return whole if any(whole in names for names in SUBJECTS.values()) else option.opts[0]


def _spelled(option: TyperOption) -> str:
    """`-o, --output PATH`, `--fail-on low|medium|high`."""
    names = ", ".join(sorted(option.opts, key=len))
    if option.is_flag or option.count:
        return names
    return f"{names} {option.metavar or _choices(option) or 'N'}"


def _choices(parameter: TyperOption | TyperArgument) -> str:
    choices = parameter.type_descriptor.choices or ()
    return "|".join(str(getattr(each, "value", each)) for each in choices)


def _told(option: TyperOption, words: Texts) -> str:
    """What the option means, what holds without it, which variable sets it."""
    if "--help" in option.opts:
        return words.get("help.option.help")
    return " ".join([option.help or "", *_facts(option, words)])


def _facts(option: TyperOption, words: Texts) -> Iterator[str]:
    if option.required:
        yield f"[{words.get('help.required')}]"
    if option.default not in (None, False, 0, "") and not callable(option.default):
        yield f"[{words.get('help.default', value=option.default)}]"
    if option.envvar:
        variable = option.envvar if isinstance(option.envvar, str) else ", ".join(option.envvar)
        yield f"[{words.get('help.variable', name=re.sub(' ', '', variable))}]"
