"""What can go wrong with a store: one small tree, each error with a code, parameters and how to mend it.

The command line maps `StoreError` to exit code 6; the API to problem+json. Other languages than English are rendered
from `code` and `parameters`.
"""

from __future__ import annotations

from typing import ClassVar


class StoreError(Exception):
    """What went wrong with a store: a code, parameters (`where`, `why` and more), and a text that says what to do."""

    code: ClassVar[str] = "store.failed"
    what: ClassVar[str] = "The store failed"
    mend: ClassVar[str] = "Look at the store's own log"

    def __init__(self, where: str, why: str, **parameters: str) -> None:
        self.parameters: dict[str, str] = {"where": where, "why": why, **parameters}
        super().__init__(self.text)

    @property
    def text(self) -> str:
        """What, where, why, and how to mend it, in English; other languages render `code` and `parameters`."""
        return f"{self.what}: {self.parameters['where']}: {self.parameters['why'].rstrip('.')}. {self.mend}."


class Unreachable(StoreError):
    code, what, mend = "store.unreachable", "No answer from the store", "Start it, or correct its address"


class Overloaded(Unreachable):
    code, what, mend = "store.overloaded", "The store has too much to do", "Wait, or give it more machines"


class Denied(StoreError):
    code, what, mend = "store.denied", "The store refuses this user", "Correct the secret, or grant the rights"


class ReadOnly(StoreError):
    code, what, mend = "store.read_only", "The store cannot be written", "Make it writable, then write again"


class Full(StoreError):
    code, what, mend = "store.full", "The store is full, nothing was lost", "Free some space, then write again"


class Busy(StoreError):
    code, what, mend = "store.busy", "Another process holds the store", "Wait for it, or stop it, then write again"


class Conflict(StoreError):
    code, what, mend = "store.conflict", "Somebody changed it meanwhile", "Read it again, then decide again"


class NotFound(StoreError):
    code, what, mend = "store.not_found", "The store has no such record", "Look for its id in the list"


class Invalid(StoreError):
    code, what, mend = "store.invalid", "The store cannot do what is asked", "Correct the request"


class WrongSchema(StoreError):
    code, what = "store.wrong_schema", "The store was written by another version of the program"
    mend = "Use that version, or another store"


class Damaged(StoreError):
    code, what, mend = "store.damaged", "The store is damaged", "Restore it from a backup, or start a new one"


class BadUrl(StoreError):
    code, what = "store.bad_url", "This is not the address of a store"
    mend = "Write embedded:PATH or https://USER@HOST:9200?prefix=NAME"
