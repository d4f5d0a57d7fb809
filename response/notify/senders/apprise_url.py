"""Everything that Apprise reaches by an address of its own: mail, WeCom, DingTalk, Feishu, Teams and many more."""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

from detection.sigma.model import Step
from detection.sigma.reading import Reading
from detection.sigma.wrong import wrong
from response.notify.formats.lines import one_line
from response.notify.sender import Letter, Receipt, Sender, Surroundings, Undelivered
from response.notify.wire import read_seconds

if TYPE_CHECKING:
    import apprise

KEYS = ("url", "seconds")
ELSEWHERE = {
    "webhook": ("json", "jsons", "xml", "xmls", "form", "forms", "apprise", "apprises"),
    "syslog": ("rsyslog", "syslog"),
}
"""Kinds of ours that do the same signed, guarded or with structured data."""
LOCAL = ("dbus", "glib", "gnome", "kde", "qt", "macosx", "windows", "blink1")
"""What shows something on the screen of the machine that the program runs on: nobody sits there."""
SAID_MOST = 200
TOLD = ("WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True)
class Options:
    """The whole address is a secret: a token or a password stands in it."""

    url: str = field(repr=False)
    schema: str
    host: str
    seconds: float = 10.0

    def shown(self) -> str:
        """The schema; for mail the server too, which is no secret."""
        return f"{self.schema}://{self.host or '***'}"


def read(reading: Reading, at: tuple[Step, ...]) -> Options:
    """The options of a channel of this kind."""
    url = reading.text(*at, "url")
    schema = url.partition("://")[0].lower() if "://" in url else ""
    host = ""
    if url:
        better = next((kind for kind, schemas in ELSEWHERE.items() if schema in schemas), None)
        if better is not None:
            reading.complain((*at, "url"), wrong("apprise_elsewhere", schema=schema, type=better))
        elif schema in LOCAL:
            reading.complain((*at, "url"), wrong("apprise_local", schema=schema))
        else:
            plugin = _plugin(url, 10.0)
            if plugin is None:
                reading.complain((*at, "url"), wrong("not_apprise"))
            elif _is_mail(plugin):
                host = str(plugin.smtp_host or plugin.host)
    return Options(url, schema, host, read_seconds(reading, at, 10.0))


def send(options: Options, letter: Letter, around: Surroundings) -> Receipt:
    """Sends the letter in plain text. Apprise cannot tell a lasting failure from one that passes."""
    plugin = _plugin(options.url, options.seconds)
    if plugin is None:
        raise Undelivered("not_apprise", lasting=True)
    if _is_mail(plugin):
        plugin.headers |= {"X-Bittern-Message": letter.id, "Auto-Submitted": "auto-generated"}
    library = _library()
    service = library.Apprise(asset=_asset())
    service.add(plugin)
    text = f"{letter.text}\n\n{letter.link}" if letter.link else letter.text
    result = service.notify(
        body=text,
        title=letter.subject,
        notify_type=library.NotifyType.WARNING if letter.severity else library.NotifyType.INFO,
        body_format=library.NotifyFormat.TEXT,
        log_level=logging.DEBUG,
    )
    if not result:
        raise Undelivered("apprise", {"service": str(plugin.service_name), "why": _said(result)})
    return Receipt("accepted", {"service": str(plugin.service_name)})


def _plugin(url: str, seconds: float) -> Any:
    """Apprise's own sender for an address, without its traces on disk and with our patience."""
    library = _library()
    plugin = library.Apprise.instantiate(url, asset=_asset(), suppress_exceptions=True)
    if not isinstance(plugin, library.NotifyBase):
        return None
    plugin.socket_connect_timeout = plugin.socket_read_timeout = seconds
    return plugin


@cache
def _library() -> ModuleType:
    """Apprise, loaded when it is first needed: it takes a third of a second."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its mail plugin loads imghdr, which goes in Python 3.13
        import apprise
        import apprise.plugins.email
    # It tells parts of an address when it fails; what it says is taken from its result and scrubbed instead.
    logging.getLogger("apprise").propagate = False
    logging.getLogger("apprise").addHandler(logging.NullHandler())
    return apprise


def _is_mail(plugin: Any) -> bool:
    return isinstance(plugin, _library().plugins.email.NotifyEmail)


def _asset() -> apprise.AppriseAsset:
    library = _library()
    asset: apprise.AppriseAsset = library.AppriseAsset(
        app_id="Bittern",
        app_desc="Bittern",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        secure_logging=True,
        storage_mode=library.PersistentStoreMode.MEMORY,
    )
    return asset


def _said(result: apprise.AppriseResult) -> str:
    """What went wrong in Apprise's words, which the outbox scrubs; what the server said is among its details."""
    lines = [str(entry.message) for entry in result.logs() if entry.level in TOLD or "Exception" in str(entry.message)]
    return one_line("; ".join(lines))[:SAID_MOST]


SENDER = Sender("apprise", KEYS, ("url",), read, Options.shown, send)
