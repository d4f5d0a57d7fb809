"""An alert as the API gives it: the record of the vocabulary, and its rule's texts in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.output.told import Teller
from api.storage.records import alert_record
from api.texts import Language
from response.alerts import Alert

BRIEF = ("title", "what")
"""What a list tells; the page of one alert tells all."""


def alert_body(alert: Alert, tellers: Mapping[Language, Teller], *, brief: bool = False) -> dict[str, Any]:
    """The document. `told` holds title, what, why, do and safety by language."""
    told = {}
    for language, teller in tellers.items():
        text = teller.tell(alert)
        whole = {"title": text.title, "what": text.what, "why": text.why, "do": list(text.do), "safety": text.safety}
        told[language] = {name: whole[name] for name in BRIEF} if brief else whole
    record = alert_record(alert)
    if brief:
        for name in ("events", "packets", "history", "parameters", "explanation"):
            del record[name]
    return {**record, "told": told}
