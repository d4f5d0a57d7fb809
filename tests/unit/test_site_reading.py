"""A site model that cannot be used: every mistake is told at once, with its line and how to mend it."""

from __future__ import annotations

import pytest

from api.output.issues import wrong_told
from api.texts import texts
from detection.site import Limits, Sensor
from detection.site_reading import BadSite, read_site

WRONG = """\
time_zone: Mars/Base
zones:
  - {id: control, networks: [10.0.2.5/24, 10.0.3.0/24], vlans: [ten], level: high}
assets:
  - id: plc1
    ip: 10.0.2.999
    roles: [controler]
    zone: contrl
points:
  - {server: plc1, address: "holding:1", min: low}
windows:
  - {id: w1, start: tomorrow, end: 2026-11-02T08:00:00+08:00}
  - {id: w2, start: 2026-11-03T08:00:00+08:00, end: 2026-11-02T08:00:00+08:00}
calendar:
  days: [monday]
  begin: half past seven
zoness: []
sensors:
  - {name: tap1, zones: [contrl], conduits: ["control>offce", "control-office"]}
visibility: {uptime: 99, minimum_period: a day, lost: 0.1}
"""
FOUND = {
    1: "Mars/Base", 3: "10.0.2.5/24", 6: "10.0.2.999", 7: "controler", 8: "contrl", 10: "min is not a number",
    12: "tomorrow", 13: "ends before it starts", 15: "monday", 16: "half past seven", 17: "zoness",
    19: "control-office", 20: "uptime is not a share",
}  # fmt: skip


def test_every_mistake_is_told_with_its_line() -> None:
    with pytest.raises(BadSite) as caught:
        read_site("site.yml", WRONG)
    told: dict[int | None, str] = {}
    for issue in caught.value.issues:
        what, mend = wrong_told(issue.wrong, texts("en"))
        told[issue.line] = told.get(issue.line, "") + what
        assert issue.file == "site.yml"
        assert mend
    assert set(told) == set(FOUND)
    for line, what in FOUND.items():
        assert what in told[line]


def test_what_is_right_is_read() -> None:
    site = read_site(
        "site.yml",
        "time_zone: Asia/Shanghai\n"
        "zones: [{id: control, networks: [10.0.2.0/24, 'fd00::/8'], vlans: [10, 20], level: 1}]\n"
        "assets: [{id: plc1, ip: [10.0.2.11, 10.0.2.12], mac: '00:0e:8c:10:00:11', roles: controller, zone: control}]\n"
        "windows: [{id: w1, start: 2026-11-01T08:00:00, end: 2026-11-01T10:00:00}]\n"
        "sensors: [{name: tap1, interface: mon0, zones: control, conduits: control>control}]\n"
        "visibility: {loss: 0, minimum_period: 8h}\n",
    )
    (zone,), (asset,), (window,) = site.zones, site.assets, site.windows
    assert site.sensors == (Sensor("tap1", "mon0", None, ("control",), (("control", "control"),)),)
    assert site.visibility == Limits(loss=0.0, minimum_period=8 * 3600 * 1_000_000_000)
    assert [str(network) for network in zone.networks] == ["10.0.2.0/24", "fd00::/8"]
    assert (zone.vlans, zone.level) == ((10, 20), 1)
    assert ([str(ip) for ip in asset.ip], asset.mac, asset.roles) == (
        ["10.0.2.11", "10.0.2.12"], ("00-0E-8C-10-00-11",), ("controller",),
    )  # fmt: skip
    assert window.start.isoformat() == "2026-11-01T00:00:00+00:00", "without an offset in the site's time zone"
