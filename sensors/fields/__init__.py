"""The vocabulary: every dataset and field by its one name (design, law 3), read from the YAML files beside this one."""

from __future__ import annotations

from sensors.fields.protocols import Protocol, protocols
from sensors.fields.vocabulary import (
    Dataset,
    Detail,
    Field,
    Operation,
    Term,
    Vocabulary,
    polars_type,
    vocabulary,
)

__all__ = [
    "Dataset",
    "Detail",
    "Field",
    "Operation",
    "Protocol",
    "Term",
    "Vocabulary",
    "polars_type",
    "protocols",
    "vocabulary",
]
