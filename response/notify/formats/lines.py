"""Text made fit for one line, and cut without breaking a letter."""

from __future__ import annotations

from detection.sigma.text import UNSAFE


def one_line(text: str) -> str:
    """`text` on one line: lines are joined by a space, other control characters become U+FFFD."""
    joined = " ".join(part.strip() for part in text.splitlines() if part.strip())
    return UNSAFE.sub("\N{REPLACEMENT CHARACTER}", joined)


def clean(text: str) -> str:
    """`text` with its lines, other control characters made U+FFFD."""
    return "\n".join(UNSAFE.sub("\N{REPLACEMENT CHARACTER}", line) for line in text.splitlines())


def cut_bytes(data: bytes, most: int) -> bytes:
    """At most `most` bytes of UTF-8, ending with a whole character."""
    if len(data) <= most:
        return data
    return data[:most].decode("utf-8", "ignore").encode()
