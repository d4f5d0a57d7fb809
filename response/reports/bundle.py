"""The bundle of a report: every format, the evidence, the verifier, a manifest of all hashes, the signature over it.
One ZIP with fixed times and order: the same report gives the same bytes."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Protocol

from response.reports.canonical import canonical, plain
from response.reports.document import document
from response.reports.html import html
from response.reports.model import SCHEMA, ReportModel
from response.reports.oscal import oscal
from response.reports.pdf import pdf
from response.reports.signing import SigningKey
from response.reports.verifier import MANIFEST, SIGNATURE, SIGNER
from response.reports.wording import Speaker, Wording
from response.reports.xlsx import xlsx
from response.times import time_text

MANIFEST_SCHEMA = "bittern.report-manifest/v1"
EPOCH_OF_ZIP = (1980, 1, 1, 0, 0, 0)
MODEL = "report.json"
VERIFIER = Path(__file__).parent / "verifier.py"
Files = dict[str, bytes]


def _json(model: ReportModel, words: Sequence[Wording]) -> Files:
    return {MODEL: canonical({"schema": SCHEMA, "data": plain(model)})}


def _html(model: ReportModel, words: Sequence[Wording]) -> Files:
    return {"report.html": html(document(model, words)).encode()}


def _pdf(model: ReportModel, words: Sequence[Wording]) -> Files:
    return {"report.pdf": pdf(document(model, words), Speaker(words), model.made_at)}


def _xlsx(model: ReportModel, words: Sequence[Wording]) -> Files:
    return {"report.xlsx": xlsx(model, Speaker(words))}


def _oscal(model: ReportModel, words: Sequence[Wording]) -> Files:
    return oscal(model, Speaker(words))


FORMATS: Mapping[str, Callable[[ReportModel, Sequence[Wording]], Files]] = {
    "pdf": _pdf,
    "html": _html,
    "xlsx": _xlsx,
    "json": _json,
    "oscal": _oscal,
}
"""By name: what makes the files of a format. `json` is the model itself, from which all others are made."""


def contents(
    model: ReportModel, words: Sequence[Wording], evidence: Mapping[str, bytes], formats: Collection[str]
) -> Files:
    """Every file of the bundle but the manifest; the model and the evidence are always there. Raises NoFonts."""
    files = {**evidence, "verify.py": VERIFIER.read_bytes(), **_json(model, words)}
    for name in FORMATS:
        if name in formats:
            files |= FORMATS[name](model, words)
    return dict(sorted(files.items()))


class Bundled(Protocol):
    """What a manifest says of its bundle: id, when it was made (ns), root over its evidence."""

    @property
    def id(self) -> str: ...
    @property
    def made_at(self) -> int: ...
    @property
    def root(self) -> str: ...


def manifest(model: Bundled, files: Mapping[str, bytes]) -> bytes:
    """The list of all files with their hashes: what is signed."""
    entries = [
        {"path": path, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        for path, data in sorted(files.items())
    ]
    return canonical(
        {
            "schema": MANIFEST_SCHEMA,
            "report": model.id,
            "made_at": time_text(model.made_at),
            "evidence_root": model.root,
            "files": entries,
        }
    )


def packed(files: Mapping[str, bytes], listing: bytes, signer: SigningKey | None = None) -> bytes:
    """The bundle as ZIP, signed when there is a key."""
    every = {**files, MANIFEST: listing}
    if signer:
        every |= {SIGNATURE: signer.sign(listing), SIGNER: signer.public.pem}
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path, data in sorted(every.items()):
            entry = zipfile.ZipInfo(path, EPOCH_OF_ZIP)
            entry.compress_type = zipfile.ZIP_STORED if path.endswith((".pdf", ".xlsx")) else zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, data)
    return out.getvalue()
