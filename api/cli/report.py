"""`bittern report`: makes reports of assessments, shows them in another format or language, signs and verifies them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from api.cli import options as option
from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.help import HelpfulCommand, HelpfulGroup
from api.cli.keys import DATA, Data, Keys, PasswordFile, folder_of
from api.cli.moments import moment_of
from api.cli.options import terminal_of, zone_of
from api.cli.records import ListFormat, format_of, opened
from api.cli.report_signatures import Report, bundle_at, sign, signer_of, verify
from api.cli.triage import name_of_user

if TYPE_CHECKING:
    from api.output.documents import Json
    from response.compliance.assessment import Assessment
    from response.ports import Store

app = typer.Typer(cls=HelpfulGroup, no_args_is_help=True, rich_markup_mode=None)
Language: TypeAlias = Literal["both", "zh", "en"]
Template: TypeAlias = Literal["full", "executive", "controls", "inventory"]


class Form(StrEnum):
    """Words of `--format`, which may be repeated."""

    PDF = "pdf"
    HTML = "html"
    XLSX = "xlsx"
    JSON = "json"
    OSCAL = "oscal"


@app.command("templates", cls=HelpfulCommand, help="help.report_templates", epilog="help.epilog")
def templates(context: typer.Context, as_json: option.Json = False, lang: option.Lang = None) -> None:
    """Each with its sections."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    from api.output.documents import listing
    from response.reports.sections import TEMPLATES

    documents: list[Json] = [
        {"name": name, "title": terminal.texts.get(f"report.template.{name}"), "sections": list(sections)}
        for name, sections in TEMPLATES.items()
    ]
    if as_json:
        terminal.data(listing("bittern.report-templates/v1", documents))
        return
    for name, sections in TEMPLATES.items():
        terminal.data(f"{name:<10} {terminal.texts.get(f'report.template.{name}')}\n{'':<10} {' '.join(sections)}")


