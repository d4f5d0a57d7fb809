"""Plain documents in Elasticsearch that change: read with their version, written by compare-and-set."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from api.storage.elastic_cluster import Cluster, Patience, meaning
from api.storage.records import Record, dumps
from response.store_errors import Full, StoreError, Unreachable

Item = TypeVar("Item")

DOCUMENTS_AT_ONCE = 500
ANSWER = "items.*.status,items.*._id,items.*.error.type,items.*.error.reason"
LOST = 409


@dataclass(frozen=True)
class Version:
    """A document as it was read."""

    source: Record
    seq_no: int
    primary_term: int


@dataclass(frozen=True)
class Swap:
    """Put `source` in the place of `version`, or where nothing is when that is None."""

    id: str
    source: Mapping[str, Any]
    version: Version | None


def fetch(cluster: Cluster, part: str, ids: Iterable[str]) -> dict[str, Version]:
    """The documents that there are of these, by id; what was written is seen at once."""
    found: dict[str, Version] = {}
    for chunk in chunks(list(dict.fromkeys(ids)), DOCUMENTS_AT_ONCE):
        found |= _fetch_chunk(cluster, cluster.name(part), chunk)
    return found


def _fetch_chunk(cluster: Cluster, index: str, ids: Sequence[str]) -> dict[str, Version]:
    docs = cluster.patiently(lambda: _documents(cluster, index, ids))
    return {
        doc["_id"]: Version(doc["_source"], doc["_seq_no"], doc["_primary_term"]) for doc in docs if doc.get("found")
    }


def _documents(cluster: Cluster, index: str, ids: Sequence[str]) -> list[dict[str, Any]]:
    """One answer's documents. An index that somebody makes right now has no shard yet: that is said per document, and
    is a reason to ask again like any other absence."""
    docs: list[dict[str, Any]] = cluster.call(lambda: cluster.reader.mget(index=index, ids=ids))["docs"]
    for doc in docs:
        kind = doc.get("error", {}).get("type", "index_not_found_exception")
        if kind != "index_not_found_exception":
            raise meaning(cluster.address.shown, 503, kind, doc["error"].get("reason", ""))
    return docs


def swap(cluster: Cluster, part: str, swaps: Sequence[Swap]) -> list[str]:
    """Write documents; the ids of those that somebody else changed meanwhile (or whose answer was lost), to read again.

    A document that is already as it should be is left alone, so whoever reads again after a lost answer is done.
    Raises StoreError when the cluster refuses a document, or stays away longer than patience lasts.
    """
    lost: list[str] = []
    needed = [s for s in swaps if s.version is None or json.loads(dumps(s.source)) != s.version.source]
    for chunk in chunks(needed, DOCUMENTS_AT_ONCE):
        lost += _swap_chunk(cluster, cluster.name(part), chunk)
    return lost


def _swap_chunk(cluster: Cluster, index: str, swaps: Sequence[Swap]) -> list[str]:
    lost: list[str] = []
    patience = Patience(cluster.patience)
    left = {s.id: s for s in swaps}
    while left:
        trouble: StoreError | None = None
        try:
            items = _send(cluster, index, left.values())
        except (Unreachable, Full) as error:
            patience.wait(error)
            continue
        for item in items:
            error_of = item.get("error", {})
            if item["status"] == LOST:
                lost.append(item["_id"])
            elif error_of:
                trouble = meaning(cluster.address.shown, item["status"], error_of["type"], error_of.get("reason", ""))
                if not isinstance(trouble, (Unreachable, Full)):
                    raise trouble
                continue
            del left[item["_id"]]
        if trouble is not None:
            patience.wait(trouble)
    return lost


def _send(cluster: Cluster, index: str, swaps: Iterable[Swap]) -> list[Mapping[str, Any]]:
    lines = [line.encode() for s in swaps for line in (dumps(_action(s)), dumps(s.source))]
    answer = cluster.call(
        lambda: cluster.client.bulk(
            index=index,
            operations=lines,  # type: ignore[arg-type]  # lines that are serialised already are taken too
            filter_path=ANSWER,
        )
    )
    return [next(iter(item.values())) for item in answer["items"]]


def _action(s: Swap) -> Record:
    if s.version is None:
        return {"create": {"_id": s.id}}
    return {"index": {"_id": s.id, "if_seq_no": s.version.seq_no, "if_primary_term": s.version.primary_term}}


def chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Cut a sequence into parts of at most `size`."""
    for begin in range(0, len(items), size):
        yield items[begin : begin + size]


def every(cluster: Cluster, part: str, query: Mapping[str, Any], sort: Sequence[str]) -> Iterator[Record]:
    """All documents that a query finds, in order; `sort` ends with a field that no two share."""
    after: list[Any] | None = None
    while True:
        hits = _search(cluster, part, query, sort, after)
        yield from (hit["_source"] for hit in hits)
        if len(hits) < DOCUMENTS_AT_ONCE:
            return
        after = hits[-1]["sort"]


def _search(
    cluster: Cluster, part: str, query: Mapping[str, Any], sort: Sequence[str], after: list[Any] | None
) -> list[Mapping[str, Any]]:
    answer = cluster.call(
        lambda: cluster.reader.search(
            index=cluster.name(part),
            ignore_unavailable=True,
            query=query,
            sort=list(sort),
            search_after=after,
            size=DOCUMENTS_AT_ONCE,
            track_total_hits=False,
        )
    )
    return list(answer["hits"]["hits"])
