"""What can go wrong with a store: one small tree, each error with a code, a reason and parameters.

The command line maps `StoreError` to exit code 6; the API to problem+json. Both render it in the reader's language,
from `store_error.<code>` and `store_reason.<reason>` of the catalogue.
"""

from __future__ import annotations

from typing import ClassVar

from detection.sigma.wrong import Parameter


class StoreError(Exception):
    """What went wrong with a store: its code, `where`, and why: the code of a `reason` with its parameters."""

    code: ClassVar[str] = "store.failed"

    def __init__(self, where: str, reason: str, /, **parameters: Parameter) -> None:
        self.where = where
        self.reason = reason
        self.parameters = parameters
        shown = ", ".join(f"{name}={value!r}" for name, value in parameters.items())
        super().__init__(f"{self.code}: {where}: {reason}({shown})")


class Unreachable(StoreError):
    """No answer from the store."""

    code = "store.unreachable"


class Overloaded(Unreachable):
    """The store has too much to do."""

    code = "store.overloaded"


class Denied(StoreError):
    """The store refuses this user."""

    code = "store.denied"


class ReadOnly(StoreError):
    """The store cannot be written."""

    code = "store.read_only"


class Full(StoreError):
    """The store is full; nothing was lost."""

    code = "store.full"


class Busy(StoreError):
    """Another process holds the store."""

    code = "store.busy"


class Conflict(StoreError):
    """Somebody changed it meanwhile."""

    code = "store.conflict"


class NotFound(StoreError):
    """The store has no such record."""

    code = "store.not_found"


class Invalid(StoreError):
    """The store cannot do what is asked."""

    code = "store.invalid"


class WrongSchema(StoreError):
    """The store was written by another version of the program."""

    code = "store.wrong_schema"


class Damaged(StoreError):
    """The store is damaged."""

    code = "store.damaged"


class BadUrl(StoreError):
    """This is not the address of a store."""

    code = "store.bad_url"