@app.command("new", cls=HelpfulCommand, help="help.report_new", epilog="help.epilog")
def new(
    context: typer.Context,
    assessment: Annotated[str | None, typer.Argument(metavar="[ID|FILE]", help="help.option.report_assessment")] = None,
    store: option.StoreUrl = None,
    data: Data = DATA,
    site: option.Site = None,
    template: Annotated[Template, typer.Option("--template", help="help.option.template")] = "full",
    language: Annotated[Language, typer.Option("--language", help="help.option.language")] = "both",
    form: Annotated[list[Form] | None, typer.Option("--format", help="help.option.report_formats")] = None,
    organisation: Annotated[
        str | None, typer.Option("--organisation", metavar="TEXT", help="help.option.organisation")
    ] = None,
    mark: Annotated[str, typer.Option("--mark", metavar="TEXT", help="help.option.mark")] = "TLP:AMBER",
    who: Annotated[
        str | None, typer.Option("--who", metavar="NAME", envvar="BITTERN_USER", help="help.option.report_who")
    ] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="help.option.at")] = None,
    key: Annotated[str | None, typer.Option("--key", metavar="NAME", help="help.option.sign_key")] = None,
    keys: Keys = None,
    password_file: PasswordFile = None,
    as_json: option.Json = False,
    time_zone: option.TimeZone = "UTC",
    lang: option.Lang = None,
) -> None:
    """The path of the bundle goes to standard output."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    from api.reporting import LANGUAGES, REPORTS, keep, known_of, make_report
    from api.wiring import wall_clock
    from detection.site_reading import load_site
    from response.reports.glyphs import NoFonts
    from response.reports.make import Asked

    given = moment_of(at, zone_of(terminal, time_zone), "--at", terminal)
    made_at = wall_clock() if given is None else given
    asked = Asked(template, LANGUAGES[language], mark, organisation or "", made_at, name_of_user(who))
    signer = signer_of(folder_of(keys, data), key, password_file)
    from_file = Path(assessment) if assessment and Path(assessment).is_file() else None
    source = opened(store) if store is not None or from_file is None else None
    try:
        found = _assessment(source, assessment, from_file)
        known = known_of(source, found, load_site(site) if site else None)
        made = make_report(found, asked, known, {each.value for each in form or Form}, signer)
        path = keep(made, data / REPORTS, source, who=name_of_user(who))
    except NoFonts as error:
        raise Failure(ExitCode.CONFIGURATION, "error.report.fonts", folder=error.folder) from None
    finally:
        if source is not None:
            source.close()
    if signer is None:
        terminal.warn("report.not_signed")
    terminal.tell("report.made", id=made.model.id, root=made.model.root)
    if as_json:
        from api.output.documents import dumps

        body: dict[str, Json] = {
            "id": made.model.id,
            "file": str(path),
            "evidence_root": made.model.root,
            "signed_by": made.signer,
        }
        terminal.data(dumps({"schema": "bittern.report/v1", "data": body}))
    else:
        terminal.data(str(path))


def _assessment(store: Store | None, wanted: str | None, file: Path | None) -> Assessment:
    from api.reporting import NoAssessment, assessment_in, assessment_in_file
    from response.reports.canonical import BadRecord

    try:
        if file is not None:
            return assessment_in_file(file)
        assert store is not None
        return assessment_in(store, wanted)
    except BadRecord as error:
        raise Failure(ExitCode.INPUT, "error.report.assessment", file=file or wanted or "", place=error.place) from None
    except NoAssessment as error:
        raise Failure(ExitCode.STORE, "error.report.no_assessment", near=", ".join(error.near[:5]) or "–") from None


@app.command("list", cls=HelpfulCommand, help="help.report_list", epilog="help.epilog")
def list_reports(
    context: typer.Context,
    data: Data = DATA,
    form: Annotated[ListFormat, typer.Option("--format", help="help.option.list_format")] = "table",
    as_json: option.Json = False,
    lang: option.Lang = None,
) -> None:
    """The latest first."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    from api.output.documents import line, listing
    from api.output.told import safe
    from api.reporting import REPORTS, reports_in

    found = reports_in(data / REPORTS)
    form_asked = format_of(form, as_json)
    if form_asked == "json":
        terminal.data(listing("bittern.reports/v1", found))
    elif not found:
        terminal.tell("report.none", folder=data / REPORTS)
    elif form_asked == "ndjson":
        terminal.data("\n".join(map(line, found)))
    else:
        for each in found:
            signed = terminal.texts.get("report.is_signed" if each["signed"] else "report.is_unsigned")
            told = (each["id"], each["at"][:19], each["template"], "+".join(each["languages"]), signed, each["file"])
            terminal.data(safe("  ".join(told)))


@app.command("render", cls=HelpfulCommand, help="help.report_render", epilog="help.epilog")
def render(
    context: typer.Context,
    report: Report,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="PATH", help="help.option.render_output")],
    form: Annotated[Form, typer.Option("--format", help="help.option.render_format")] = Form.PDF,
    language: Annotated[Language | None, typer.Option("--language", help="help.option.render_language")] = None,
    data: Data = DATA,
    lang: option.Lang = None,
) -> None:
    """From the model in the bundle: in its own languages the bytes are those in the bundle."""
    terminal = terminal_of(context)
    terminal.adjust(lang=lang)
    from api.reporting import shown_again
    from response.reports.canonical import BadRecord
    from response.reports.glyphs import NoFonts
    from response.reports.verifier import Unreadable
    from sensors.whole_files import write_whole

    path = bundle_at(report, data)
    try:
        files = shown_again(path, form.value, language)
    except (Unreadable, BadRecord) as error:
        raise Failure(ExitCode.INPUT, "error.report.no_bundle", file=path, why=error) from None
    except NoFonts as error:
        raise Failure(ExitCode.CONFIGURATION, "error.report.fonts", folder=error.folder) from None
    for name, content in files.items():
        target = output if len(files) == 1 else output / Path(name).name
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, content)
        terminal.tell("cli.written", path=target)


app.command("sign", cls=HelpfulCommand, help="help.report_sign", epilog="help.epilog")(sign)
app.command("verify", cls=HelpfulCommand, help="help.report_verify", epilog="help.epilog")(verify)
