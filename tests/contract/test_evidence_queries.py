"""Every evidence query: a case that it must complain of and one that it must not, from real captures where traffic
decides; and what holds for all of them: a blind sensor never passes, the same store gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from api.assessing import library
from api.storage import open_store
from api.texts import texts
from response.compliance import condensing
from response.compliance.evidence import QUERIES
from response.compliance.gathering import Audit, Evidence, gather, span
from response.compliance.query import SIGHTS, canonical, ordered
from response.compliance.running import query_all
from response.compliance.sight import look
from response.times import time_text
from tests.contract.assess_worlds import (
    DAY,
    DEMO,
    HOUR,
    NORMAL,
    OPCUA,
    Closing,
    World,
    evidence,
    model,
    outcome_of,
    shipped_content,
    store_of,
    with_records,
)

LEAST = 40
Change = Callable[[Evidence], Evidence]
PLANT = World((DEMO.name,))
CLEAN = World(NORMAL)
SIGNED = World(OPCUA)
SHORT = ("minimum_period: 24h", "minimum_period: 1s")


def records(**kinds: list[dict[str, Any]]) -> Change:
    return lambda seen: with_records(seen, **kinds)


def same(seen: Evidence) -> Evidence:
    return seen


def filled(seen: Evidence) -> Evidence:
    """Every asset with all attributes."""
    more = {"vendor": ("Reed",), "model": ("R-1",), "firmware": ("1.0",)}
    return replace(seen, assets=tuple(replace(a, attributes={**a.attributes, **more}) for a in seen.assets))


def playbooks(*names: str) -> Change:
    return lambda seen: replace(seen, content=replace(seen.content, playbooks=names))


def released(days: int) -> Change:
    return lambda seen: replace(seen, content=replace(seen.content, made_at=seen.now - days * DAY))


def without_rules(seen: Evidence) -> Evidence:
    return replace(seen, content=replace(seen.content, rules=()))


def audit(lines: int, broken: int | None) -> Change:
    return lambda seen: replace(seen, audit=Audit(lines, broken))


def without_alerts(seen: Evidence) -> Evidence:
    return replace(seen, alerts=())


def days_later(days: int) -> Change:
    return lambda seen: replace(seen, now=seen.now + days * DAY)


def dual(seen: Evidence) -> Evidence:
    """One host answers in both zones."""
    first, *rest = (a for a in seen.assets if a.name == "hmi")
    return replace(seen, assets=(replace(first, addresses=(*first.addresses, "10.9.2.9")), *rest))


def mail(seen: Evidence) -> Evidence:
    """The same conversations, on the port of mail."""
    flows = seen.facts["flow"].with_columns(pl.lit("smtp").alias("ot.port_protocol"))
    return replace(seen, facts={**seen.facts, "flow": flows})


def sealed(seen: Evidence) -> Evidence:
    """The same conversations, on the port of TLS and not recognised."""
    unknown = pl.lit(None, pl.String).alias("network.protocol")
    flows = seen.facts["flow"].with_columns(pl.lit("tls").alias("ot.port_protocol"), unknown)
    return replace(seen, facts={**seen.facts, "flow": flows})


def bare(seen: Evidence) -> Evidence:
    """Alerts that name no packets."""
    return replace(seen, alerts=tuple(replace(alert, packets=()) for alert in seen.alerts))


RUN = {"id": "r", "incident": "i1", "playbook": "spoofing", "at": 1}
CLOSED = {"id": "i", "status": "closed", "severity": "high", "assets": ["plc1"], "first_seen": 2, "last_seen": 1}
OVERDUE = {"id": "l1", "control": "f:C", "query": "q", "state": "fail", "status": "open",
           "due": "2026-11-01T00:00:00.000000000Z"}  # fmt: skip


def both(*changes: Change) -> Change:
    def changed(seen: Evidence) -> Evidence:
        for change in changes:
            seen = change(seen)
        return seen

    return changed


def incident(seen: Evidence) -> Evidence:
    """An incident of all alerts, closed an hour after its first packet, unless the alerts are still open."""
    first = min(alert.first_seen for alert in seen.alerts)
    closed = all(alert.status == "closed" for alert in seen.alerts)
    line = {"at": time_text(first + HOUR), "who": "li", "what": "status", "from": "new", "to": "closed"}
    one = {
        "id": "i1", "status": "closed" if closed else "new", "alerts": [a.id for a in seen.alerts], "drill": False,
        "first_seen": time_text(first), "last_seen": time_text(first), "created_at": time_text(first),
        "history": [line] if closed else [],
    }  # fmt: skip
    return with_records(seen, incident=[one], run=[])


def proof(*captures: str, learn: tuple[str, ...] = (), zones: tuple[str, ...] = ("control",), **site: str) -> World:
    return World(captures, learn, (SHORT, *((k.replace("__", " "), v) for k, v in site.items())), zones)


WINDOW = ("windows: []", "windows: [{id: w1, order: WO-7, start: 2026-11-01T00:00:00, end: 2026-12-31T00:00:00}]")
UNWATCHED = ("interface: mon0, zones: [control]", "interface: mon0, zones: [office]")
VLANS = ("vlans: [10]", "vlans: [99]")
HMI_IN_OFFICE = (
    ("level: 4, networks: [10.9.2.0/24]", "level: 4, networks: [10.9.2.0/24, 10.9.1.30/32]"),
    ("roles: [hmi, writer], zone: control", "roles: [hmi, writer], zone: office"),
)
NO_CONDUITS = ("  - from: office\n    to: control\n    allow:\n      - {protocol: tls}", "  []")
OPEN = (
    "      - {protocol: tls}",
    "      - {protocol: any}\n  - {from: control, to: office, allow: [{protocol: any}]}",
)
NAMED_BARE = ("enip/unauthorised-write.pcap", "iec104/normal.pcap", "dnp3/normal.pcap", "s7comm/hmi-normal-later.pcap")
"""Protocols that the core names and that cannot authenticate: an operator station in the office that uses one fails."""
ALL_NAMES = tuple({r.playbook for r in shipped_content().rules if r.playbook})

CASES: dict[str, tuple[tuple[World, Change, str], ...]] = {
    "asset_inventory_completeness": ((PLANT, same, "fail"), (CLEAN, filled, "pass")),
    "asset_unknown_seen": ((PLANT, same, "fail"), (CLEAN, same, "pass")),
    "asset_declared_unseen": ((CLEAN, same, "fail"), (PLANT, same, "pass")),
    "asset_version_known": ((PLANT, same, "fail"), (CLEAN, filled, "pass")),
    "asset_change_log": ((proof("link/arp-spoof.pcap"), same, "inconclusive"), (CLEAN, same, "pass")),
    "data_flow_map": ((PLANT, same, "inconclusive"), (CLEAN, same, "inconclusive")),
    "zone_model_defined": (
        (proof("general/controller-to-internet.pcap", "general/report-to-engineering.pcap"), same, "fail"),
        (CLEAN, same, "pass"),
    ),
    "cross_zone_without_conduit": ((PLANT, same, "fail"), (CLEAN, same, "pass")),
    "ot_to_internet": ((proof("general/controller-to-internet.pcap"), same, "fail"), (CLEAN, same, "pass")),
    "critical_zone_isolation": ((PLANT, same, "fail"), (CLEAN, same, "pass")),
    "vlan_separation": (
        (proof("link/mac-on-two-vlans.pcap"), same, "fail"),
        (World(("link/vlan-tagged.pcap",), (), (SHORT, VLANS)), same, "fail"),
        (proof("link/vlan-tagged.pcap"), same, "pass"),
        (CLEAN, same, "inconclusive"),
    ),
    "cross_zone_unencrypted": ((PLANT, same, "fail"), (CLEAN, same, "inconclusive")),
    "default_deny_observed": ((PLANT, same, "fail"), (World((DEMO.name,), (), (SHORT, OPEN)), same, "fail")),
    "general_service_over_boundary": ((proof("general/remote-access.pcap"), same, "fail"), (CLEAN, same, "pass")),
    "remote_access_sessions": ((proof("general/remote-access.pcap"), same, "pass"), (CLEAN, same, "pass")),
    "high_risk_service": ((proof("general/remote-access.pcap"), same, "fail"), (CLEAN, same, "pass")),
    "plaintext_credentials": ((proof("opcua/clear-text-password.pcap"), same, "fail"), (SIGNED, same, "pass")),
    "default_credentials": ((proof("mqtt/default-password.pcap"), same, "fail"), (PLANT, same, "pass")),
    "anonymous_access": (
        (proof("mqtt/anonymous-login.pcap"), same, "fail"),
        (proof("opcua/no-security-anonymous.pcap"), same, "fail"),
        (SIGNED, same, "pass"),
    ),
    "failed_login_burst": ((PLANT, without_alerts, "fail"), (PLANT, same, "pass"), (SIGNED, same, "pass")),
    "certificate_inventory": ((CLEAN, same, "inconclusive"), (SIGNED, same, "pass")),
    "weak_certificates": ((proof("opcua/bad-certificates.pcap"), same, "fail"), (SIGNED, same, "pass")),
    "opcua_security_none": ((proof("opcua/no-security-anonymous.pcap"), same, "fail"), (SIGNED, same, "pass"),
                            (proof("opcua/discovery-then-signed.pcap"), same, "pass"), (CLEAN, same, "inconclusive")),
    "mqtt_without_tls": ((proof("mqtt/normal.pcap"), same, "fail"), (proof("mqtt/tls.pcap"), same, "pass"),
                         (CLEAN, same, "inconclusive")),
    "platform_access_unauthorised": ((PLANT, same, "fail"), (SIGNED, same, "pass")),
    "unauthenticated_ot_protocol": (
        (PLANT, same, "fail"),
        (CLEAN, same, "pass"),
        *((World((name,), (), (SHORT, *HMI_IN_OFFICE)), same, "fail") for name in NAMED_BARE),
        (proof("iec104/normal.pcap"), same, "pass"),
    ),
    "write_from_unauthorised_host": ((proof("modbus/unauthorised-write.pcap"), same, "fail"),
                                     (proof("modbus/hmi-write.pcap"), same, "pass"),
                                     (World(("modbus/unauthorised-write.pcap",), (), (SHORT, WINDOW)), same, "pass")),
    "engineering_from_unexpected_host": ((proof("opcua/nodes-added-and-deleted.pcap"), same, "fail"),
                                         (proof("enip/engineer-visit.pcap"), same, "pass")),
    "program_change_events": ((proof("modbus/force-listen-only.pcap"), same, "inconclusive"),
                              (World(("modbus/force-listen-only.pcap",), (), (SHORT, WINDOW)), same, "pass")),
    "program_change_unapproved": ((proof("modbus/force-listen-only.pcap"), same, "fail"),
                                  (World(("modbus/force-listen-only.pcap",), (), (SHORT, WINDOW)), same, "pass")),
    "new_command_type": ((proof("modbus/first-write-to-object.pcap", learn=NORMAL), same, "fail"),
                         (proof("modbus/first-write-to-object.pcap", learn=NORMAL), Closing(), "pass"),
                         (CLEAN, same, "inconclusive")),
    "setpoint_out_of_range": ((proof("modbus/value-out-of-range.pcap"), same, "fail"),
                              (proof("modbus/hmi-write.pcap"), same, "pass")),
    "malformed_protocol": ((proof("modbus/header-anomalies.pcap"), same, "fail"), (CLEAN, same, "pass"),
                           (PLANT, Closing(), "pass")),
    "session_integrity_anomaly": ((proof("link/arp-spoof.pcap"), same, "fail"),
                                  (proof("link/arp-announcement.pcap"), same, "pass"),
                                  (proof("general/router-arp.pcap"), same, "pass")),
    "comm_loss_events": ((proof("general/device-gone.pcap"), same, "inconclusive"),
                         (proof("modbus/hmi-normal.pcap"), same, "pass")),
    "it_ot_bypass_dmz": (
        (proof("general/remote-access.pcap"), same, "fail"),
        (CLEAN, same, "pass"),
    ),
    "dual_homed_asset": (
        (World(NORMAL, (), (SHORT, ("[10.9.1.1, 10.9.2.1]", "[10.9.1.1]"))), dual, "fail"),
        (CLEAN, same, "pass"),
    ),
    "untrusted_path_unencrypted": (
        (PLANT, same, "fail"),
        (CLEAN, same, "inconclusive"),
        (proof("general/controller-to-internet.pcap"), sealed, "pass"),
    ),
    "remote_access_unapproved": (
        (proof("general/remote-access.pcap"), same, "fail"),
        (World(("general/remote-access.pcap",), (), (SHORT, WINDOW)), same, "pass"),
    ),
    "plaintext_admin_protocol": ((proof("general/remote-access.pcap"), same, "fail"), (CLEAN, same, "pass")),
    "time_sync_seen": (
        (World(NORMAL, (), (SHORT, ("roles: [network]", "roles: [network, time_source]"))), same, "fail"),
        (CLEAN, same, "inconclusive"),
    ),
    "shared_account_use": ((PLANT, same, "fail"), (SIGNED, same, "pass")),
    "mobile_code_transfer": ((proof("general/program-to-engineering.pcap"), same, "fail"), (CLEAN, same, "pass")),
    "finding_progress": (
        (CLEAN, records(assessment=[{"id": "x", "made_at": 9, "actions": [OVERDUE]}]), "fail"),
        (CLEAN, records(assessment=[{"id": "x", "made_at": 9, "actions": [{**OVERDUE, "due": None}]},
                                    {"id": "old", "made_at": 99, "actions": [OVERDUE]}]), "pass"),
    ),
    "incident_classified": (
        (CLEAN, records(incident=[CLOSED]), "fail"),
        (CLEAN, records(incident=[{**CLOSED, "assignee": "li"}]), "pass"),
    ),
    "exercise_records": (
        (CLEAN, records(drill=[{"id": "d", "rule": "MB01", "state": "passed", "at": 9}]), "pass"),
        (CLEAN, records(drill=[{"id": "d", "rule": "MB01", "state": "passed", "at": 9000}]), "inconclusive"),
    ),
    "person_to_person_comm": ((CLEAN, mail, "fail"), (CLEAN, same, "pass")),
    "wan_control_plaintext": (
        (PLANT, same, "fail"),
        (CLEAN, same, "inconclusive"),
        (proof("general/controller-to-internet.pcap"), same, "pass"),
    ),
    "config_drift": (
        (proof("general/identity-changed.pcap", learn=NORMAL), same, "fail"),
        (proof("general/identity-changed.pcap", learn=NORMAL), Closing(), "pass"),
        (CLEAN, same, "inconclusive"),
    ),
    "audit_record_fields": (
        (CLEAN, lambda e: replace(e, audit=Audit(100, None, 98)), "fail"),
        (CLEAN, lambda e: replace(e, audit=Audit(100, None, 100)), "pass"),
        (CLEAN, audit(0, None), "inconclusive"),
    ),
    "log_retention": (
        (CLEAN, same, "inconclusive"),
        (CLEAN, days_later(181), "pass"),
        (CLEAN, lambda e: replace(e, removed={"capture": e.now - 100 * DAY}), "fail"),
        (CLEAN, lambda e: replace(e, removed={"capture": e.now - 181 * DAY}), "inconclusive"),
    ),
    "sensor_coverage": ((World((DEMO.name,), zones=("control", "office")), same, "fail"), (PLANT, same, "pass")),
    "monitoring_uptime": ((World((*NORMAL, DEMO.name)), same, "fail"), (PLANT, same, "pass")),
    "detection_coverage": ((CLEAN, without_rules, "fail"), (CLEAN, same, "pass")),
    "content_freshness": ((CLEAN, released(31), "fail"), (CLEAN, released(3), "pass"), (CLEAN, same, "inconclusive")),
    "detection_self_test": (
        (CLEAN, records(drill=[{"id": "d1", "rule": "MB01", "state": "failed", "at": 2}]), "fail"),
        (CLEAN, records(drill=[{"id": "d1", "rule": "MB01", "state": "failed", "at": 9},
                               {"id": "d2", "rule": "MB01", "state": "passed", "at": 2}]), "pass"),
        (CLEAN, records(drill=[{"id": "d1", "rule": "MB01", "state": "passed", "at": 9000}]), "inconclusive"),
    ),
    "alert_triage_status": ((PLANT, days_later(2), "fail"), (PLANT, Closing(), "pass")),
    "alert_ack_sla": ((PLANT, days_later(2), "fail"), (PLANT, both(Closing(), days_later(2)), "pass")),
    "anomaly_disposition": ((PLANT, days_later(2), "fail"), (PLANT, both(days_later(2), Closing()), "pass")),
    "dos_events": ((PLANT, same, "fail"), (PLANT, Closing(), "pass"), (CLEAN, same, "pass")),
    "malware_indicator": ((PLANT, same, "fail"), (PLANT, Closing(), "pass"), (CLEAN, same, "pass")),
    "baseline_approved": (
        (CLEAN, records(baseline=[{"id": "b", "kind": "conversation", "state": "proposed", "at": 1}]), "fail"),
        (CLEAN, records(baseline=[{"id": "b", "kind": "conversation", "state": "approved", "at": 9000}]), "fail"),
        (CLEAN, records(baseline=[{"id": "b", "kind": "conversation", "state": "approved", "at": 1}]), "pass"),
        (CLEAN, same, "inconclusive"),
    ),
    "audit_log_integrity": ((CLEAN, audit(9, 4), "fail"), (CLEAN, audit(9, None), "pass"),
                            (CLEAN, audit(0, None), "inconclusive")),
    "system_user_roles": (
        (CLEAN, records(user=[{"id": "a", "name": "a", "state": "active", "roles": ["admin", "auditor"], "at": 1}]),
         "fail"),
        (CLEAN, records(user=[{"id": "a", "name": "a", "state": "active", "roles": ["admin"], "at": 1},
                              {"id": "b", "name": "b", "state": "active", "roles": ["auditor"], "at": 1}]), "pass"),
        (CLEAN, records(user=[{"id": "a", "name": "a", "state": "active", "roles": ["admin"], "at": 1}]),
         "inconclusive"),
    ),
    "assessment_records": ((CLEAN, records(assessment=[{"id": "x", "name": "n", "made_at": 9000}]), "inconclusive"),
                           (CLEAN, records(assessment=[{"id": "x", "name": "n", "made_at": 9}]), "pass")),
    "incident_timeline": ((PLANT, both(incident, days_later(90)), "fail"), (PLANT, both(Closing(), incident), "pass"),
                          (PLANT, same, "inconclusive")),
    "playbook_execution": (
        (PLANT, both(incident, days_later(2)), "fail"),
        (PLANT, incident, "inconclusive"),
        (PLANT, both(incident, days_later(2), records(run=[RUN])), "pass"),
        (PLANT, both(incident, days_later(2), records(run=[{**RUN, "dry": True}])), "fail"),
    ),
    "incident_evidence_kept": (
        (PLANT, both(Closing(), incident, bare), "fail"),
        (PLANT, both(Closing(), incident), "pass"),
    ),
    "playbook_coverage": ((CLEAN, playbooks("spoofing"), "fail"), (CLEAN, playbooks(*ALL_NAMES), "pass"),
                          (CLEAN, playbooks(), "inconclusive")),
}  # fmt: skip
CASE_LIST = [(query, *case) for query, cases in CASES.items() for case in cases]


def test_every_query_has_its_facts_titles_and_cases() -> None:
    names = [query.name for query in QUERIES]
    assert len(names) == len(set(names)) >= LEAST
    assert set(CASES) == set(names)
    for query in QUERIES:
        about = library().catalogue[query.name]
        assert texts("zh").get(f"assess.query.{query.name}") == about.title_zh
        assert texts("en").get(f"assess.query.{query.name}")
        assert query.sight in SIGHTS
        assert query.when_blind in ("fail", "inconclusive")
        assert len({state for _, _, state in CASES[query.name]}) > 1 or query.name in NO_OTHER, query.name


NO_OTHER = ("data_flow_map", "remote_access_sessions", "default_deny_observed")
"""Lists that people review, and what only a plant with more conduits than ours could show."""


@pytest.mark.parametrize(("query", "world", "change", "state"), CASE_LIST, ids=[f"{c[0]}-{c[3]}" for c in CASE_LIST])
def test_a_query_complains_of_what_is_wrong_and_of_nothing_else(
    query: str, world: World, change: Change, state: str
) -> None:
    found = outcome_of(query, change(evidence(world)))
    told = [(reason.code, dict(reason.parameters)) for reason in found.result.reasons]
    assert found.result.state == state, (told, [dict(row) for row in found.rows[:3]])
    assert found.result.reasons
    assert found.result.rows == len(found.rows)
    assert found.result.digest == ordered(found.rows)[1]
    json.dumps([canonical(row) for row in found.rows])


@pytest.mark.parametrize(
    ("world", "reason"),
    [
        (World(NORMAL, site=()), "too_short"),
        (World(NORMAL, (), (SHORT, UNWATCHED)), "no_sensor"),
        (World(NORMAL, (), (SHORT, ("{name: analyze,", "{name: elsewhere,"))), "sensor_silent"),
        (proof("general/mirror-lossy.pcap"), "loss"),
        (proof("general/mirror-one-sided.pcap"), "one_way"),
        (World((*NORMAL, DEMO.name)), "uptime"),
        (World(("general/uneven-contact.pcap",), (), (SHORT, ("networks: [10.9.1.0/24]", "networks: [10.8.1.0/24]"))),
         "no_traffic"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_blind_sensor_never_passes(world: World, reason: str) -> None:
    seen = evidence(world)
    visible = look(seen)
    codes = {r.code for r in (*visible.blind, *(r for zone in visible.zones for r in zone.blind))}
    assert reason in codes
    watched = {query.name for query in QUERIES if query.sight != "none"}
    # That nothing happens on a zone is no lack of its sensor.
    watched |= set() if reason == "no_traffic" else {"sensor_coverage", "monitoring_uptime"}
    passed = {name for name, each in query_all(seen, library()).items() if each.result.state == "pass"}
    assert passed & watched == set()


@pytest.mark.parametrize(
    ("told", "is_blind"),
    [
        ({"spool_segments_missing": 2}, True),
        ({"spool_segments_missing": 2, "spool_segments_late": 1}, True),
        ({"spool_segments_missing": 2, "spool_segments_late": 2}, False),
        ({"spool_segments_altered": 1}, True),
        ({"spool_chains_begun": 1}, True),
    ],
)
def test_a_segment_that_is_missing_makes_inconclusive(told: dict[str, int], is_blind: bool) -> None:
    seen = evidence(World(NORMAL, (), (SHORT,)))
    capture = seen.facts["capture"]
    row = capture.filter(pl.col("ot.counter") == "frames").head(1)
    gaps = [
        row.with_columns(
            pl.lit("spool").cast(capture.schema["ot.stage"]).alias("ot.stage"),
            pl.lit(name).cast(capture.schema["ot.counter"]).alias("ot.counter"),
            pl.lit(count).cast(capture.schema["ot.count"]).alias("ot.count"),
        )
        for name, count in told.items()
    ]
    visible = look(replace(seen, facts={**seen.facts, "capture": pl.concat([capture, *gaps])}))
    assert ("segments_missing" in {r.code for zone in visible.zones for r in zone.blind}) == is_blind


@pytest.mark.parametrize(
    ("dataset", "after", "is_blind"), [("transaction", 1, True), ("capture", 1, True), ("flow", 0, False)]
)
def test_what_retention_removed_proves_nothing(dataset: str, after: int, is_blind: bool) -> None:
    """A period that begins before the border: rows that are missing must not read as nothing wrong."""
    seen = evidence(World(NORMAL, (), (SHORT,)))
    whole = query_all(seen, library())
    cut = query_all(replace(seen, removed={dataset: seen.start + after}), library())
    watched = {query.name for query in QUERIES if query.sight != "none"} | {"sensor_coverage", "monitoring_uptime"}
    passed = {name for name, each in whole.items() if each.result.state == "pass"}
    assert passed & watched
    assert passed - watched
    still = {name for name in passed if cut[name].result.state == "pass"}
    assert still == (passed - watched if is_blind else passed)
    for name in passed - still:
        result = cut[name].result
        assert result.state == "inconclusive"
        assert "removed" in {reason.code for reason in (*result.visibility, *result.reasons)}


def test_what_cannot_be_read_hinders_only_queries_on_contents() -> None:
    states = {name: each.result.state for name, each in query_all(evidence(proof("mqtt/tls.pcap")), library()).items()}
    assert states["write_from_unauthorised_host"] == states["malformed_protocol"] == "inconclusive"
    assert states["cross_zone_without_conduit"] == states["mqtt_without_tls"] == "pass"


def test_clean_traffic_does_not_fail() -> None:
    """With the plant's own site model, which wants 24 hours, nothing is disproved in a minute of normal operation."""
    for captures in (NORMAL, OPCUA, ("modbus/hmi-normal-later.pcap",), ("link/arp-announcement.pcap",)):
        seen = evidence(World(captures, site=()))
        failed = [name for name, each in query_all(seen, library()).items() if each.result.state == "fail"]
        assert failed == [], captures


