"""Figures of the whole in the form that Prometheus scrapes: of the store, of sensors, of the worker, of this API.

They are asked of the store when they are scraped, so that every API process tells the same; only those of requests are
its own. Names follow the practices of Prometheus: base units, `_total` for what only grows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from api import certificates
from api.content.marks import STAGE, content_of
from api.request_figures import RequestFigures
from api.wiring import Wiring
from response.ports import AlertQuery, StoreHealth
from response.records import RecordQuery, Stored
from response.store_errors import NotFound, StoreError
from response.times import SECOND, time_ns

MOST_SENSORS = 1000
SEVERITIES = ("informational", "low", "medium", "high", "critical")
Values = dict[tuple[str, ...], float]
"""Values of a figure by the values of its labels."""
LOST = ("drop", "lost", "losses", "freezes", "refused", "evicted", "failed", "skipped")
"""Words of counters that count what was not seen; the console's page of sensors marks them too."""


def metrics_of(wiring: Wiring, requests: RequestFigures) -> bytes:
    """All figures as text. A store that does not answer is a figure too."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(wiring))
    return generate_latest(registry) + generate_latest(requests.registry)


class _Figures(Collector):
    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        store = self._wiring.store
        yield _gauge("bittern_stream_listeners", "Open event streams of this process", self._wiring.live.listeners)
        try:
            found = [*_of_store(store.health()), *self._of_alerts(), *self._of_sensors(), *self._of_worker()]
            found.append(_counter("bittern_changes", "Changes that clients follow", {(): store.last_change()}))
        except StoreError:
            yield _gauge("bittern_store_up", "1 when the store answers", 0)
            return
        yield _gauge("bittern_store_up", "1 when the store answers", 1)
        yield from found

    def _of_alerts(self) -> Iterator[GaugeMetricFamily]:
        query = AlertQuery(statuses=("new", "in_progress"), drill=False)
        by = self._wiring.store.alert_facets(query, ("severity",))["severity"]
        family = GaugeMetricFamily(
            "bittern_alerts_open", "Alerts of the triage queue that are not closed, by severity", labels=("severity",)
        )
        known = dict.fromkeys(SEVERITIES, 0)
        for severity, count in (known | {name: count for name, count in by if name}).items():
            family.add_metric((severity,), count)
        yield family

    def _of_sensors(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        sensors = self._wiring.store.records(RecordQuery("sensor", limit=MOST_SENSORS)).items
        heard = GaugeMetricFamily(
            "bittern_sensor_heard_timestamp_seconds", "When a segment of the sensor was stored last", labels=("sensor",)
        )
        lag = GaugeMetricFamily(
            "bittern_sensor_lag_seconds",
            "Seconds from the last packet of a segment until it was stored",
            labels=("sensor",),
        )
        for sensor in sensors:
            until = time_ns(sensor.body["packets_until"])
            at = time_ns(sensor.body["last_seen"])
            heard.add_metric((sensor.id,), at / SECOND)
            lag.add_metric((sensor.id,), max(0, at - until) / SECOND)
        yield heard
        yield lag
        yield from _content(sensors)
        yield self._ends_of_certificates()
        yield _packets(sensors)
        yield _counted(sensors, "bittern_sensor_unseen", "What a sensor did not see or gave up", lost=True)
        yield _counted(sensors, "bittern_sensor_counter", "All other counters of a sensor", lost=False)

    def _ends_of_certificates(self) -> GaugeMetricFamily:
        found = GaugeMetricFamily(
            "bittern_certificate_ends_timestamp_seconds",
            "When the certificate ends that a server or a sensor shows",
            labels=("of", "name"),
        )
        for each in certificates.known(self._wiring.store, self._wiring.clock()):
            found.add_metric((each.body["of"], each.body["name"]), time_ns(each.body["until"]) / SECOND)
        return found

    def _of_worker(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        try:
            lease: Mapping[str, Any] = self._wiring.store.record("lease", "worker").body
        except NotFound:
            lease = {}
        is_there = bool(lease) and time_ns(lease["until"]) > self._wiring.clock()
        yield _gauge("bittern_worker_up", "1 when a worker holds the lease", int(is_there))
        figures = lease.get("figures", {}) if is_there else {}
        if "waiting" in figures:
            yield _gauge("bittern_spool_segments", "Segments that wait in the worker's spools", figures["waiting"])
        for name, text in (
            ("segments", "Segments that the worker stored since it began"),
            ("events", "Events that the worker stored since it began"),
            ("refused", "Segments that the worker put aside since it began"),
            ("packets_refused", "Times that the disk took no packets of segments since the worker began"),
        ):
            if figures:
                yield _counter(f"bittern_worker_{name}", text, {(): figures.get(name, 0)})
        failures: Values = {(duty,): count for duty, count in figures.get("failures", {}).items()}
        yield _counter("bittern_worker_failures", "Failures of the worker's duties since it began", failures, "duty")


def _of_store(health: StoreHealth) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
    yield _gauge("bittern_store_writable", "1 when the store can be written", int(health.writable))
    yield _gauge("bittern_store_segments", "Segments stored", health.segments)
    yield _gauge("bittern_store_alerts", "Alerts stored", health.alerts)
    yield _gauge("bittern_store_dead_letters", "Records that could not be stored", health.dead_letters)
    if health.bytes is not None:
        yield _gauge("bittern_store_bytes", "Bytes of the store", health.bytes)


def _packets(sensors: tuple[Stored, ...]) -> CounterMetricFamily:
    values: Values = {(each.id,): each.body["counters"].get("link.frames", 0) for each in sensors}
    return _counter("bittern_sensor_packets", "Packets that a sensor read since it began", values, "sensor")


def _content(sensors: tuple[Stored, ...]) -> Iterator[GaugeMetricFamily]:
    """Versions, which count nothing."""
    for name, text in (
        ("version", "Version of the content that a sensor judges by"),
        ("refused", "Version of the content that a sensor did not take last"),
    ):
        family = GaugeMetricFamily(f"bittern_sensor_content_{name}", text, labels=("sensor",))
        for sensor in sensors:
            version = (content_of(sensor.body["counters"]) or {}).get(name)
            if isinstance(version, int):
                family.add_metric((sensor.id,), version)
        yield family


def _counted(sensors: tuple[Stored, ...], name: str, text: str, *, lost: bool) -> CounterMetricFamily:
    """Counters of sensors by stage and counter."""
    values: Values = {}
    for sensor in sensors:
        for counter, count in sensor.body["counters"].items():
            stage, _, rest = counter.partition(".")
            if stage == STAGE:
                continue
            if any(word in counter for word in LOST) == lost:
                values[(sensor.id, stage, rest)] = count
    return _counter(name, text, values, "sensor", "stage", "counter")


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _counter(name: str, text: str, values: Values, *labels: str) -> CounterMetricFamily:
    family = CounterMetricFamily(name, text, labels=labels)
    for words, value in values.items():
        family.add_metric(words, value)
    return family
