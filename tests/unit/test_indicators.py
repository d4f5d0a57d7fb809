"""Lists of bad addresses in the site model: reading, matching, and what falls on them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from api.output.issues import issue_line
from api.texts import texts
from detection.context import Context
from detection.roles import Roles
from detection.site_reading import BadSite, load_site
from sensors.fields import vocabulary


def site_file(folder: Path, indicators: str) -> Path:
    path = folder / "site.yml"
    path.write_text(f"time_zone: Asia/Shanghai\nindicators:\n{indicators}")
    return path


def flows(times_and_ends: list[tuple[str, str, str]]) -> pl.DataFrame:
    schema = vocabulary().schema("flow")
    rows = [
        {"@timestamp": datetime.fromisoformat(time), "ot.clock": datetime.fromisoformat(time),
         "source.ip": source, "destination.ip": destination}
        for time, source, destination in times_and_ends
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def test_lists_in_the_model_and_beside_it_are_read(tmp_path: Path) -> None:
    (tmp_path / "feed.txt").write_text("# weekly\n203.0.113.0/24  # all of it\n\n2001:db8::/32\n")
    lines = "  - {file: feed.txt, source: CERT, expires: 2027-01-31}\n  - {values: [203.0.113.50], source: marsh}\n"
    known = load_site(site_file(tmp_path, lines)).indicators
    assert str(known.match("203.0.113.50")) == "203.0.113.50 (marsh)", "the narrowest counts"
    found = known.match("203.0.113.51")
    assert found is not None
    assert str(found) == "203.0.113.0/24 (CERT)"
    assert found.expires == datetime(2027, 1, 31, 15, 59, 59, 999_999, UTC), "the end of that day in the site's zone"
    assert str(known.match("2001:db8::1")) == "2001:db8::/32 (CERT)"
    assert known.match("198.51.100.1") is None


def test_of_two_lists_that_name_an_address_the_one_valid_longer_counts(tmp_path: Path) -> None:
    lines = (
        "  - {values: [203.0.113.50], source: long, expires: 2028-01-01}\n"
        "  - {values: [203.0.113.50], source: short, expires: 2027-01-01}\n"
    )
    assert str(load_site(site_file(tmp_path, lines)).indicators.match("203.0.113.50")) == "203.0.113.50 (long)"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("  - {values: [203.0.113.300], source: x}\n", "site.yml:3: '203.0.113.300' is not an address or network"),
        ("  - {values: [203.0.113.1]}\n", "indicators[0].source is missing"),
        ("  - {values: [203.0.113.1], source: x, expires: soon}\n", "'soon' is not a day"),
        ("  - {file: none.txt, source: x}\n", "none.txt cannot be read"),
        ("  - {file: bad.txt, source: x}\n", "bad.txt:2: 'evil.example' is not an address or network"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, lines: str, said: str) -> None:
    (tmp_path / "bad.txt").write_text("203.0.113.9\nevil.example\n")
    with pytest.raises(BadSite) as caught:
        load_site(site_file(tmp_path, lines))
    assert said in "\n".join(issue_line(issue, texts("en")) for issue in caught.value.issues)


def test_rows_that_fall_on_an_indicator_name_it_while_it_is_valid(tmp_path: Path) -> None:
    lines = "  - {values: [203.0.113.50], source: marsh, expires: 2026-12-01T00:00:00Z}\n"
    context = Context(load_site(site_file(tmp_path, lines)), Roles())
    given = flows(
        [
            ("2026-11-30T00:00:00+00:00", "10.0.0.1", "203.0.113.50"),
            ("2026-11-30T00:00:01+00:00", "203.0.113.50", "10.0.0.1"),
            ("2026-11-30T00:00:02+00:00", "10.0.0.1", "203.0.113.51"),
            ("2026-12-02T00:00:00+00:00", "10.0.0.1", "203.0.113.50"),
        ]
    )
    found = context.join(given)["ot.indicator"].cast(pl.String).to_list()
    assert found == ["203.0.113.50 (marsh)", "203.0.113.50 (marsh)", None, None]
    assert Context(None, Roles()).join(given)["ot.indicator"].null_count() == 4


def test_a_scan_from_thousands_of_listed_addresses_is_joined(tmp_path: Path) -> None:
    lines = "  - {values: [203.0.0.0/16], source: marsh}\n"
    context = Context(load_site(site_file(tmp_path, lines)), Roles())
    rows = [("2026-11-30T00:00:00+00:00", f"203.0.{n // 250}.{n % 250}", "10.0.0.1") for n in range(20_000)]
    found = context.join(flows(rows))["ot.indicator"].cast(pl.String)
    assert found.unique().to_list() == ["203.0.0.0/16 (marsh)"]
    assert (
        context.join(flows([("2026-11-30T00:00:00+00:00", "10.0.0.1", "10.0.0.2")]))["ot.indicator"].null_count() == 1
    )