def test_the_size_of_pages_and_chunks_changes_nothing() -> None:
    with open_store(store_of(PLANT)) as store:
        period = span(store)
        assert period is not None
        made = [
            gather(store, model(PLANT.site).site, period, now=period[1], content=shipped_content(),
                   zones=PLANT.zones, page=page)
            for page in (97, 5000)
        ]  # fmt: skip
    small, large = (query_all(seen, library()) for seen in made)
    for name, each in small.items():
        assert each.result == large[name].result


def test_an_old_event_gets_the_zone_of_the_model_in_use() -> None:
    """The store was filled with the plant's model; assessed by one that calls the control zone otherwise."""
    renamed = (("id: control", "id: line1"), ("zone: control", "zone: line1"), ("zones: [control]", "zones: [line1]"),
               ("to: control", "to: line1"))  # fmt: skip
    with open_store(store_of(PLANT)) as store:
        period = span(store)
        assert period is not None
        seen = gather(store, model((SHORT, *renamed)).site, period, now=period[1], content=shipped_content())
    (row,) = outcome_of("ot_to_internet", seen).rows
    assert row["ot.destination.zone"] == "line1"


def test_more_facts_than_can_be_kept_are_counted_and_pass_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(condensing, "MOST_FACTS", 5)
    with open_store(store_of(CLEAN)) as store:
        period = span(store)
        assert period is not None
        seen = gather(store, model(CLEAN.site).site, period, now=period[1], content=shipped_content(),
                      zones=CLEAN.zones, page=50)  # fmt: skip
    assert all(len(facts) <= 5 for facts in seen.facts.values())
    assert set(seen.left_out) >= {"flow", "transaction"}
    assert "left_out" in {reason.code for reason in look(seen).blind}
    states = {each.result.state for name, each in query_all(seen, library()).items() if name in SEEING}
    assert "pass" not in states


SEEING = {query.name for query in QUERIES if query.sight != "none"}
