"""Makes, keeps, shows again and signs reports: `response.reports` over a store and a folder. No command line, no HTTP.

A report is a bundle `<folder>/<id>.zip` and a record of kind `report`, which is what lists and the console read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from api.assessing import library
from api.output.attack import attack
from api.site_model import FILE, site_text
from api.texts import Language, shipped, texts
from detection.site import Site
from detection.site_reading import read_site
from response.alerts import Alert
from response.compliance.assessment import Assessment
from response.ports import AlertQuery, Store
from response.records import Deed, Put, RecordQuery, Stored
from response.reports.bundle import FORMATS, MODEL, Files, contents, manifest, packed
from response.reports.canonical import BadRecord, read
from response.reports.make import Asked, Known, make
from response.reports.model import ReportModel
from response.reports.names import control_names, glossary_terms, query_names
from response.reports.signing import SigningKey
from response.reports.verifier import MANIFEST, SIGNATURE, SIGNER, Contents, Unreadable, compare
from response.reports.wording import Wording
from response.store_errors import Conflict, NotFound
from response.times import time_text
from sensors.whole_files import write_whole

REPORTS = "reports"
"""The folder of reports, below the data folder."""
LANGUAGES: Mapping[str, tuple[Language, ...]] = {"both": ("zh", "en"), "zh": ("zh",), "en": ("en",)}
PAGE = 500


class NoAssessment(Exception):
    """There is none with this id; `near` are ids that there are."""

    def __init__(self, wanted: str, near: Sequence[str]) -> None:
        super().__init__(wanted)
        self.wanted, self.near = wanted, tuple(near)


class Altered(Exception):
    """The bundle is not as its manifest says, so it is not signed."""


@dataclass(frozen=True)
class Made:
    """A report that was made."""

    model: ReportModel
    bundle: bytes
    signer: str | None


def words_for(language: str) -> list[Wording]:
    """The catalogues of `both`, `zh` or `en`, the leading one first."""
    return [texts(lang) for lang in LANGUAGES[language]]


def assessment_in(store: Store, wanted: str | None) -> Assessment:
    """The assessment with this id, or the latest. Raises NoAssessment, BadRecord."""
    if wanted is not None:
        try:
            return read(Assessment, store.record("assessment", wanted).body)
        except NotFound:
            pass
    latest = store.records(RecordQuery("assessment", limit=PAGE)).items
    if wanted is None and latest:
        return read(Assessment, latest[0].body)
    raise NoAssessment(wanted or "", [stored.id for stored in latest])


def assessment_in_file(path: Path) -> Assessment:
    """The assessment in a JSON file, as the store, the API or a bundle's evidence has it. Raises BadRecord, OSError."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadRecord(str(error)) from error
    return read(Assessment, body.get("data", body) if isinstance(body, dict) else body)


def known_of(store: Store | None, assessment: Assessment, site: Site | None) -> Known:
    """What is known beside the assessment: catalogues and glossary, and what a store holds."""
    shelf = library()
    used = [shelf.frameworks[each.id] for each in assessment.frameworks if each.id in shelf.frameworks]
    known = Known(
        site=site,
        controls=tuple(name for framework in used for name in control_names(framework)),
        queries=query_names(shelf.catalogue.values()),
        glossary=glossary_terms(shipped("glossary.md").read_text(encoding="utf-8")),
    )
    if store is None:
        return known
    stored_site = site_text(store)
    start, end = assessment.start, assessment.end
    return replace(
        known,
        site=site or (read_site(FILE, stored_site.text) if stored_site else None),
        assets=store.assets(),
        alerts=tuple(_alerts(store, start, end)),
        incidents=tuple((each.id, _named(each.body)) for each in _incidents(store, start, end)),
    )


