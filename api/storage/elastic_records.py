"""Generic records in Elasticsearch: one index, each record changed by compare-and-set.

There are no transactions, so the order is: line of the audit log, then each record followed by its change. A writer
that dies between two steps leaves a line without a change, never a change without its line.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from elasticsearch import ApiError

from api.storage.cursors import read_cursor, write_cursor
from api.storage.elastic_alerts import alert_document
from api.storage.elastic_cluster import Cluster
from api.storage.elastic_documents import LOST, Swap, Version, fetch, swap
from api.storage.elastic_log import Log
from api.storage.elastic_triage import read_alert
from api.storage.record_query import check_records, line_from, place_of, wanted_words
from api.storage.records import Record, alert_from, dumps
from detection.occurrence import text_id
from response.alerts import Alert, changed, decided, marked
from response.ports import Page
from response.records import (
    KINDS,
    AuditLine,
    Change,
    Decide,
    Deed,
    Delete,
    Mark,
    Put,
    RecordQuery,
    Stored,
    Write,
    line_record,
    next_line,
    words_of_body,
)
from response.store_errors import Conflict, NotFound, StoreError
from response.times import time_text

PART = "records"
REFUSED = "refused"


class ElasticRecords:
    """Records, changes and the audit log of one cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._changes = Log(cluster, "changes")
        self._audit = Log(cluster, "audit")

    def commit(self, writes: Sequence[Write], deed: Deed | None) -> tuple[Stored | Alert, ...]:
        """Apply the writes in order. Raises Conflict, NotFound, Invalid: what came before the refused one stays."""
        for write in writes:
            if isinstance(write, Put):
                place_of(write.kind, write.body)
        number = self._note_deed(deed) if deed is not None else None
        done: list[Stored | Alert] = []
        try:
            done.extend(result for write in writes if (result := self._apply(write)) is not None)
        except StoreError as error:
            if deed is not None:
                self._note_deed(
                    Deed(deed.at, deed.who, REFUSED, deed.kind, deed.id, {"line": number, "why": error.code})
                )
            raise
        finally:
            self._refresh(writes)
        return tuple(done)

    def _apply(self, write: Write) -> Stored | Alert | None:
        if isinstance(write, Put):
            return self._put(write)
        if isinstance(write, Delete):
            self._delete(write)
            return None
        return self._change_alert(write)

    def _refresh(self, writes: Sequence[Write]) -> None:
        parts = {PART if isinstance(write, Put | Delete) else "alerts" for write in writes}
        if parts:
            names = [self._cluster.name(part) for part in parts]
            client = self._cluster.client
            self._cluster.patiently(lambda: client.indices.refresh(index=names, ignore_unavailable=True))

    def note(self, changes: Iterable[tuple[str, str, str | None]]) -> None:
        """Note changes that clients follow: (kind, id, etag)."""
        self._changes.extend([{"kind": kind, "id": record_id, "etag": etag} for kind, record_id, etag in changes])

    def _note_deed(self, deed: Deed) -> int:
        def line(number: int, before: Record | None) -> Record:
            made = next_line(line_from(_plain(before)) if before else None, deed)
            return {"line": dumps({**line_record(number, deed, made.previous), "hash": made.hash})}

        return self._audit.append(line)

    def _version(self, kind: str, record_id: str) -> Version | None:
        self._cluster.ensure(PART)
        name = _name(kind, record_id)
        return fetch(self._cluster, PART, [name]).get(name)

    def _put(self, put: Put) -> Stored:
        body = dumps(put.body)
        etag = str(int(put.etag or 0) + 1)
        document = {
            "kind": put.kind,
            "id": put.id,
            "etag": etag,
            "time": time_text(place_of(put.kind, put.body)),
            "words": [f"{name}={value}" for name, value in words_of_body(KINDS[put.kind], put.body)],
            "body": body,
            "mark": secrets.token_hex(8),
        }
        while True:
            known = self._version(put.kind, put.id)
            if known is not None and known.source["mark"] == document["mark"]:
                break  # the answer was lost, the record was not
            _check_etag(put.kind, put.id, known, put.etag)
            if not swap(self._cluster, PART, [Swap(_name(put.kind, put.id), document, known)]):
                break
        self.note([(put.kind, put.id, etag)])
        return Stored(put.kind, put.id, etag, json.loads(body))

    def _delete(self, gone: Delete) -> None:
        known = self._version(gone.kind, gone.id)
        if known is None:
            raise NotFound(f"{gone.kind} {gone.id}", "no_such_id")
        _check_etag(gone.kind, gone.id, known, gone.etag)
        with suppress(NotFound):  # the answer was lost, or somebody else removed the same version
            self._cluster.patiently(lambda: self._remove(gone, known))
        self.note([(gone.kind, gone.id, None)])

    def _remove(self, gone: Delete, version: Version) -> None:
        try:
            self._cluster.client.delete(
                index=self._cluster.name(PART),
                id=_name(gone.kind, gone.id),
                if_seq_no=version.seq_no,
                if_primary_term=version.primary_term,
            )
        except ApiError as error:
            if error.status_code != LOST:
                raise
            now = self._version(gone.kind, gone.id)
            if now is not None:
                etag = now.source["etag"]
                raise Conflict(f"{gone.kind} {gone.id}", "other_etag", etag=etag, given=gone.etag) from error

    def _change_alert(self, write: Decide | Mark) -> Alert:
        wanted: Alert | None = None
        while True:
            version = read_alert(self._cluster, write.alert)
            present = alert_from(version.source)
            if wanted is not None and decided(present, wanted) == present:
                return self._alert_noted(present)  # the answer was lost, the change was not
            if isinstance(write, Decide):
                wanted = changed(present, write.change, write.etag)
            else:
                wanted = marked(present, write.incident, write.suppressed_by)
            if wanted == present:
                return present
            document = alert_document(version.source["thread"], wanted)
            if not swap(self._cluster, "alerts", [Swap(write.alert, document, version)]):
                return self._alert_noted(wanted)

    def _alert_noted(self, alert: Alert) -> Alert:
        self.note([("alert", alert.id, alert.etag)])
        return alert

    def record(self, kind: str, record_id: str) -> Stored:
        """One record. Raises NotFound."""
        known = self._version(kind, record_id)
        if known is None:
            raise NotFound(f"{kind} {record_id}", "no_such_id")
        return _stored(known.source)

    def records(self, query: RecordQuery) -> Page[Stored]:
        """One page of records."""
        check_records(query)
        after = read_cursor(query)
        self._cluster.ensure(PART)
        order = "desc" if query.descending else "asc"
        answer = self._cluster.patiently(
            lambda: self._cluster.reader.search(
                index=self._cluster.name(PART),
                query={"bool": {"filter": _filters(query)}},
                sort=[{"time": {"order": order}}, {"id": {"order": order}}],
                search_after=after,
                size=query.limit + 1,
                track_total_hits=False,
            )
        )
        hits = answer["hits"]["hits"]
        shown = hits[: query.limit]
        cursor = write_cursor(query, shown[-1]["sort"]) if len(hits) > query.limit else None
        return Page(tuple(_stored(hit["_source"]) for hit in shown), cursor)

    def changes(self, after: int, limit: int) -> tuple[Change, ...]:
        """Changes behind a number, in order."""
        lines = self._changes.read(after, limit)
        return tuple(Change(line["number"], line["kind"], line["id"], line["etag"]) for line in lines)

    def last_change(self) -> int:
        """The number of the latest change, 0 when there is none."""
        return self._changes.last()[0]

    def audit(self, after: int, limit: int) -> tuple[AuditLine, ...]:
        """Lines of the audit log behind a number, in order."""
        return tuple(line_from(_plain(line)) for line in self._audit.read(after, limit))


def _plain(line: Mapping[str, Any]) -> Record:
    """The line of the audit log as it was hashed. It is kept as text: what people wrote never meets a mapping."""
    found: Record = json.loads(line["line"])
    return found


def _name(kind: str, record_id: str) -> str:
    return text_id("record", kind, record_id)


def _stored(source: Mapping[str, Any]) -> Stored:
    return Stored(source["kind"], source["id"], source["etag"], json.loads(source["body"]))


def _check_etag(kind: str, record_id: str, known: Version | None, given: str | None) -> None:
    etag = None if known is None else known.source["etag"]
    if etag != given:
        raise Conflict(f"{kind} {record_id}", "other_etag", etag=etag or "", given=given or "")


def _filters(query: RecordQuery) -> list[dict[str, Any]]:
    filters: list[dict[str, Any]] = [{"term": {"kind": query.kind}}]
    for name, wanted in query.equals.items():
        filters.append({"terms": {"words": [f"{name}={word}" for word in wanted_words(wanted)]}})
    if query.start is not None:
        filters.append({"range": {"time": {"gte": time_text(max(query.start, 0))}}})
    if query.end is not None:
        filters.append({"range": {"time": {"lt": time_text(max(query.end, 0))}}})
    return filters
