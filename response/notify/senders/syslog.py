"""Syslog with structured data (RFC 5424) over UDP (RFC 5426), TCP (RFC 6587) or TLS (RFC 5425)."""

from __future__ import annotations

from dataclasses import dataclass

from detection.sigma.model import Step
from detection.sigma.reading import Reading, dotted
from detection.sigma.wrong import wrong
from detection.site_values import SiteValues
from response.notify.formats.syslog import ENTERPRISE, syslog_message
from response.notify.sender import Letter, Receipt, Sender, Surroundings
from response.notify.wire import KEYS, Line, read_line, sent


@dataclass(frozen=True)
class Options:
    """Where lines go, and the enterprise number behind our name in structured data."""

    line: Line
    enterprise: int


def read(reading: Reading, at: tuple[Step, ...]) -> Options:
    """The options of a channel of this kind."""
    enterprise = SiteValues(reading).whole(*at, "enterprise")
    if enterprise is not None and not 0 < enterprise < 1 << 32:
        reading.complain(
            (*at, "enterprise"), wrong("not_enterprise", path=dotted((*at, "enterprise")), value=enterprise)
        )
    return Options(read_line(reading, at), ENTERPRISE if enterprise is None else enterprise)


def send(options: Options, letter: Letter, around: Surroundings) -> Receipt:
    """Hands the letter to the receiver."""
    line = options.line
    return sent(line, syslog_message(letter, around, line.facility, options.enterprise, line.most))


SENDER = Sender("syslog", (*KEYS, "enterprise"), (), read, lambda options: options.line.shown(), send)
