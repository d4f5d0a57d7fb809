"""Passwords as argon2id (RFC 9106, second recommended setting: 64 MiB, three passes), and secrets that are random."""

from __future__ import annotations

import hashlib
import hmac

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from response.store_errors import Invalid

SHORTEST, LONGEST = 12, 256
"""Letters of a password: long rather than strange (NIST SP 800-63B §5.1.1); the longest bounds the work."""

_hasher = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4)
_OF_NOBODY = _hasher.hash("the password of an account that there is not")


def hashed(password: str, *names: str) -> str:
    """The password as it is kept. Raises Invalid when it is too short, too long, or one of the account's `names`."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid("password", "password_length", shortest=SHORTEST, longest=LONGEST)
    if password.casefold() in {name.casefold() for name in names} or len(set(password)) < 4:
        raise Invalid("password", "password_weak")
    return _hasher.hash(password)


def is_right(kept: str | None, password: str) -> bool:
    """Whether the password is the kept one. An account without one takes as long, so that nobody learns who is here."""
    try:
        _hasher.verify(kept or _OF_NOBODY, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_stale(kept: str) -> bool:
    """Whether a kept password was hashed with weaker settings than today's."""
    return _hasher.check_needs_rehash(kept)


def digest(secret: str) -> str:
    """A random secret (session, token, one-time) as it is kept: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_same(one: str, other: str) -> bool:
    """Compares secrets in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())