def _named(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """An incident whose title names its tactic as ATT&CK does."""
    title = body["title"]
    tactic = attack().tactics.get(title["parameters"].get("tactic") or "")
    return {**body, "title": {**title, "parameters": {**title["parameters"], "tactic": tactic.name if tactic else "–"}}}


def _alerts(store: Store, start: int, end: int) -> Iterator[Alert]:
    cursor: str | None = None
    while True:
        page = store.alerts(AlertQuery(start=start, end=end, limit=PAGE, cursor=cursor))
        yield from page.items
        cursor = page.cursor
        if cursor is None:
            return


def _incidents(store: Store, start: int, end: int) -> Iterator[Stored]:
    query = RecordQuery("incident", start=start, end=end, limit=PAGE)
    while True:
        page = store.records(query)
        yield from page.items
        if page.cursor is None:
            return
        query = replace(query, cursor=page.cursor)


def make_report(
    assessment: Assessment, asked: Asked, known: Known, formats: Collection[str], signer: SigningKey | None
) -> Made:
    """The report as a bundle. Raises NoFonts when PDF is asked for and its fonts are not here."""
    model, evidence = make(assessment, asked, known)
    files = contents(model, [texts("zh" if lang == "zh" else "en") for lang in asked.languages], evidence, formats)
    return Made(model, packed(files, manifest(model, files), signer), signer.public.name if signer else None)


def keep(made: Made, folder: Path, store: Store | None, *, who: str) -> Path:
    """Puts the bundle into its folder, whole or not at all, and its record into the store."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{made.model.id}.zip"
    write_whole(path, made.bundle)
    if store is not None:
        model = made.model
        body: dict[str, Any] = {
            "at": time_text(model.made_at),
            "assessment": model.assessment.id,
            "template": model.template,
            "languages": list(model.languages),
            "by": model.made_by,
            "evidence_root": model.root,
            "file": path.name,
            "sha256": hashlib.sha256(made.bundle).hexdigest(),
            "size": len(made.bundle),
            "signed_by": made.signer,
        }
        _put(
            store,
            model.id,
            body,
            Deed(model.made_at, who, "report.make", "report", model.id, {"sha256": body["sha256"]}),
        )
    return path


def _put(store: Store, report: str, body: dict[str, Any], deed: Deed) -> None:
    """The same report made again is the same record; with other files it takes its place."""
    etag = None
    with suppress(NotFound):
        known = store.record("report", report)
        if known.body == body:
            return
        etag = known.etag
    try:
        store.commit([Put("report", report, body, etag)], deed)
    except Conflict:
        if store.record("report", report).body != body:
            raise


def reports_in(folder: Path) -> list[dict[str, Any]]:
    """What lies in a folder of reports, the latest first; files that are no bundle are passed over."""
    found = []
    for path in sorted(folder.glob("*.zip")) if folder.is_dir() else ():
        try:
            model, bundle = model_in(path), Contents(path)
        except (Unreadable, BadRecord):
            continue
        found.append(
            {
                "id": model.id,
                "at": time_text(model.made_at),
                "assessment": model.assessment.id,
                "template": model.template,
                "languages": list(model.languages),
                "by": model.made_by,
                "evidence_root": model.root,
                "signed": SIGNATURE in bundle.names,
                "file": str(path),
            }
        )
    return sorted(found, key=lambda each: (each["at"], each["id"]), reverse=True)


def model_in(path: Path) -> ReportModel:
    """The model that a bundle holds. Raises Unreadable, BadRecord, OSError."""
    data = Contents(path).read(MODEL)
    try:
        body = json.loads(data or b"")
    except ValueError as error:
        raise Unreadable(f"{MODEL}: {error}") from error
    return read(ReportModel, body.get("data") if isinstance(body, dict) else None)


def shown_again(path: Path, form: str, language: str | None) -> Files:
    """The files of one format, made anew from the model in a bundle, in its own languages or another choice."""
    model = model_in(path)
    languages = LANGUAGES[language] if language else model.languages
    return FORMATS[form](model, [texts("zh" if lang == "zh" else "en") for lang in languages])


def signed_again(path: Path, signer: SigningKey) -> bytes:
    """The bundle with this signature in the place of any other. Raises Altered, Unreadable, OSError."""
    bundle = Contents(path)
    if not compare(bundle).intact:
        raise Altered(str(path))
    keep_out = (MANIFEST, SIGNATURE, SIGNER)
    files = {name: bundle.read(name) or b"" for name in bundle.names if name not in keep_out}
    return packed(files, bundle.read(MANIFEST) or b"", signer)
