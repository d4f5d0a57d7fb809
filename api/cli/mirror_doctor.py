"""`bittern sensor test-mirror`: what is wrong with this mirror port, and the switch setting that mends it.

At an interface the process is sealed before it counts, like the sensor: nothing is sent.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.keys import DATA, Data, Keys, PasswordFile, folder_of
from api.cli.mirror_inputs import expected_of, macs_of, switch_of
from api.cli.mirror_listening import listen, read
from api.cli.mirror_pages import Pages
from api.cli.options import terminal_of
from api.cli.report_signatures import signer_of

if TYPE_CHECKING:
    from api.cli.terminal import Terminal
    from response.mirror.switches import Switch
    from sensors.doctor import Expected
    from sensors.mirror import MirrorFacts

Vlans = Annotated[list[int] | None, typer.Option("--vlan", metavar="ID", min=1, max=4094, help="help.option.vlan")]
Networks = Annotated[list[str] | None, typer.Option("--expect", metavar="NET", help="help.option.expect")]
Maker = Annotated[str | None, typer.Option("--switch", metavar="MAKER", help="help.option.switch")]
Pdf = Annotated[Path | None, typer.Option("--certificate", metavar="FILE.pdf", help="help.option.mirror_certificate")]
OwnMacs = Annotated[list[str] | None, typer.Option("--own-mac", metavar="MAC", help="help.option.own_mac")]


def mirror_doctor(
    context: typer.Context,
    captures: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", help="help.option.mirror_files")] = None,
    interfaces: Annotated[
        list[str] | None, typer.Option("--interface", "-i", metavar="IF", help="help.option.interface")
    ] = None,
    seconds: Annotated[float, typer.Option("--seconds", min=1, max=600, help="help.option.seconds")] = 20,
    maker: Maker = None,
    vlans: Vlans = None,
    expect: Networks = None,
    own_macs: OwnMacs = None,
    certificate: Pdf = None,
    sensor: Annotated[str, typer.Option("--sensor", metavar="NAME", help="help.option.sensor")] = "sensor",
    site: Annotated[str, typer.Option("--site-name", metavar="TEXT", help="help.option.site_name")] = "",
    who: Annotated[
        str | None, typer.Option("--who", metavar="NAME", envvar="BITTERN_USER", help="help.option.mirror_who")
    ] = None,
    ring_mb: Annotated[int, typer.Option("--ring-mb", metavar="N", min=4, max=2048, help="help.option.ring_mb")] = 64,
    key: Annotated[str | None, typer.Option("--key", metavar="NAME", help="help.option.sign_key")] = None,
    keys: Keys = None,
    data: Data = DATA,
    password_file: PasswordFile = None,
    as_json: option.Json = False,
    lang: option.Lang = None,
    quiet: option.Quiet = False,
    no_color: option.NoColor = False,
) -> None:
    """Code 3 where the mirror is not fit, or too little was seen to say."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet, plain=no_color)
    names = list(dict.fromkeys(interfaces or ()))
    if bool(names) == bool(captures):
        raise Failure(ExitCode.USAGE, "error.mirror_what")
    switch = switch_of(maker, terminal)
    expected, own = expected_of(vlans or (), expect or ()), macs_of(own_macs or ())
    with ExitStack() as stack:
        # What needs a privilege, a key or a place to write comes before the process gives all privileges up.
        pages = stack.enter_context(Pages(certificate)) if certificate else None
        signer = signer_of(folder_of(keys, data), key, password_file) if pages else None
        begun = time.time_ns()
        facts = listen(names, ring_mb, seconds, terminal) if names else read(captures or [], own, terminal)
        run = _Run(sensor, site, who, tuple(names), tuple(each.name for each in captures or ()), begun, expected)
        record = run.record(facts)
        if pages:
            pages.write(record, switch, signer, terminal)
    _show(record, switch, terminal, as_json=as_json)
    if record["verdict"] in ("bad", "inconclusive"):
        raise typer.Exit(ExitCode.CONFIGURATION)


@dataclass(frozen=True)
class _Run:
    """What was asked for."""

    sensor: str
    site: str
    who: str | None
    interfaces: tuple[str, ...]
    captures: tuple[str, ...]
    begun: int
    expected: Expected

    def record(self, facts: MirrorFacts) -> dict[str, Any]:
        """The record of the test. That of captures bears their times."""
        from importlib.metadata import version

        from api.cli.triage import name_of_user
        from api.mirror_rules import judgement
        from response.mirror.record import Asked, record_of
        from sensors.doctor import examine

        begun, ended = (self.begun, time.time_ns()) if self.interfaces else facts.span or (0, 0)
        asked = Asked(
            self.sensor, self.site, self.interfaces, self.captures, begun, ended, name_of_user(self.who),
            f"Bittern {version('bittern')}", self.expected,
        )  # fmt: skip
        weights = judgement()
        return record_of(asked, facts, weights.judge(examine(facts, self.expected, weights.limits)))


def _show(record: dict[str, Any], switch: Switch | None, terminal: Terminal, *, as_json: bool) -> None:
    from api.cli.results import page_of
    from api.mirror_rules import switch_words
    from api.output.documents import dumps
    from api.output.mirror_lines import mirror_page
    from response.mirror.record import SCHEMA

    if as_json:
        terminal.data(dumps({"schema": SCHEMA, "data": record}))
        return
    page = page_of(terminal)
    mirror_page(page, record, terminal.texts, switch, switch_words())
    terminal.data(page.text())
