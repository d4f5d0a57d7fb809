"""One message over TLS, and how the receiver ended the connection.

By memory and not by Python's own TLS socket: OpenSSL's shutdown takes a fatal alert for a proper end, so that a
receiver which wants a certificate of ours (RFC 8446 §4.4.2.4: told after the handshake has ended here) would seem to
have got what it refused.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Literal, TypeVar

Result = TypeVar("Result")
End = Literal["closed", "handed_over"]
CHUNK = 16_384


def send_encrypted(
    plain: socket.socket, context: ssl.SSLContext, host: str, message: bytes, seconds: float, closing: float
) -> End:
    """Shakes hands, sends and ends our side, all of it within `seconds`. `closing` is how many seconds the receiver
    then gets to end its own: "closed" when it did so, "handed_over" when it just went, goes on talking or says nothing.
    Raises ssl.SSLError with what it refused, TimeoutError, OSError.
    """
    line = _Encrypted(plain, context, host, time.monotonic() + seconds)
    line.turn(line.tls.do_handshake)
    try:
        line.turn(lambda: line.tls.write(message))
        line.say_end()
    except (BrokenPipeError, ConnectionResetError):
        line.hear_why()
        raise
    return line.hear_end(closing)


class _Encrypted:
    """A receiver that drips, or never stops, holds nobody longer than until `deadline` (s of the monotonic clock)."""

    def __init__(self, plain: socket.socket, context: ssl.SSLContext, host: str, deadline: float) -> None:
        self._plain, self._deadline = plain, deadline
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._in, self._out, server_hostname=host)

    def turn(self, act: Callable[[], Result]) -> Result:
        """Does `act`, moving bytes for it as long as it wants any."""
        while True:
            try:
                result = act()
            except ssl.SSLWantReadError:
                self._flush()
                self._hear()
            else:
                self._flush()
                return result

    def say_end(self) -> None:
        """Says that nothing more comes. What the receiver says is not looked at: here it would be misread."""
        with suppress(ssl.SSLWantReadError):
            self.tls.unwrap()
        self._flush()

    def hear_end(self, seconds: float) -> End:
        """How the receiver ends, within `seconds`."""
        self._deadline = time.monotonic() + seconds
        try:
            while self.turn(lambda: self.tls.read(CHUNK)):
                pass
            return "closed"
        except ssl.SSLZeroReturnError:
            return "closed"
        except (TimeoutError, ssl.SSLEOFError):
            return "handed_over"

    def hear_why(self) -> None:
        """What the receiver said before it went away: raises it, if it is an alert."""
        try:
            while self.turn(lambda: self.tls.read(CHUNK)):
                pass
        except (OSError, ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
            if isinstance(error, ssl.SSLError) and not isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
                raise

    def _flush(self) -> None:
        if self._out.pending:
            self._plain.sendall(self._out.read())

    def _hear(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._plain.settimeout(left)
        heard = self._plain.recv(CHUNK)
        if heard:
            self._in.write(heard)
        else:
            self._in.write_eof()
