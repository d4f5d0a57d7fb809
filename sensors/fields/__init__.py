"""The vocabulary: every dataset and field by its one name (design, law 3), read from the YAML files beside this one."""

from __future__ import annotations

from sensors.fields.dissectors import Declared, dissectors
from sensors.fields.protocol_file import Protocol
from sensors.fields.protocols import core_protocols, encrypted_protocols, protocols
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
    "Declared",
    "Detail",
    "Field",
    "Operation",
    "Protocol",
    "Term",
    "Vocabulary",
    "core_protocols",
    "dissectors",
    "encrypted_protocols",
    "polars_type",
    "protocols",
    "vocabulary",
]
