"""The connection to Elasticsearch: one client, errors in plain words, patience with a cluster that is busy or away."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

from elastic_transport import ConnectionError as TransportConnectionError
from elastic_transport import ConnectionTimeout, TlsError, TransportError
from elastic_transport.client_utils import DEFAULT
from elasticsearch import ApiError, Elasticsearch

from api.storage.address import ElasticAddress
from api.storage.admission import stored_datasets
from api.storage.elastic_mapping import SCHEMA, event_mappings, index_template, record_index
from response.store_errors import (
    Conflict,
    Denied,
    Full,
    Invalid,
    NotFound,
    Overloaded,
    ReadOnly,
    StoreError,
    Unreachable,
    WrongSchema,
)

Answer = TypeVar("Answer")
REQUEST_SECONDS = 30.0
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 30.0


class Patience:
    """Waits between tries: 0.1 s, doubling to 30 s, with jitter, until `seconds` have passed."""

    def __init__(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self._pause = FIRST_PAUSE

    def wait(self, error: StoreError) -> None:
        """Sleep before another try; raises `error` when patience is at its end."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise error
        time.sleep(min(left, self._pause * random.uniform(0.5, 1.0)))
        self._pause = min(self._pause * 2, LONGEST_PAUSE)


class Cluster:
    """An Elasticsearch cluster and the names that the store uses there."""

    def __init__(self, address: ElasticAddress) -> None:
        """Connect, and bring templates up to date that are there. Raises Unreachable, Denied, WrongSchema."""
        self.address = address
        self.patience = address.patience
        self.client = Elasticsearch(
            list(address.hosts),
            basic_auth=(address.user, address.password) if address.user and address.password is not None else None,
            api_key=address.api_key,
            request_timeout=REQUEST_SECONDS,
            max_retries=0,
            ca_certs=address.ca or DEFAULT,
        )
        self.reader = self.client.options(max_retries=3, retry_on_timeout=True)
        self._ensured: set[str] = set()
        self.call(lambda: self.client.cluster.health(wait_for_status="yellow", timeout="10s"))
        self._renew_templates()

    def name(self, part: str) -> str:
        """The full name of a dataset's stream or of a plain index."""
        return f"{self.address.prefix}-{part}"

    def call(self, action: Callable[[], Answer]) -> Answer:
        """Do something once; raises StoreError."""
        try:
            return action()
        except (TransportError, ApiError) as error:
            raise plain_error(self.address.shown, error) from error

    def patiently(self, action: Callable[[], Answer]) -> Answer:
        """Do something that may be done twice, again and again while the cluster is away, overloaded or full."""
        patience = Patience(self.patience)
        while True:
            try:
                return self.call(action)
            except (Unreachable, Full) as error:
                patience.wait(error)

    def ensure(self, part: str) -> str:
        """The name of a plain index that is there with all its fields, made when it was not."""
        name = self.name(part)
        if part not in self._ensured:
            self.patiently(lambda: self._create_index(part, name))
            self._ensured.add(part)
        return name

    def _create_index(self, part: str, name: str) -> None:
        try:
            self.client.indices.create(index=name, **record_index(part))
        except ApiError as error:
            if error_type(error) != "resource_already_exists_exception":
                raise
            mappings = record_index(part)["mappings"]
            self.client.indices.put_mapping(index=name, body={k: v for k, v in mappings.items() if k != "dynamic"})

    def ensure_stream(self, dataset: str) -> str:
        """The name of a dataset's stream, whose template is there."""
        if dataset not in self._ensured:
            self.patiently(lambda: self.put_template(dataset))
            self._ensured.add(dataset)
        return self.name(dataset)

    def _renew_templates(self) -> None:
        found = self.call(self._templates)
        for dataset in stored_datasets():
            meta = found.get(self.name(dataset))
            if meta is None:
                continue
            if meta.get("schema", 0) > SCHEMA:
                raise WrongSchema(self.address.shown, "other_schema", found=str(meta["schema"]), known=SCHEMA)
            if meta != event_mappings(dataset)["_meta"]:
                self.put_template(dataset)
            self._ensured.add(dataset)

    def _templates(self) -> dict[str, dict[str, Any]]:
        try:
            answer = self.client.indices.get_index_template(name=self.name("*"))
        except ApiError as error:
            if error.status_code == 404:
                return {}
            raise
        return {
            t["name"]: t["index_template"].get("template", {}).get("mappings", {}).get("_meta", {})
            for t in answer["index_templates"]
        }

    def put_template(self, dataset: str) -> None:
        """Put a dataset's template, and give fields that are new to the stream if there is one."""
        name, template = self.name(dataset), index_template(dataset, self.address.prefix)
        self.call(lambda: self.client.indices.put_index_template(name=name, **template))
        mappings = {k: v for k, v in template["template"]["mappings"].items() if k != "dynamic"}
        try:
            self.call(lambda: self.client.indices.put_mapping(index=name, body=mappings))
        except NotFound:
            return

    def close(self) -> None:
        self.client.close()


def error_type(error: ApiError) -> str:
    """The type that Elasticsearch names in an answer, "" without one."""
    body = error.body.get("error") if isinstance(error.body, dict) else None
    return str(body.get("type", "")) if isinstance(body, dict) else ""


def plain_error(where: str, error: TransportError | ApiError) -> StoreError:
    """What an answer, or its absence, means."""
    if isinstance(error, ApiError):
        return meaning(where, error.status_code, error_type(error), str(error))
    if isinstance(error, TlsError):
        return Unreachable(where, "certificate_not_trusted", message=error.message)
    if isinstance(error, (ConnectionTimeout, TransportConnectionError)):
        return Unreachable(where, "no_connection", message=error.message)
    return StoreError(where, "answered", message=str(error))


def meaning(where: str, status: int, kind: str, text: str) -> StoreError:
    """The error that an HTTP status and Elasticsearch's type of error stand for, of a call or of one item of many."""
    if kind == "cluster_block_exception":
        return Full(where, "answered", message=text) if status == 429 else ReadOnly(where, "answered", message=text)
    if status in (401, 403):
        return Denied(where, "answered", message=text)
    if status == 404:
        return NotFound(where, "answered", message=text)
    if status == 409:
        return Conflict(where, "answered", message=text)
    if status == 429:
        return Overloaded(where, "answered", message=text)
    if status in (408, 500, 502, 503, 504):
        return Unreachable(where, "answered_with_status", status=status, message=text)
    if status in (400, 413):
        return Invalid(where, "answered", message=text)
    return StoreError(where, "answered_with_status", status=status, message=text)
