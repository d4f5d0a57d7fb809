"""A sign-in on its way: what the browser carries to the issuer and back, so that it comes back to the same browser, in
time, and once. Any API process of the installation knows its own tickets: they are made with one key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

from api.problems import Problem

OPEN_FOR = 600
"""Seconds that a sign-in may take."""
HOME = "/"
LONGEST = 1024
PLACE = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@%-][A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?", re.ASCII)
"""A place of the console: a path (RFC 3986 §3.3) and its query, without a host and what browsers read as one."""


@dataclass(frozen=True)
class Ticket:
    """`state` names the sign-in; `until` s since the epoch; `place` where the person wanted to go."""

    state: str
    until: int
    place: str
    key: bytes

    @property
    def verifier(self) -> str:
        """RFC 7636 §4.1: 43 letters that only we know."""
        return self._derived("verifier")

    @property
    def challenge(self) -> str:
        """RFC 7636 §4.2, S256."""
        return _text(hashlib.sha256(self.verifier.encode()).digest())

    @property
    def nonce(self) -> str:
        """What the ID token must carry."""
        return self._derived("nonce")

    @property
    def cookie(self) -> str:
        """The ticket as the browser keeps it."""
        place = _text(self.place.encode())
        return f"{self.state}.{self.until}.{place}.{self._derived(f'cookie {self.until} {place}')}"

    def _derived(self, use: str) -> str:
        return _text(hmac.digest(self.key, f"{self.state} {use}".encode(), "sha256"))


def returned(cookie: str, state: str, now: int, key: bytes) -> Ticket:
    """The ticket in a cookie, when it is ours, of this state and still open at `now` (s). Raises Problem."""
    parts = cookie.split(".")
    if len(parts) == 4 and parts[1].isascii() and parts[1].isdigit() and len(parts[1]) < 19:
        ticket = Ticket(parts[0], int(parts[1]), _place_in(parts[2]), key)
        ours = hmac.compare_digest(ticket.cookie.encode(), cookie.encode())
        if ours and hmac.compare_digest(ticket.state.encode(), state.encode()) and now <= ticket.until:
            return ticket
    raise Problem(403, "oidc_state")


def safe_place(given: str) -> str:
    """The place asked for when it is one of the console, else its first screen."""
    harmless = len(given) <= LONGEST and "//" not in given and ".." not in given and not given.startswith("/api/")
    return given if harmless and PLACE.fullmatch(given) else HOME


def _place_in(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except ValueError:
        return HOME


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
