"""`bittern pcap`: packets that live sensors kept, cut out and looked after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import options as option
from api.cli import pcap_held, pcap_key, pcap_masking
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure, bad_filter
from api.cli.help import HelpfulCommand, HelpfulGroup
from api.cli.options import terminal_of, zone_of
from api.cli.packet_keys import PacketsKey, keys_of
from api.cli.pcap_masking import Payload
from api.cli.triage import Who, name_of_user

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from api.carving import Carving
    from api.cli.terminal import Terminal
    from api.output.documents import Json
    from sensors.anonymised import Masking
    from sensors.kept_packets import KeptPackets
    from sensors.packet_ring import Standing

app = typer.Typer(cls=HelpfulGroup, no_args_is_help=True, rich_markup_mode=None)
Interface = Annotated[str | None, typer.Option("--interface", "-i", metavar="IF", help="help.option.pcap_if")]
Data = Annotated[Path, typer.Option("--data", metavar="DIR", help="help.option.pcap_data")]


@app.command("carve", cls=HelpfulCommand, help="help.pcap_carve", epilog="help.epilog")
def carve(
    context: typer.Context,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="help.option.pcap_output")],
    capture_filter: option.Filter = None,
    since: Annotated[str | None, typer.Option("--since", metavar="TIME", help="help.option.since")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="help.option.until")] = None,
    sensor: Annotated[str | None, typer.Option("--sensor", metavar="NAME", help="help.option.pcap_sensor")] = None,
    interface: Interface = None,
    alert: Annotated[str | None, typer.Option("--alert", metavar="ID", help="help.option.pcap_alert")] = None,
    incident: Annotated[str | None, typer.Option("--incident", metavar="ID", help="help.option.pcap_incident")] = None,
    anonymise: Annotated[bool, typer.Option("--anonymise", help="help.option.pcap_anonymise")] = False,
    payload: Annotated[Payload, typer.Option("--payload", help="help.option.pcap_payload")] = "cut",
    makers: Annotated[bool, typer.Option("--keep-makers", help="help.option.pcap_makers")] = False,
    key: Annotated[Path | None, typer.Option("--anonymise-key", metavar="FILE", help="help.option.pcap_key")] = None,
    packets_key: PacketsKey = None,
    data: Data = Path("bittern-data"),
    store: option.StoreUrl = None,
    who: Who = None,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
    quiet: option.Quiet = False,
) -> None:
    """Of an alert, of an incident, or by time and filter; the last two may not be mixed with the first."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, quiet=quiet)
    zone = zone_of(terminal, time_zone)
    if (alert and incident) or ((alert or incident) and (capture_filter or since or until or sensor or interface)):
        raise Failure(ExitCode.USAGE, "error.pcap_one_way")
    if not anonymise and (payload != "cut" or makers or key):
        raise Failure(ExitCode.USAGE, "error.pcap_anonymise_first")
    packets = _packets(data, packets_key)
    masking = pcap_masking.masking_of(key, payload, makers=makers) if anonymise else None
    if alert or incident:
        found = _of_records(alert, incident, packets, store or f"embedded:{data / 'store'}", who, masking)
    else:
        found = _by_filter(capture_filter or "", since, until, sensor, interface, packets, zone, terminal)
        found = pcap_masking.masked_by(found, masking)
    if not found.frames and not (alert or incident):
        raise Failure(ExitCode.INPUT, "error.pcap_none_pass", folder=data / "packets")
    if not found.frames:
        states = [f"{name}: {terminal.texts.word('console.evidence.is', s)}" for name, s in found.states.items()]
        raise Failure(ExitCode.INPUT, "error.pcap_nothing", states=", ".join(states) or "-", folder=data / "packets")
    from sensors.whole_files import write_whole

    write_whole(output, found.data)
    terminal.tell("pcap.carved", frames=found.frames, path=output, sha256=found.sha256)
    if masking is not None:
        asked = {"alert": alert, "incident": incident, "filter": capture_filter, "since": since, "until": until}
        pcap_masking.told(found, output, name_of_user(who), asked, terminal)
    if found.is_cut:
        terminal.warn("pcap.cut")


