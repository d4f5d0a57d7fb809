"""Bundles of content as tests want them: a rule with its proof, signed by a key of the test."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.content.checking import Checks
from api.content.folder import ContentFolder
from api.content.knowledge import read_knowledge
from api.content.manifest import Manifest
from api.content.packing import manifest_of, pack
from api.content.receiving import Receiver
from api.content.trouble import BadContent, Trouble
from response.reports.signing import PublicKey, SigningKey
from tests.needs import PROJECT

RULES, PROOFS = PROJECT / "rules" / "detection", PROJECT / "rules" / "proofs"
WRITE = (RULES / "modbus" / "MB01.yml").read_bytes()
SITE = (PROOFS / "site.yml").read_bytes()
NOW = 1_800_000_000 * 10**9
DAY = 86_400 * 10**9


def signing_key(number: int = 1, name: str = "plant") -> SigningKey:
    """The same key for the same number."""
    key = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    return SigningKey(PublicKey(name, key.public_key()), key)


KEY = signing_key()
TRUSTED = [KEY.public]


@dataclass(frozen=True)
class About:
    """What a bundle of a test says of itself."""

    name: str = "plant"
    version: int = 1
    expires: int | None = NOW + DAY
    sensors: tuple[str, ...] = ()
    bittern: str = "0.1"
    with_shipped: bool = False


def files(**more: bytes) -> dict[str, bytes]:
    """One rule, and more parts: `site__site_yml` is no name, so paths come as keywords of a dict."""
    return {"rules/MB01.yml": WRITE, **more}


def bundle(parts: dict[str, bytes] | None = None, key: SigningKey = KEY, about: About = About()) -> bytes:
    """A bundle that holds, unless its parts do not."""
    found = files() if parts is None else parts
    manifest = manifest_of(
        found,
        Manifest(about.name, about.version, NOW, (), about.expires, about.sensors, about.bittern, about.with_shipped),
    )
    return pack(found, manifest, key)


def rewritten(data: bytes, **changes: bytes | None) -> dict[str, bytes]:
    """The files of a bundle, some of them changed; None takes one out."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        found: dict[str, bytes | None] = {name: archive.read(name) for name in archive.namelist()}
    found |= changes
    return {name: content for name, content in found.items() if content is not None}


def zipped(found: dict[str, bytes], attributes: dict[str, int] | None = None) -> bytes:
    """A ZIP of these files, whatever they are called."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in found.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (attributes or {}).get(name, 0o100644 << 16)
            archive.writestr(entry, content)
    return out.getvalue()


def reads(folder: Path, manifest: Manifest) -> list[Trouble]:
    """Checks without proofs, which take most of the time."""
    try:
        read_knowledge(folder, manifest)
    except BadContent as error:
        return list(error.troubles)
    return []


@dataclass
class Machine:
    """A machine with a folder of content, at a time that tests set; with `proves` the proofs of rules run."""

    root: Path
    sensor: str | None = None
    now: int = NOW
    proves: bool = False
    keys: list[PublicKey] = field(default_factory=lambda: list(TRUSTED))

    @property
    def folder(self) -> ContentFolder:
        return ContentFolder(self.root, self.keys)

    @property
    def receiver(self) -> Receiver:
        return Receiver(self.folder, self.sensor, Checks() if self.proves else reads)

    def take(self, data: bytes) -> str | None:
        """The label of what is in force by it, None when it was already."""
        taken = self.receiver.take(data, self.now)
        return taken.label if taken else None

    @property
    def in_force(self) -> str | None:
        """The label of what is in force."""
        name = self.folder.state.current
        return self.folder.manifest(name).label if name else None
