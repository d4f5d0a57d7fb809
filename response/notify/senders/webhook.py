"""Standard Webhooks: signed POST requests that follow no redirect and lead to no forbidden address."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

import httpx

from detection.sigma.model import Step
from detection.sigma.reading import Reading
from detection.sigma.wrong import Parameter, wrong
from detection.site import Network
from detection.site_values import SiteValues
from response.notify.addresses import resolved
from response.notify.formats.lines import one_line
from response.notify.formats.webhook import body_of, headers, key_of
from response.notify.sender import Letter, Receipt, Sender, Surroundings, Undelivered
from response.notify.wire import read_seconds
from response.times import SECOND

KEYS = ("url", "secrets", "ca", "allow", "seconds")
ANSWER_MOST, ANSWER_SHOWN = 16_384, 200
"""Bytes of an answer that are read, letters that are shown."""
PORTS = {"http": 80, "https": 443}
WORTH_RETRYING = (408, 425, 429)
"""Answers of the 4xx kind that mean: later."""


@dataclass(frozen=True)
class Options:
    """Where to, and the keys: each gives a signature. `allow` are networks that may be led to all the same."""

    url: str = field(repr=False)
    keys: tuple[bytes, ...] = field(repr=False)
    ca: str | None = None
    allow: tuple[Network, ...] = ()
    seconds: float = 5.0

    def shown(self) -> str:
        """Scheme, host and port: the rest of an address is often a secret."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{_host(parts)}{f':{parts.port}' if parts.port else ''}"


def read(reading: Reading, at: tuple[Step, ...]) -> Options:
    """The options of a channel of this kind."""
    url = reading.text(*at, "url")
    if url and not _usable(url):
        reading.complain((*at, "url"), wrong("not_webhook_address"))
    keys = []
    for number, secret in enumerate(reading.words(*at, "secrets")):
        key = key_of(secret)
        if key is None:
            reading.complain((*at, "secrets", number), wrong("not_webhook_secret", number=number + 1))
        else:
            keys.append(key)
    allow = SiteValues(reading).networks(*at, "allow")
    ca = reading.text(*at, "ca", required=False) or None
    return Options(url, tuple(keys), ca, allow, read_seconds(reading, at))


def send(options: Options, letter: Letter, around: Surroundings) -> Receipt:
    """Posts the letter. Only an answer 200 to 299 counts as delivered (specification, section on delivery)."""
    parts = urlsplit(options.url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    address = resolved(host, port, options.allow)
    content = body_of(letter)
    sent_headers = headers(options.keys, letter.id, around.now // SECOND, content) | {
        "content-type": "application/json; charset=utf-8",
        "user-agent": f"bittern/{around.version}",
        "host": _host(parts) if port == PORTS[parts.scheme] else f"{_host(parts)}:{port}",
    }
    try:
        # The connection goes to the address that was looked at, whatever the name leads to a moment later.
        target = httpx.URL(options.url).copy_with(host=address, port=port)
        with httpx.Client(verify=_context(options), timeout=options.seconds, trust_env=False) as client:
            request = client.build_request(
                "POST", target, content=content, headers=sent_headers, extensions={"sni_hostname": host}
            )
            return _answer(client, request)
    except httpx.TimeoutException:
        raise Undelivered("no_answer", {"host": host, "port": port}) from None
    except httpx.ConnectError as error:
        raise _unconnected(error, host, port) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Undelivered("http", {"host": host, "why": type(error).__name__}) from None


def _answer(client: httpx.Client, request: httpx.Request) -> Receipt:
    response = client.send(request, stream=True, follow_redirects=False)
    try:
        text = _beginning(response)
    finally:
        response.close()
    said: dict[str, Parameter] = {"status": response.status_code, "text": text}
    if response.is_success:
        return Receipt("answered", said)
    if response.is_redirect:
        raise Undelivered("redirected", {"status": response.status_code}, lasting=True)
    lasting = response.is_client_error and response.status_code not in WORTH_RETRYING
    raise Undelivered("refused", said, lasting=lasting, patience=_patience(response))


def _beginning(response: httpx.Response) -> str:
    """The beginning of an answer on one line; a longer one is not read on."""
    data = b""
    for part in response.iter_raw(4096):
        data += part
        if len(data) >= ANSWER_MOST:
            break
    if response.headers.get("content-encoding"):
        return ""
    return one_line(data[:ANSWER_MOST].decode("utf-8", "replace"))[:ANSWER_SHOWN]


def _patience(response: httpx.Response) -> int:
    """Retry-After in seconds (RFC 9110, 10.2.3) as ns; its other form, a date, is not asked for by anyone here."""
    asked = response.headers.get("retry-after", "")
    return int(asked) * SECOND if asked.isascii() and asked.isdigit() and len(asked) < 6 else 0


def _unconnected(error: httpx.ConnectError, host: str, port: int) -> Undelivered:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Undelivered("certificate", {"host": host, "why": cause.verify_message})
        if isinstance(cause, ssl.SSLError):
            return Undelivered("tls", {"host": host, "why": cause.reason or type(cause).__name__})
        if isinstance(cause, OSError) and cause.errno:
            told: dict[str, Parameter] = {"host": host, "port": port, "errno": cause.errno}
            return Undelivered("connection", told | {"message": cause.strerror or ""})
        cause = cause.__cause__ or cause.__context__
    return Undelivered("http", {"host": host, "why": type(error).__name__})


def _context(options: Options) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=options.ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return f"[{host}]" if ":" in host else host


def _usable(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = not parts.username and not parts.password and not parts.fragment
    return parts.scheme in PORTS and bool(parts.hostname) and plain and port != 0


SENDER = Sender("webhook", KEYS, ("url", "secrets"), read, Options.shown, send)
