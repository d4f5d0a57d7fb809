"""`bittern drill`: proofs go through the real pipeline, marked, and every hop must see its own arrive."""

from __future__ import annotations

from collections.abc import Callable
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.drill_verify import verify
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.help import HelpfulCommand, HelpfulGroup
from api.cli.keys import DATA, Data, Keys, PasswordFile, folder_of
from api.cli.options import terminal_of, zone_of
from api.cli.records import opened
from api.cli.usage import nearest

if TYPE_CHECKING:
    from api.cli.terminal import Terminal
    from detection.sigma.load import RuleSet
    from response.records import Stored
    from response.reports.signing import SigningKey

app = typer.Typer(cls=HelpfulGroup, rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def drill(
    context: typer.Context,
    rule: Annotated[list[str] | None, typer.Option("--rule", metavar="NAME", help="help.option.drill_rule")] = None,
    playbook: Annotated[
        str | None, typer.Option("--playbook", metavar="NAME", help="help.option.drill_playbook")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="help.option.drill_all")] = False,
    store: option.StoreToFill = None,
    data: Data = DATA,
    rules: option.RuleFolders = None,
    proofs: Annotated[Path | None, typer.Option("--proofs", metavar="DIR", help="help.option.proofs")] = None,
    key: Annotated[str | None, typer.Option("--key", metavar="NAME", help="help.option.sign_key")] = None,
    keys: Keys = None,
    password_file: PasswordFile = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="PATH", help="help.option.certificate")
    ] = None,
    as_json: option.Json = False,
    lang: option.Lang = None,
    quiet: option.Quiet = False,
    no_color: option.NoColor = False,
) -> None:
    """By the worker of the store where there is one, else here; code 1 when a rule fails."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet, plain=no_color)
    if context.invoked_subcommand is not None:
        return
    if not (rule or playbook or every):
        raise Failure(ExitCode.USAGE, "error.drill_what")
    import os

    from api.cli.drill_wait import done, other_worker
    from api.cli.inputs import rules_in_force
    from api.cli.report_signatures import signer_of
    from api.drilling import Drilling, begin, chosen
    from api.notifying import find_seal
    from api.storage import open_store
    from api.wiring import Settings, Wiring, wall_clock

    loaded = rules_in_force(rules or (), terminal)
    wanted = _chosen(loaded, rule or (), playbook, every, terminal)
    signer = signer_of(folder_of(keys, data), key, password_file) if key or password_file or keys else None
    url = store or f"embedded:{data / 'store'}"
    data.mkdir(parents=True, exist_ok=True)
    with open_store(url) as source:
        own = bool(rules or proofs or signer)
        if own and other_worker(source, wall_clock()):
            raise Failure(ExitCode.CONFIGURATION, "error.drill_worker")
        wiring = Wiring(source, loaded, Settings(data=data), seal=find_seal(url, os.environ))
        holder = f"drill-{os.getpid()}"
        asked = begin(source, chosen(loaded, wanted, None), wall_clock(), getuser(), wiring.secret())
        ended = done(Drilling(wiring, holder, _giving(signer), proofs), asked, terminal)
        _show(ended, output, terminal, as_json=as_json)
    if ended.body["result"]["failed"]:
        raise typer.Exit(ExitCode.ALERTS)


@app.command("show", cls=HelpfulCommand, help="help.drill_show", epilog="help.epilog")
def show(
    context: typer.Context,
    job: Annotated[str | None, typer.Argument(metavar="[ID]", help="help.option.drill_id")] = None,
    store: option.StoreUrl = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="PATH", help="help.option.certificate")
    ] = None,
    as_json: option.Json = False,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """The last result of each rule, or one drill."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    zone = zone_of(terminal, time_zone)
    from api.cli.results import page_of
    from api.drilling import DONE, last_results
    from api.drilling import drill as one
    from api.output.documents import listing
    from api.output.drill_lines import results_page
    from response.store_errors import NotFound

    with opened(store) as source:
        if job is not None:
            try:
                found = one(source, job)
            except NotFound:
                raise Failure(ExitCode.STORE, "error.no_drill", id=job) from None
            if found.body["state"] != DONE:
                raise Failure(ExitCode.STORE, "error.drill_goes_on", id=job)
            _show(found, output, terminal, as_json=as_json)
            return
        results = [dict(each.body) for each in last_results(source).values()]
    if as_json:
        terminal.data(listing("bittern.drill-results/v1", results))
    elif results:
        page = page_of(terminal)
        results_page(page, results, terminal.texts, zone)
        terminal.data(page.text())
    else:
        terminal.tell("drill.none")


def _chosen(
    loaded: RuleSet, names: list[str] | tuple[()], playbook: str | None, every: bool, terminal: Terminal
) -> list[str]:
    from api.drilling import NothingToDrill, chosen, drillable

    try:
        found = chosen(loaded, () if every else names, None if every else playbook)
    except NothingToDrill as error:
        heads = drillable(loaded)
        slugs = {head.bittern.playbook for head in heads.values() if head.bittern and head.bittern.playbook}
        known = list(heads) if error.kind == "rules" else sorted(slugs)
        code = "error.no_rule" if error.kind == "rules" else "error.drill_no_playbook"
        raise Failure(ExitCode.USAGE, code, name=error.name, near=nearest(error.name, known, terminal.texts)) from None
    return [rule.name for rule in found]


def _giving(signer: SigningKey | None) -> Callable[[], SigningKey] | None:
    return (lambda: signer) if signer else None


def _show(ended: Stored, output: Path | None, terminal: Terminal, *, as_json: bool) -> None:
    from api.cli.results import Destination, page_of
    from api.output.documents import dumps
    from api.output.drill_lines import times_page, trials_page

    body, result = ended.body, ended.body["result"]
    text = dumps(body["certificate"])
    if output is not None:
        with Destination(str(output), terminal) as destination:
            destination.put(text)
    if as_json:
        terminal.data(text)
    else:
        page = page_of(terminal)
        trials_page(page, body["trials"], terminal.texts)
        page.gap()
        times_page(page, result["times"], terminal.texts)
        terminal.data(page.text())
    if body["unsigned"]:
        terminal.warn("drill.unsigned")
    for rule in result["stopped"]:
        terminal.warn("drill.stopped", rule=rule)
    failed = ", ".join(result["failed"]) or "–"
    terminal.tell("drill.done", rules=result["rules"], trials=len(body["trials"]), failed=failed, id=ended.id)


app.command("verify", cls=HelpfulCommand, help="help.drill_verify", epilog="help.epilog")(verify)
