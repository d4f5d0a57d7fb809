"""Ed25519 keys that sign reports, as files: `NAME.key` (PKCS 8, only for its owner), `NAME.pub`. A signature is the 64
bytes over the manifest as it lies in the bundle, so that OpenSSL can check it too."""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
KEYS = "keys"
"""The folder of keys, below the data folder."""
SECRET = 0o600
OPEN = 0o644


class KeyTrouble(Exception):
    """A key that cannot be used. `reason` is name, exists, absent, no_key, needs_password, wrong_password or exposed;
    `about` is its name or file."""

    def __init__(self, reason: str, about: str) -> None:
        super().__init__(f"{reason}: {about}")
        self.reason, self.about = reason, about


@dataclass(frozen=True)
class PublicKey:
    """A key that checks signatures. `name` is that of its file, "" where it came with a bundle."""

    name: str
    key: Ed25519PublicKey

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the 32 bytes of the key, in hexadecimal: what people compare."""
        return hashlib.sha256(self.key.public_bytes_raw()).hexdigest()

    @property
    def pem(self) -> bytes:
        """SubjectPublicKeyInfo as PEM."""
        encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        return self.key.public_bytes(encoding, form)

    def signed(self, data: bytes, signature: bytes) -> bool:
        """Whether this key made the signature over the data."""
        try:
            self.key.verify(signature, data)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """A key that signs."""

    public: PublicKey
    key: Ed25519PrivateKey

    def sign(self, data: bytes) -> bytes:
        """The 64 bytes of the signature: the same data give the same."""
        return self.key.sign(data)


class KeyFolder:
    """A folder of keys. Every method may raise KeyTrouble, OSError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, name: str, seed: bytes, password: bytes | None = None) -> PublicKey:
        """A new pair from 32 random bytes. A key is never written over."""
        private = Ed25519PrivateKey.from_private_bytes(seed)
        public = PublicKey(self._checked(name), private.public_key())
        how = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
        pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._public(name).exists():
            raise KeyTrouble("exists", name)
        try:
            _appear(self._private(name), pem, SECRET)
        except FileExistsError:
            raise KeyTrouble("exists", name) from None
        _appear(self._public(name), public.pem, OPEN)
        return public

    def names(self) -> list[str]:
        """The keys in the folder, those too that only check."""
        return sorted(path.stem for path in self.folder.glob("*.pub"))

    def public(self, name: str) -> PublicKey:
        """The key that checks what `name` signed."""
        path = self._public(self._checked(name))
        if not path.is_file():
            raise KeyTrouble("absent", name)
        return PublicKey(name, read_public(path.read_bytes(), str(path)).key)

    def publics(self) -> list[PublicKey]:
        """All of them, by name."""
        return [self.public(name) for name in self.names()]

    def signs(self, name: str) -> bool:
        """Whether the secret half is here too."""
        return self._private(self._checked(name)).is_file()

    def locked(self, name: str) -> bool:
        """Whether the secret half is encrypted."""
        return b"ENCRYPTED" in self._private(self._checked(name)).read_bytes().splitlines()[0]

    def private(self, name: str, password: bytes | None = None) -> SigningKey:
        """The key that signs. One that others may read is refused."""
        path = self._private(self._checked(name))
        if not path.is_file():
            raise KeyTrouble("absent", name)
        if path.stat().st_mode & 0o077:
            raise KeyTrouble("exposed", str(path))
        locked = self.locked(name)
        if locked and not password:
            raise KeyTrouble("needs_password", name)
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), password if locked else None)
        except ValueError:
            raise KeyTrouble("wrong_password" if locked else "no_key", str(path)) from None
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyTrouble("no_key", str(path))
        public = PublicKey(name, key.public_key())
        if not self._public(name).exists():  # whoever made the pair was killed between its halves
            with suppress(FileExistsError):
                _appear(self._public(name), public.pem, OPEN)
        return SigningKey(public, key)

    def _private(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    def _public(self, name: str) -> Path:
        return self.folder / f"{name}.pub"

    @staticmethod
    def _checked(name: str) -> str:
        if not NAME.fullmatch(name):
            raise KeyTrouble("name", name)
        return name


def _appear(path: Path, data: bytes, mode: int) -> None:
    """Writes a new file that is there whole or not at all. Raises FileExistsError."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(part, path)
    finally:
        part.unlink()


def read_public(pem: bytes, about: str) -> PublicKey:
    """The key in a PEM file. Raises KeyTrouble."""
    try:
        key = serialization.load_pem_public_key(pem)
    except ValueError:
        raise KeyTrouble("no_key", about) from None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyTrouble("no_key", about)
    return PublicKey("", key)