@app.command("info", cls=HelpfulCommand, help="help.pcap_info", epilog="help.epilog")
def info(
    context: typer.Context,
    data: Data = Path("bittern-data"),
    verify: Annotated[bool, typer.Option("--verify", help="help.option.pcap_verify")] = False,
    as_json: option.Json = False,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
    no_color: option.NoColor = False,
) -> None:
    """Exit code 1 when a file is not what it was."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang, plain=no_color)
    zone = zone_of(terminal, time_zone)
    from api.output.documents import listing
    from sensors.kept_packets import KeptPackets

    rows = KeptPackets(data).ring.standing(verified=verify)
    if as_json:
        terminal.data(listing("bittern.packets/v1", [_record(row) for row in rows]))
    elif not rows:
        terminal.tell("pcap.none", folder=data / "packets")
    for row in [] if as_json else rows:
        terminal.data(_line(row, zone, terminal))
    changed = [f"{row.sensor}/{row.capture}/{name}" for row in rows for name in row.changed]
    if changed:
        terminal.error("pcap.changed", files="\n  ".join(changed))
        raise typer.Exit(ExitCode.ALERTS)
    if verify and rows and not as_json:
        terminal.tell("pcap.whole", files=sum(row.files for row in rows))


app.command("key", cls=HelpfulCommand, help="help.pcap_key", epilog="help.epilog")(pcap_key.key)
app.command("held", cls=HelpfulCommand, help="help.pcap_held", epilog="help.epilog")(pcap_held.held)


def _of_records(
    alert: str | None, incident: str | None, packets: KeptPackets, store: str, who: str | None, masking: Masking | None
) -> Carving:
    from api.carving import of_alerts
    from api.cli.records import opened
    from api.wiring import wall_clock

    with opened(store) as source:
        ids = [alert] if alert else source.record("incident", incident or "").body["alerts"]
        found = of_alerts((source.alert(each) for each in ids), packets)
        found = pcap_masking.masked_by(found, masking)
        if found.frames:
            kind, subject = ("alert", alert) if alert else ("incident", incident)
            source.commit([], found.deed(wall_clock(), name_of_user(who), kind, subject or ""))
    return found


def _by_filter(
    expression: str,
    since: str | None,
    until: str | None,
    sensor: str | None,
    interface: str | None,
    packets: KeptPackets,
    zone: ZoneInfo,
    terminal: Terminal,
) -> Carving:
    from api.carving import of_filter
    from api.cli.moments import moment_of
    from sensors._core import BadFilter, NoPacketsKey
    from sensors.packet_ring import FOREVER

    begin = moment_of(since, zone, "--since", terminal) or 0
    end = moment_of(until, zone, "--until", terminal) or FOREVER
    try:
        return of_filter(packets.ring.passing(expression, since=begin, until=end, sensor=sensor, interface=interface))
    except BadFilter as error:
        raise bad_filter(expression, error, terminal.texts) from error
    except NoPacketsKey as error:
        raise Failure(ExitCode.PERMISSION, "error.pcap_locked", key_id=error.args[0]) from error


def _packets(data: Path, packets_key: Path | None) -> KeptPackets:
    from sensors.kept_packets import KeptPackets

    return KeptPackets(data, keys_of(packets_key))


def _record(row: Standing) -> dict[str, Json]:
    from response.times import time_text

    times: dict[str, Json] = {
        "first": time_text(row.earliest) if row.earliest is not None else None,
        "last": time_text(row.latest) if row.latest is not None else None,
    }
    counts: dict[str, Json] = {
        "files": row.files,
        "bytes": row.octets,
        "frames_indexed": row.frames,
        "changed": list(row.changed),
        "files_encrypted": row.encrypted,
    }
    return {"sensor": row.sensor, "capture": row.capture, **times, **counts}


def _line(row: Standing, zone: ZoneInfo, terminal: Terminal) -> str:
    from api.output.moments import clock
    from api.output.told import safe

    line = terminal.texts.get(
        "pcap.line",
        sensor=safe(row.sensor),
        capture=safe(row.capture),
        mib=round(row.octets / 1024**2, 1),
        files=row.files,
        frames=row.frames,
        first=clock(row.earliest, zone) if row.earliest is not None else "-",
        last=clock(row.latest, zone) if row.latest is not None else "-",
    )
    return f"{line}, {terminal.texts.get('pcap.encrypted', files=row.encrypted)}" if row.encrypted else line
