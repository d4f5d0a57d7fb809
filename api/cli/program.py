"""The tree of commands, and how the program begins and ends."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from importlib import import_module

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from api.cli.failures import explain
from api.cli.help import HelpfulCommand, HelpfulGroup
from api.cli.terminal import Terminal, make_terminal
from api.cli.usage import explain_usage
from api.texts import Texts

Command = TyperCommand | TyperGroup
COMPLETING = "_BITTERN_COMPLETE"
"""The variable by which a shell asks for completions."""

COMMANDS: dict[str, str] = {
    "analyze": "api.cli.analyze:analyze",
    "alerts": "api.cli.alert_commands:app",
    "incidents": "api.cli.incident_commands:app",
    "assets": "api.cli.assets:app",
    "protocols": "api.cli.protocols:app",
    "rules": "api.cli.rules:app",
    "baseline": "api.cli.baseline:app",
    "site": "api.cli.site:app",
    "content": "api.cli.content:app",
    "playbook": "api.cli.playbook:app",
    "quickstart": "api.cli.quickstart:quickstart",
    "serve": "api.cli.serve:serve",
    "run": "api.cli.run:run",
    "sensor": "api.cli.sensor:app",
    "feed": "api.cli.feed:app",
    "worker": "api.cli.worker:worker",
    "forward": "api.cli.forward:forward",
    "replay": "api.cli.replay:replay",
    "pcap": "api.cli.pcap:app",
    "demo": "api.cli.demo:demo",
    "drill": "api.cli.drill:app",
    "assess": "api.cli.assess:app",
    "user": "api.cli.user:app",
    "token": "api.cli.user:tokens",
    "audit": "api.cli.audit:app",
    "db": "api.cli.db_keeping:app",
    "report": "api.cli.report:app",
    "keys": "api.cli.keys:app",
    "notify": "api.cli.notify:app",
    "doctor": "api.cli.doctor:doctor",
    "version": "api.cli.about:version",
    "completion": "api.cli.about:completion",
}
"""Every command and group, and where it is; help shows them in this order, commands before groups. Imported by name, so
that none waits for the others: they took a tenth of a second."""
BRIEF = ("version", "completion")
"""Commands whose help needs no word on where to read on."""


def run(arguments: Sequence[str], terminal: Terminal | None = None) -> int:
    """Runs one command line and gives its exit code (`ExitCode`); raises nothing."""
    terminal = terminal or make_terminal(list(arguments))
    try:
        command = tree(_needed(arguments))
        translate(command, terminal.texts)
        if COMPLETING in os.environ:
            from typer.completion import get_completion_inspect_parameters

            get_completion_inspect_parameters()  # makes the shells known, which add_completion=False leaves out
            command.main(args=list(arguments), prog_name="bittern", obj=terminal)
        # Not by Typer's main, which would end an interrupted run without a word and tell errors in English only.
        with command.make_context("bittern", list(arguments), obj=terminal) as context:
            command.invoke(context)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except typer.Exit as end:
        return end.exit_code
    except typer.TyperException as error:
        return explain_usage(error, terminal)
    except BaseException as error:  # the last resort: whatever happens, a person gets a sentence
        return explain(error, terminal)
    return 0


def tree(names: Sequence[str] = tuple(COMMANDS)) -> TyperGroup:
    """The program with these commands, and all that is below each."""
    app = typer.Typer(
        name="bittern",
        help="help.bittern",
        epilog="help.epilog",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        cls=HelpfulGroup,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name in names:
        module, _, attribute = COMMANDS[name].partition(":")
        found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name, help=f"help.{name}")
        else:
            epilog = None if name in BRIEF else "help.epilog"
            app.command(name, cls=HelpfulCommand, help=f"help.{name}", epilog=epilog)(found)
    return typer.main.get_group(app)


def _needed(arguments: Sequence[str]) -> Sequence[str]:
    """The command that is called; all of them for help, for completion and for a word that is none."""
    if arguments and arguments[0] in COMMANDS and COMPLETING not in os.environ:
        return arguments[:1]
    return tuple(COMMANDS)


def translate(command: Command, words: Texts) -> None:
    """Puts the texts in the place of the keys that commands and options carry."""
    for each in every_command(command):
        each.help, each.epilog = _text(each.help, words), _text(each.epilog, words)
        each.short_help = each.help.splitlines()[0] if each.help else None
        for parameter in each.params:
            if isinstance(parameter, TyperArgument | TyperOption):
                parameter.help = _text(parameter.help, words)


def every_command(command: Command) -> Iterator[Command]:
    """The command and all below it."""
    yield command
    for below in getattr(command, "commands", {}).values():
        yield from every_command(below)


def _text(key: str | None, words: Texts) -> str | None:
    """The text of a key; Typer's own words (of --help) stay."""
    return words.by_key.get(key, key) if key else None
