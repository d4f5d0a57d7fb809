"""Choosing what `bittern assess` works on: an assessment of a store, words that must be known."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.usage import nearest

if TYPE_CHECKING:
    from api.texts import Texts
    from response.compliance.assessment import Assessment
    from response.ports import Store


def one_assessment(store: Store, assessment_id: str | None) -> Assessment:
    """The assessment with this id, the latest without one. Raises Failure."""
    from response.compliance.documents import read_assessment
    from response.compliance.running import latest
    from response.store_errors import NotFound

    if assessment_id is None:
        found = latest(store)
        if found is None:
            raise Failure(ExitCode.STORE, "cli.no_assessment")
        return found
    try:
        return read_assessment(store.record("assessment", assessment_id).body)
    except NotFound:
        raise Failure(ExitCode.STORE, "error.no_such_assessment", id=assessment_id) from None


def refuse_unknown(key: str, given: Iterable[str], known: Collection[str], words: Texts) -> None:
    """Raises Failure, with what is near, for the first word that is not known."""
    for name in given:
        if name not in known:
            raise Failure(ExitCode.USAGE, key, name=name, near=nearest(name, known, words))
