"""Reads the address of a store, and its secret, which never stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from response.store_errors import BadUrl

PASSWORD = "BITTERN_STORE_PASSWORD"
API_KEY = "BITTERN_STORE_API_KEY"
OPTIONS = ("prefix", "ca", "patience")
PREFIX_LETTERS = set("abcdefghijklmnopqrstuvwxyz0123456789-_.")
DEFAULT_PORT = 9200
DEFAULT_PATIENCE = 30.0


@dataclass(frozen=True)
class EmbeddedAddress:
    """A folder of this machine."""

    path: Path


@dataclass(frozen=True)
class ElasticAddress:
    """An Elasticsearch cluster: its nodes' addresses, the user and his password, or an API key; `prefix` of all index
    names; `ca` a file of trusted certificates; `patience` in seconds, how long a write waits for the cluster."""

    hosts: tuple[str, ...]
    prefix: str
    user: str | None
    password: str | None
    api_key: str | None
    ca: str | None
    patience: float

    @property
    def shown(self) -> str:
        """The address without any secret, for people."""
        return f"{','.join(self.hosts)}?prefix={self.prefix}"


def read_address(url: str, environment: Mapping[str, str]) -> EmbeddedAddress | ElasticAddress:
    """Read `embedded:PATH`, or `http(s)://[USER@]HOST[:PORT][,HOST…][?prefix=…&ca=…&patience=…]`.

    The secret comes from `BITTERN_STORE_PASSWORD` or `BITTERN_STORE_API_KEY` of the environment, or from the file that
    the same name with `_FILE` names. Raises BadUrl.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "embedded":
        if not rest:
            raise BadUrl(url, "no_folder")
        return EmbeddedAddress(Path(rest.removeprefix("//")).expanduser())
    if scheme not in ("http", "https"):
        raise BadUrl(_safe(url), "unknown_scheme")
    return _elastic(url, scheme, environment)


def _elastic(url: str, scheme: str, environment: Mapping[str, str]) -> ElasticAddress:
    # Several hosts are no URL by the standard, and urlsplit of newer Pythons refuses [::1] among them: cut by hand.
    authority, rest = _cut(url.partition("://")[2])
    user, _, hosts = authority.rpartition("@")
    parts = urlsplit(f"//host{rest}")
    if ":" in user:
        raise BadUrl(_safe(url), "password_in_address", variable=PASSWORD)
    if parts.path not in ("", "/") or parts.fragment:
        raise BadUrl(_safe(url), "path_after_host")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    for name in options:
        if name not in OPTIONS:
            raise BadUrl(url, "no_such_option", value=name, options=OPTIONS)
    password, api_key = _secret(environment, PASSWORD), _secret(environment, API_KEY)
    if user and password is None:
        raise BadUrl(url, "no_password", user=user, variable=PASSWORD)
    if user and api_key is not None:
        raise BadUrl(url, "user_and_key", variable=API_KEY)
    return ElasticAddress(
        hosts=tuple(_host(url, scheme, host) for host in hosts.split(",")),
        prefix=_prefix(url, options.get("prefix", "bittern")),
        user=user or None,
        password=password if user else None,
        api_key=api_key,
        ca=_certificates(url, scheme, options.get("ca")),
        patience=_patience(url, options.get("patience")),
    )


def _cut(text: str) -> tuple[str, str]:
    """What comes before the first of / ? #, and the rest."""
    end = min((text.index(mark) for mark in "/?#" if mark in text), default=len(text))
    return text[:end], text[end:]


def _host(url: str, scheme: str, host: str) -> str:
    try:
        parts = urlsplit(f"{scheme}://{host}")
        name, port = parts.hostname, parts.port or DEFAULT_PORT
    except ValueError as error:
        raise BadUrl(url, "not_a_host", value=host) from error
    if not name:
        raise BadUrl(url, "no_host")
    return f"{scheme}://[{name}]:{port}" if ":" in name else f"{scheme}://{name}:{port}"


def _prefix(url: str, prefix: str) -> str:
    if not prefix or not set(prefix) <= PREFIX_LETTERS or prefix[0] in "-_." or len(prefix) > 100:
        raise BadUrl(url, "bad_prefix", value=prefix)
    return prefix


def _certificates(url: str, scheme: str, path: str | None) -> str | None:
    if path is not None and scheme != "https":
        raise BadUrl(url, "ca_without_https")
    if path is not None and not Path(path).is_file():
        raise BadUrl(url, "no_certificates", path=path)
    return path


def _patience(url: str, text: str | None) -> float:
    try:
        seconds = DEFAULT_PATIENCE if text is None else float(text)
    except ValueError as error:
        raise BadUrl(url, "patience_no_number", value=text) from error
    if not 0 <= seconds < 86_400:
        raise BadUrl(url, "patience_out_of_range", value=text)
    return seconds


def _secret(environment: Mapping[str, str], name: str) -> str | None:
    if name in environment:
        return environment[name]
    file = environment.get(f"{name}_FILE")
    if file is None:
        return None
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except UnicodeDecodeError as error:
        raise BadUrl(f"{name}_FILE={file}", "secret_not_text", offset=error.start) from error
    except OSError as error:
        message = error.strerror or str(error)
        raise BadUrl(f"{name}_FILE={file}", "secret_unreadable", errno=error.errno or 0, message=message) from error


def _safe(url: str) -> str:
    before, at, after = url.rpartition("@")
    return f"{before.partition('://')[0]}://…@{after}" if at else url
