"""Writes many documents into Elasticsearch exactly once: ids from the content, create only, no batch left in doubt.

After an answer that is missing or says that the server failed, it is not known what was stored. An id is unique per
backing index only, so before such a batch goes out again the stream is refreshed and asked which ids it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from elastic_transport import TransportError
from elasticsearch import ApiError

from api.storage.elastic_cluster import Cluster, Patience, meaning, plain_error
from api.storage.records import dumps
from response.store_errors import Denied, Full, NotFound, Overloaded, ReadOnly, StoreError, Unreachable

DOCUMENTS_AT_ONCE = 1_000
BYTES_AT_ONCE = 8_000_000
ANSWER = "errors,items.*.status,items.*.error.type,items.*.error.reason"
STORED = 201
KNOWN = 409
BAD_DOCUMENT = 400
NO_STREAM = 404
TOO_LARGE = 413


@dataclass(frozen=True)
class Document:
    """A document as it goes over the wire."""

    id: str
    body: bytes


@dataclass
class Outcome:
    """How many documents this call stored, how many were there, and why others cannot be stored, by id."""

    new: int = 0
    known: int = 0
    refused: dict[str, str] = field(default_factory=dict)

    def add(self, other: Outcome) -> None:
        self.new += other.new
        self.known += other.known
        self.refused |= other.refused


def batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Cut into batches of at most `DOCUMENTS_AT_ONCE` and about `BYTES_AT_ONCE`."""
    batch: list[Document] = []
    size = 0
    for document in documents:
        batch.append(document)
        size += len(document.body)
        if len(batch) == DOCUMENTS_AT_ONCE or size >= BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class Creator:
    """Creates documents in one data stream (`dataset`) or plain index."""

    def __init__(self, cluster: Cluster, name: str, dataset: str | None = None) -> None:
        self._cluster = cluster
        self._name = name
        self._dataset = dataset
        self._where = f"{cluster.address.shown} {name}"

    def create(self, documents: Iterable[Document], *, doubtful: bool) -> Outcome:
        """Store each document once. `doubtful`: some may be stored where their id alone does not show it.

        Raises StoreError when the cluster refuses, or stays away longer than patience lasts; what is stored by then is
        stored, and calling again with the same documents is right.
        """
        whole = Outcome()
        for batch in batches(documents):
            whole.add(self._create_batch(batch, doubtful))
        return whole

    def _create_batch(self, batch: list[Document], doubtful: bool) -> Outcome:
        outcome = Outcome()
        patience = Patience(self._cluster.patience)
        while batch:
            try:
                if doubtful:
                    batch = self._missing(batch, outcome)
                    doubtful = False
                    continue
                again, error = self._sort(batch, self._send(batch), outcome)
            except _TooLargeError:
                return self._halved(batch, outcome)
            except (Unreachable, Full) as trouble:
                again, error = batch, trouble
            batch = again
            if error is not None:
                doubtful = isinstance(error, Unreachable) and not isinstance(error, Overloaded)
                patience.wait(error)
        return outcome

    def _halved(self, batch: list[Document], outcome: Outcome) -> Outcome:
        if len(batch) == 1:
            outcome.refused[batch[0].id] = "the document is larger than the server takes (HTTP 413)"
            return outcome
        middle = len(batch) // 2
        for half in (batch[:middle], batch[middle:]):
            outcome.add(self._create_batch(half, doubtful=False))
        return outcome

    def _missing(self, batch: list[Document], outcome: Outcome) -> list[Document]:
        """The documents that are not stored, in whatever backing index."""
        client, ids = self._cluster.client, [d.id for d in batch]
        self._cluster.call(lambda: client.indices.refresh(index=self._name, ignore_unavailable=True))
        answer = self._cluster.call(
            lambda: client.search(
                index=self._name,
                ignore_unavailable=True,
                query={"ids": {"values": ids}},
                size=len(ids),
                source=False,
                filter_path="hits.hits._id",
            )
        )
        found = {hit["_id"] for hit in answer.get("hits", {}).get("hits", [])}
        outcome.known += len(found)
        return [d for d in batch if d.id not in found]

    def _send(self, batch: list[Document]) -> list[Mapping[str, Any]]:
        lines = [line for d in batch for line in (dumps({"create": {"_id": d.id}}).encode(), d.body)]
        try:
            answer = self._cluster.client.bulk(
                index=self._name,
                operations=lines,  # type: ignore[arg-type]  # lines that are serialised already are taken too
                require_data_stream=self._dataset is not None,
                filter_path=ANSWER,
            )
        except ApiError as error:
            if error.status_code == TOO_LARGE:
                raise _TooLargeError from error
            raise plain_error(self._where, error) from error
        except TransportError as error:
            raise plain_error(self._where, error) from error
        return [item["create"] for item in answer["items"]]

    def _sort(
        self, batch: Sequence[Document], items: Sequence[Mapping[str, Any]], outcome: Outcome
    ) -> tuple[list[Document], StoreError | None]:
        """Count what is settled; the documents to send again, and the gravest reason to wait before it."""
        again: list[Document] = []
        trouble: StoreError | None = None
        for document, item in zip(batch, items, strict=True):
            status = item["status"]
            if status == STORED:
                outcome.new += 1
            elif status == KNOWN:
                outcome.known += 1
            elif status == BAD_DOCUMENT:
                outcome.refused[document.id] = f"{item['error']['type']}: {item['error'].get('reason', '')}"
            else:
                again.append(document)
                error = meaning(self._where, status, item["error"]["type"], item["error"].get("reason", ""))
                trouble = error if _graver(error, trouble) else trouble
        if isinstance(trouble, NotFound) and self._dataset is not None:
            self._cluster.put_template(self._dataset)
        if isinstance(trouble, (Denied, ReadOnly)):
            raise trouble
        return again, trouble


def _graver(one: StoreError, other: StoreError | None) -> bool:
    """Refusals first, then doubt, then the rest."""
    if other is None or isinstance(one, (Denied, ReadOnly, NotFound)):
        return True
    return isinstance(other, Overloaded) and not isinstance(one, Overloaded)


class _TooLargeError(Exception):
    """The whole request is over `http.max_content_length`."""
