"""Reads `site.yml`. Every error says file, line, what is wrong and how to mend it; all are told at once."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from detection.indicators import KEYS as INDICATOR
from detection.indicators import read_indicators
from detection.sigma.document import read_documents
from detection.sigma.model import Issue
from detection.sigma.reading import Reading, dotted
from detection.sigma.wrong import unlisted, wrong
from detection.site import Allowed, Asset, Calendar, Conduit, Point, Site, Window, Zone
from detection.site_sensors import SENSOR, read_limits, read_sensor
from detection.site_values import SiteValues

TOP = (
    "time_zone",
    "calendar",
    "zones",
    "conduits",
    "sensors",
    "visibility",
    "assets",
    "points",
    "windows",
    "indicators",
    "notify",
    "data_classes",
)
ZONE = ("id", "name", "level", "networks", "vlans", "segment", "sl_t")
CONDUIT = ("from", "to", "allow")
ASSET = ("id", "name", "ip", "mac", "roles", "zone", "criticality", "owner")
POINT = (
    "server",
    "unit",
    "address",
    "name",
    "unit_of_measure",
    "type",
    "word_order",
    "scale",
    "offset",
    "min",
    "max",
    "states",
)
WINDOW = ("id", "assets", "start", "end", "order", "allows")
ROLES = (
    "controller", "io", "hmi", "scada", "engineering", "historian", "broker", "gateway", "server", "workstation",
    "network", "time_source", "writer", "programmer", "scanner",
)  # fmt: skip
CRITICALITIES = ("low", "medium", "high", "critical")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class BadSite(ValueError):
    """A site model that cannot be used; `issues` says where and why."""

    def __init__(self, issues: list[Issue]) -> None:
        super().__init__("\n".join(str(issue) for issue in issues))
        self.issues = issues


def load_site(path: Path) -> Site:
    """Reads a site model. Raises `BadSite` with every issue; OSError when the file cannot be read."""
    return read_site(str(path), path.read_text(encoding="utf-8"))


def read_site(file: str, text: str) -> Site:
    """Reads a site model from text; `file` is its path: issues name it, lists lie beside it. Raises `BadSite`."""
    documents, issues = read_documents(file, text)
    if issues or len(documents) != 1:
        raise BadSite(issues or [Issue(file, 1, wrong("one_document"))])
    site = _Site(Reading(documents[0]), Path(file).parent)
    model = site.read()
    if site.reading.issues:
        raise BadSite(site.reading.issues)
    return model


class _Site:
    """Reads one document; what is wrong goes to `reading.issues`."""

    def __init__(self, reading: Reading, folder: Path) -> None:
        self.reading = reading
        self.values = SiteValues(reading)
        self.folder = folder

    def read(self) -> Site:
        self.reading.known(keys=TOP)
        zone_info = self._time_zone()
        zones = tuple(self._zone(i) for i in self._entries("zones", ZONE))
        names = tuple(zone.id for zone in zones)
        return Site(
            zone_info=zone_info,
            zones=zones,
            conduits=tuple(self._conduit(i, names) for i in self._entries("conduits", CONDUIT)),
            assets=tuple(self._asset(i, names) for i in self._entries("assets", ASSET)),
            points=tuple(self._point(i) for i in self._entries("points", POINT)),
            windows=tuple(self._window(i, zone_info) for i in self._entries("windows", WINDOW)),
            calendar=self._calendar(),
            indicators=read_indicators(
                self.reading, len(self._entries("indicators", INDICATOR)), zone_info, self.folder
            ),
            sensors=tuple(read_sensor(self.reading, i, names) for i in self._entries("sensors", SENSOR)),
            visibility=read_limits(self.reading),
        )

    def _entries(self, key: str, keys: tuple[str, ...]) -> range:
        found = self.reading.value(key)
        if found is None:
            return range(0)
        if not isinstance(found, list):
            self.reading.complain((key,), wrong("not_list", path=key))
            return range(0)
        for i in range(len(found)):
            self.reading.known(key, i, keys=keys)
        return range(len(found))

    def _time_zone(self) -> ZoneInfo:
        name = self.reading.text("time_zone", required=False) or "UTC"
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            self.reading.complain(("time_zone",), wrong("unknown_time_zone", name=name))
            return ZoneInfo("UTC")

    def _zone(self, i: int) -> Zone:
        at = ("zones", i)
        name = self.reading.value(*at, "name")
        names = {lang: str(text) for lang, text in name.items()} if isinstance(name, dict) else {"en": str(name or "")}
        return Zone(
            id=self.reading.text(*at, "id"),
            name=names,
            level=self.values.whole(*at, "level"),
            networks=self.values.networks(*at, "networks"),
            vlans=self.values.wholes(*at, "vlans"),
            segment=self.reading.text(*at, "segment", required=False) or None,
            sl_t=self.values.whole(*at, "sl_t"),
        )

    def _conduit(self, i: int, zones: tuple[str, ...]) -> Conduit:
        at = ("conduits", i)
        allow = tuple(
            Allowed(
                self.reading.text(*at, "allow", k, "protocol"),
                self.reading.words(*at, "allow", k, "operations", required=False),
            )
            for k in self.values.places(*at, "allow")
        )
        return Conduit(self.reading.word(*at, "from", among=zones), self.reading.word(*at, "to", among=zones), allow)

    def _asset(self, i: int, zones: tuple[str, ...]) -> Asset:
        at = ("assets", i)
        roles = self.reading.words(*at, "roles", required=False)
        for role in roles:
            if role not in ROLES:
                at_roles = (*at, "roles")
                self.reading.complain(
                    at_roles, unlisted("unknown_word", role, ROLES, path=dotted(at_roles), value=role)
                )
        addresses = self.values.one_or_many(*at, "ip")
        return Asset(
            id=self.reading.text(*at, "id"),
            name=self.reading.text(*at, "name", required=False) or None,
            ip=tuple(a for a in (self.values.address(text, *at, "ip") for text in addresses) if a),
            mac=tuple(mac.upper().replace(":", "-") for mac in self.values.one_or_many(*at, "mac")),
            roles=roles,
            zone=self.reading.word(*at, "zone", among=zones, required=False) or None,
            criticality=self.reading.word(*at, "criticality", among=CRITICALITIES, required=False) or None,
            owner=self.reading.text(*at, "owner", required=False) or None,
        )

    def _point(self, i: int) -> Point:
        at = ("points", i)
        unit = self.reading.value(*at, "unit")
        states = self.reading.table(*at, "states", required=False)
        return Point(
            server=self.reading.text(*at, "server"),
            unit=None if unit is None else str(unit),
            address=self.reading.text(*at, "address"),
            name=self.reading.text(*at, "name", required=False) or None,
            unit_of_measure=self.reading.text(*at, "unit_of_measure", required=False) or None,
            type=self.reading.text(*at, "type", required=False) or None,
            word_order=self.reading.text(*at, "word_order", required=False) or None,
            scale=self.values.number(*at, "scale", default=1.0) or 1.0,
            offset=self.values.number(*at, "offset", default=0.0) or 0.0,
            minimum=self.values.number(*at, "min"),
            maximum=self.values.number(*at, "max"),
            states={int(k): str(v) for k, v in states.items() if str(k).lstrip("-").isdigit()},
        )

    def _window(self, i: int, zone: ZoneInfo) -> Window:
        at = ("windows", i)
        start, end = self.values.moment(zone, *at, "start"), self.values.moment(zone, *at, "end")
        if start >= end:
            self.reading.complain((*at, "end"), wrong("window_reversed"))
        return Window(
            id=self.reading.text(*at, "id"),
            assets=self.reading.words(*at, "assets", required=False),
            start=start,
            end=end,
            order=self.reading.text(*at, "order", required=False) or None,
            allows=self.reading.words(*at, "allows", required=False),
        )

    def _calendar(self) -> Calendar | None:
        if self.reading.value("calendar") is None:
            return None
        self.reading.known("calendar", keys=("days", "begin", "end", "holidays"))
        days = self.reading.words("calendar", "days", required=False) or DAYS[:5]
        for day in days:
            if day not in DAYS:
                self.reading.complain(("calendar", "days"), unlisted("unknown_day", day, DAYS, day=day))
        holidays = [self.reading.value("calendar", "holidays", k) for k in self.values.places("calendar", "holidays")]
        return Calendar(
            days=tuple(DAYS.index(day) for day in days if day in DAYS),
            begin=self.values.clock("calendar", "begin", default=time(0)),
            end=self.values.clock("calendar", "end", default=time(23, 59, 59, 999_999)),
            holidays=tuple(day for day in holidays if isinstance(day, date)),
        )
