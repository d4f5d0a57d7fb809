"""CEF in syslog lines over UDP, TCP or TLS: what older SIEMs take."""

from __future__ import annotations

from response.notify.formats.cef import cef_message
from response.notify.sender import Letter, Receipt, Sender, Surroundings
from response.notify.wire import KEYS, Line, read_line, sent


def send(line: Line, letter: Letter, around: Surroundings) -> Receipt:
    """Hands the letter to the receiver."""
    return sent(line, cef_message(letter, around, line.facility, line.most))


SENDER = Sender("cef", KEYS, (), read_line, Line.shown, send)
