"""Reads from a site model what the sensors are placed to see, and what their sight must reach for a verdict."""

from __future__ import annotations

from detection.sigma.model import Step
from detection.sigma.reading import Reading, dotted
from detection.sigma.wrong import unlisted, wrong
from detection.site import Limits, Sensor

SENSOR = ("name", "interface", "segment", "zones", "conduits")
LIMITS = ("uptime", "loss", "one_way_flows", "unreadable", "minimum_period")
SECOND = 1_000_000_000


def read_sensor(reading: Reading, i: int, zones: tuple[str, ...]) -> Sensor:
    """The sensor at place `i`; `zones` are those that the model declares."""
    at = ("sensors", i)
    seen = reading.words(*at, "zones", required=False)
    for zone in seen:
        _check_zone(reading, zone, zones, *at, "zones")
    return Sensor(
        name=reading.text(*at, "name"),
        interface=reading.text(*at, "interface", required=False) or None,
        segment=reading.text(*at, "segment", required=False) or None,
        zones=seen,
        conduits=tuple(_conduits(reading, i, zones)),
    )


def _conduits(reading: Reading, i: int, zones: tuple[str, ...]) -> list[tuple[str, str]]:
    at = ("sensors", i, "conduits")
    found = []
    for text in reading.words(*at, required=False):
        source, arrow, destination = (part.strip() for part in text.partition(">"))
        if not (source and arrow and destination):
            reading.complain(at, wrong("not_conduit", value=text))
            continue
        for zone in (source, destination):
            _check_zone(reading, zone, zones, *at)
        found.append((source, destination))
    return found


def _check_zone(reading: Reading, zone: str, zones: tuple[str, ...], *path: Step) -> None:
    if zone not in zones:
        reading.complain(path, unlisted("unknown_word", zone, zones, path=dotted(path), value=zone))


def read_limits(reading: Reading) -> Limits:
    """What stands in `visibility`, over what holds without it."""
    if reading.value("visibility") is None:
        return Limits()
    reading.table("visibility")
    reading.known("visibility", keys=LIMITS)
    usual = Limits()
    seconds = reading.seconds("visibility", "minimum_period", required=False)
    return Limits(
        uptime=_share(reading, "uptime", usual.uptime),
        loss=_share(reading, "loss", usual.loss),
        one_way=_share(reading, "one_way_flows", usual.one_way),
        unreadable=_share(reading, "unreadable", usual.unreadable),
        minimum_period=seconds * SECOND or usual.minimum_period,
    )


def _share(reading: Reading, key: str, usual: float) -> float:
    found = reading.value("visibility", key)
    if found is None:
        return usual
    if isinstance(found, int | float) and not isinstance(found, bool) and 0 <= found <= 1:
        return float(found)
    reading.complain(("visibility", key), wrong("not_share", path=f"visibility.{key}"))
    return usual
