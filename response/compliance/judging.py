"""What people say of a control: an attestation, or an override with a reason and an end. Pure, and how it is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from response.compliance.assessment import STATES, Judgement
from response.compliance.documents import judgement_document, read_judgement
from response.ports import Store
from response.records import Deed, Put, RecordQuery, Stored

MOST = 500
BASES = ("attested", "override")


class BadJudgement(ValueError):
    """A judgement that cannot count; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check(judgement: Judgement) -> Judgement:
    """The judgement. Raises BadJudgement: an override says why and until when, and nothing is attested without a
    reason or by nobody; it must not have expired when it is made."""
    if judgement.basis not in BASES:
        raise BadJudgement("no_such_basis")
    if judgement.state not in STATES:
        raise BadJudgement("no_such_state")
    if not judgement.who.strip():
        raise BadJudgement("nobody")
    if not judgement.reason.strip():
        raise BadJudgement("no_reason")
    if judgement.basis == "override" and judgement.expires is None:
        raise BadJudgement("no_expiry")
    if judgement.expires is not None and judgement.expires <= judgement.at:
        raise BadJudgement("expired_already")
    return judgement


def keep_judgement(store: Store, control: str, judgement: Judgement) -> Stored:
    """Stores a judgement with its line in the audit log. Raises BadJudgement, StoreError."""
    body = judgement_document(control, check(judgement))
    parts = (control, judgement.basis, judgement.who, str(judgement.at))
    identifier = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:26]
    told = {"control": control, "state": judgement.state}
    deed = Deed(judgement.at, judgement.who, f"judgement.{judgement.basis}", "judgement", identifier, told)
    (stored,) = store.commit([Put("judgement", identifier, body)], deed)
    assert isinstance(stored, Stored)
    return stored


def judgements(store: Store, controls: Iterable[str] | None = None) -> dict[str, tuple[Judgement, ...]]:
    """All judgements by control, oldest first; of some controls only, if they are given."""
    wanted = None if controls is None else set(controls)
    found: dict[str, list[Judgement]] = {}
    cursor: str | None = None
    while True:
        page = store.records(RecordQuery("judgement", descending=False, limit=MOST, cursor=cursor))
        for record in page.items:
            control = str(record.body["control"])
            if wanted is None or control in wanted:
                found.setdefault(control, []).append(read_judgement(record.body))
        cursor = page.cursor
        if cursor is None:
            return {control: tuple(each) for control, each in sorted(found.items())}
