"""`bittern pcap held`: packets that legal holds keep, and whether they are what they were."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.options import terminal_of, zone_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from response.records import Stored

MOST = 1000
"""Holds that are shown, the latest changed first."""


def held(
    context: typer.Context,
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="help.option.pcap_data")] = Path("bittern-data"),
    verify: Annotated[bool, typer.Option("--verify", help="help.option.pcap_verify")] = False,
    released: Annotated[bool, typer.Option("--released", help="help.option.pcap_released")] = False,
    store: option.StoreUrl = None,
    as_json: option.Json = False,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """Exit code 1 when a file is not what it was."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    zone = zone_of(terminal, time_zone)
    from api.cli.records import opened
    from api.output.documents import listing, plain
    from api.output.hold_lines import hold_line
    from response.holds.record import GOING_ON, KIND, document
    from response.records import RecordQuery

    with opened(store or f"embedded:{data / 'store'}") as source:
        rows = source.records(RecordQuery(KIND, {} if released else {"state": GOING_ON}, limit=MOST)).items
    wrong = _changed(rows, data) if verify else {}
    if as_json:
        documents = [plain({**document(row.id, row.body), "changed": wrong.get(row.id, [])}) for row in rows]
        terminal.data(listing("bittern.holds/v1", documents))
    elif not rows:
        terminal.tell("hold.none")
    for row in [] if as_json else rows:
        terminal.data(f"{row.id}\n  {hold_line(row.body, terminal.texts, zone)}")
    named = [f"{incident}/{name}" for incident, names in wrong.items() for name in names]
    if named:
        terminal.error("pcap.changed", files="\n  ".join(named))
        raise typer.Exit(ExitCode.ALERTS)
    if verify and rows and not as_json:
        terminal.tell("pcap.whole", files=sum(row.body["files"] for row in rows))


def _changed(rows: Sequence[Stored], data: Path) -> dict[str, list[str]]:
    from response.holds.record import RELEASED
    from sensors.kept_packets import KeptPackets

    held_packets = KeptPackets(data).held
    return {row.id: held_packets.changed(row.id, row.body["sha256"]) for row in rows if row.body["state"] != RELEASED}
