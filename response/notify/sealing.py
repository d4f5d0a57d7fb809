"""Secrets in the text of settings: sealed where the text is kept, masked where it is shown, open only for senders.

A secret is a scalar under one of the keys that senders call secret. The rest of the text, comments too, stays as it was
written. A mask that comes back from a form stands for the secret that it was shown for.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

import yaml
from cryptography.fernet import Fernet, InvalidToken

from detection.sigma.document import LOADER, read_documents
from response.notify.senders import SENDERS

SECRET_KEYS = frozenset(key for sender in SENDERS for key in sender.secret)
MARK = "sealed:"
MASK = re.compile(r"(?:[A-Za-z0-9+.-]+://)?\*\*\*#([0-9a-f]{8})")
KEY_BYTES = 32
MAIL, WEB = ("mailto", "mailtos"), ("http", "https")
PASSWORD = re.compile(r"(?:^|&)pass(?:word)?=([^&]+)")
SHORTEST = 6


class UnknownMask(ValueError):
    """A mask in the text that stands for no secret kept; `line` from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}: no secret is kept for this mask")
        self.line = line


class SealBroken(ValueError):
    """A sealed secret that this key does not open."""


class Seal:
    """Seals secrets with one key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("a key has 32 bytes")
        self._key = key
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def __repr__(self) -> str:
        return "Seal(***)"

    def close(self, secret: str) -> str:
        """The sealed form of a secret."""
        return MARK + self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """The secret in a sealed form; text that is not sealed as it is. Raises SealBroken."""
        if not sealed.startswith(MARK):
            return sealed
        try:
            return self._fernet.decrypt(sealed.removeprefix(MARK).encode()).decode()
        except (InvalidToken, ValueError):
            raise SealBroken from None

    def derived(self, use: str) -> bytes:
        """Another key of 32 bytes that every process of the installation has too."""
        return hmac.digest(self._key, f"derived for {use}".encode(), "sha256")

    def mask(self, secret: str) -> str:
        """What is shown in the place of a secret: its scheme, and a fingerprint that only the key's owner can make."""
        digest = hmac.new(self._key, secret.encode(), hashlib.sha256).hexdigest()[:8]
        scheme = f"{secret.partition('://')[0]}://" if "://" in secret else ""
        return f"{scheme}***#{digest}"


@dataclass(frozen=True)
class _Place:
    """Where a secret stands in the text."""

    begin: int
    end: int
    line: int
    value: str


def sealed_text(text: str, seal: Seal, before: str = "") -> str:
    """The text as it is kept: every secret sealed; a mask gets the secret that the text `before` had for it. A text
    that cannot be read is not kept by anyone: it comes back as it is. Raises UnknownMask."""
    known = {
        seal.mask(secret): place.value for place in _places(before) if (secret := _opened(seal, place)) is not None
    }

    def kept(place: _Place) -> str:
        if place.value.startswith(MARK):
            return place.value
        if MASK.fullmatch(place.value):
            if place.value not in known:
                raise UnknownMask(place.line)
            return known[place.value]
        return seal.close(place.value)

    return _replaced(text, kept)


def shown_text(text: str, seal: Seal) -> str:
    """The text as people see it: every secret masked. A secret that the key does not open is shown as `***`."""
    return _replaced(text, lambda place: "***" if (s := _opened(seal, place)) is None else seal.mask(s))


def open_text(text: str, seal: Seal | None) -> str:
    """The text with its secrets, for reading. What no key opens stays sealed, and the reader complains of it."""
    if seal is None:
        return text
    return _replaced(text, lambda place: place.value if (s := _opened(seal, place)) is None else s)


def secret_parts(secret: str) -> tuple[str, ...]:
    """A secret and those parts of it that could be told alone: passwords and tokens in an address, as written and as
    meant. Parts under 6 letters are left: to blank them would only make errors unreadable."""
    scheme, _, rest = secret.partition("://")
    if scheme.lower() in MAIL:  # server and mail addresses are no secrets
        place, _, query = rest.partition("?")
        rest = "&".join([place.rpartition("@")[0].partition(":")[2], *PASSWORD.findall(query)])
    elif scheme.lower() in WEB:
        rest = rest.partition("/")[2]
    parts = re.split(r"[/:?&@=#,]+", rest if "://" in secret else secret)
    found = [each for part in parts for each in (part, unquote(part)) if len(each) >= SHORTEST]
    return tuple(dict.fromkeys((secret, *found)))


def _opened(seal: Seal, place: _Place) -> str | None:
    try:
        return seal.open(place.value)
    except SealBroken:
        return None


def _replaced(text: str, new: Callable[[_Place], str]) -> str:
    parts, done = [], 0
    for place in _places(text):
        parts += [text[done : place.begin], json.dumps(new(place), ensure_ascii=False)]
        done = place.end
    return "".join(parts) + text[done:]


def _places(text: str) -> Iterator[_Place]:
    """Every secret of a text that can be read, in order."""
    documents, issues = read_documents("", text)
    if issues or len(documents) != 1:
        return
    found = sorted(_secrets(yaml.compose(text, Loader=LOADER), ()), key=lambda node: node.start_mark.index)
    for node in found:
        begin, end = node.start_mark.index, node.end_mark.index
        blank = len(text[begin:end]) - len(text[begin:end].rstrip())  # a block scalar ends with its line
        yield _Place(begin, end - blank, node.start_mark.line + 1, str(node.value).strip())


def _secrets(node: yaml.Node | None, path: tuple[str, ...]) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _secrets(value, (*path, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _secrets(value, path)
    elif isinstance(node, yaml.ScalarNode) and len(path) == 2 and path[0] == "channels" and path[1] in SECRET_KEYS:
        yield node
