"""Makes a bundle of files and folders: one ZIP with fixed times and order: the same input gives the same bytes."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from api.content.manifest import (
    BASELINE,
    KEYS,
    MANIFEST,
    PROOFS,
    RULES,
    SIGNATURE,
    SITE,
    SITE_FILE,
    Manifest,
    Part,
    read_manifest,
    wrong_path,
)
from api.content.site_lists import site_lists
from api.content.trouble import bad
from response.reports.signing import SigningKey

EPOCH_OF_ZIP = (1980, 1, 1, 0, 0, 0)
RULE_ENDINGS = (".yml", ".yaml")
CAPTURE_ENDINGS = (".pcap", ".pcapng", ".cap", ".yml")


@dataclass(frozen=True)
class Sources:
    """Where the parts come from. `rules` and `proofs` are folders or files, `site` a file whose lists lie beside it,
    `baselines` folders or files, `keys` public keys that are to be trusted while this content is in force."""

    rules: Sequence[Path] = ()
    proofs: Sequence[Path] = ()
    site: Path | None = None
    baselines: Sequence[Path] = ()
    keys: Sequence[Path] = ()

    def files(self) -> dict[str, bytes]:
        """Every part by its path in the bundle, in order. Raises OSError; BadContent for a path that cannot be there,
        or that two sources give."""
        found: dict[str, bytes] = {}
        for path, file in self._places():
            if (code := wrong_path(path)) is not None:
                raise bad(code, path=path)
            if path in found:
                raise bad("twice", path=path, file=str(file))
            found[path] = file.read_bytes()
        return dict(sorted(found.items()))

    def _places(self) -> Iterator[tuple[str, Path]]:
        yield from _below(RULES, self.rules, RULE_ENDINGS)
        yield from _below(PROOFS, self.proofs, CAPTURE_ENDINGS)
        if self.site is not None:
            yield SITE_FILE, self.site
            for name in sorted(set(site_lists(self.site.name, self.site.read_text(encoding="utf-8")))):
                yield f"{SITE}/{name}", self.site.parent / name
        yield from _below(BASELINE, self.baselines, (".yml",))
        yield from _below(KEYS, self.keys, (".pub",))


def manifest_of(files: dict[str, bytes], about: Manifest) -> Manifest:
    """The manifest `about` with these files as its parts, checked. Raises BadContent."""
    parts = tuple(Part(path, hashlib.sha256(data).hexdigest(), len(data)) for path, data in sorted(files.items()))
    return read_manifest(
        Manifest(
            about.name, about.version, about.made_at, parts, about.expires, about.sensors, about.bittern,
            about.with_shipped,
        ).octets()
    )  # fmt: skip


def pack(files: dict[str, bytes], manifest: Manifest, signer: SigningKey) -> bytes:
    """The bundle, signed."""
    listing = manifest.octets()
    every = {MANIFEST: listing, SIGNATURE: signer.sign(listing), **files}
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path, data in every.items():
            entry = zipfile.ZipInfo(path, EPOCH_OF_ZIP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, data)
    return out.getvalue()


def _below(kind: str, sources: Sequence[Path], endings: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    """Files of folders, with the way to them; hidden ones are passed over."""
    for source in sources:
        if not source.is_dir():
            yield f"{kind}/{source.name}", source
            continue
        for file in sorted(source.rglob("*")):
            way = file.relative_to(source)
            if file.is_file() and file.suffix in endings and not any(step.startswith(".") for step in way.parts):
                yield f"{kind}/{way.as_posix()}", file
