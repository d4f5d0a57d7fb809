"""Everything that Apprise reaches by an address of its own: mail, WeCom, DingTalk, Feishu, Teams and many more."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

import apprise
from apprise.plugins.email import NotifyEmail

from detection.sigma.model import Step
from detection.sigma.reading import Reading
from detection.sigma.wrong import wrong
from response.notify.formats.lines import one_line
from response.notify.sender import Letter, Receipt, Sender, Surroundings, Undelivered
from response.notify.wire import read_seconds

KEYS = ("url", "seconds")
ELSEWHERE = {
    "webhook": ("json", "jsons", "xml", "xmls", "form", "forms", "apprise", "apprises"),
    "syslog": ("rsyslog", "syslog"),
}
"""Kinds of ours that do the same signed, guarded or with structured data."""
LOCAL = ("dbus", "glib", "gnome", "kde", "qt", "macosx", "windows", "blink1")
"""What shows something on the screen of the machine that the program runs on: nobody sits there."""
SAID_MOST = 200

# Apprise tells parts of an address when it fails; what it says is taken from its result and scrubbed instead.
logging.getLogger("apprise").propagate = False
logging.getLogger("apprise").addHandler(logging.NullHandler())


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
            elif isinstance(plugin, NotifyEmail):
                host = str(plugin.smtp_host or plugin.host)
    return Options(url, schema, host, read_seconds(reading, at, 10.0))


def send(options: Options, letter: Letter, around: Surroundings) -> Receipt:
    """Sends the letter in plain text. Apprise cannot tell a lasting failure from one that passes."""
    plugin = _plugin(options.url, options.seconds)
    if plugin is None:
        raise Undelivered("not_apprise", lasting=True)
    if isinstance(plugin, NotifyEmail):
        plugin.headers |= {"X-Bittern-Message": letter.id, "Auto-Submitted": "auto-generated"}
    service = apprise.Apprise(asset=_asset())
    service.add(plugin)
    text = f"{letter.text}\n\n{letter.link}" if letter.link else letter.text
    result = service.notify(
        body=text,
        title=letter.subject,
        notify_type=apprise.NotifyType.WARNING if letter.severity else apprise.NotifyType.INFO,
        body_format=apprise.NotifyFormat.TEXT,
        log_level=logging.WARNING,
    )
    if not result:
        raise Undelivered("apprise", {"service": str(plugin.service_name), "why": _said(result)})
    return Receipt("accepted", {"service": str(plugin.service_name)})


def _plugin(url: str, seconds: float) -> apprise.NotifyBase | None:
    """Apprise's own sender for an address, without its traces on disk and with our patience."""
    plugin = apprise.Apprise.instantiate(url, asset=_asset(), suppress_exceptions=True)
    if not isinstance(plugin, apprise.NotifyBase):
        return None
    plugin.socket_connect_timeout = plugin.socket_read_timeout = seconds
    return plugin


def _asset() -> apprise.AppriseAsset:
    return apprise.AppriseAsset(
        app_id="Bittern",
        app_desc="Bittern",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        secure_logging=True,
        storage_mode=apprise.PersistentStoreMode.MEMORY,
    )


def _said(result: apprise.AppriseResult) -> str:
    """What went wrong in Apprise's words, which the outbox scrubs."""
    lines = [str(entry.message) for entry in result.logs()]
    return one_line("; ".join(lines))[:SAID_MOST]


SENDER = Sender("apprise", KEYS, ("url",), read, Options.shown, send)
