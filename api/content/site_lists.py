"""The files that a site model names: lists of indicators, which lie beside it and travel with it."""

from __future__ import annotations

from collections.abc import Iterator

from detection.sigma.document import read_documents


def site_lists(file: str, text: str) -> Iterator[str]:
    """Names of the lists, as they stand in the model. What is wrong with it is for its reader to say."""
    documents, _ = read_documents(file, text)
    for document in documents:
        entries = document.data.get("indicators")
        for entry in entries if isinstance(entries, list) else ():
            name = entry.get("file") if isinstance(entry, dict) else None
            if isinstance(name, str) and name:
                yield name
