"""Incidents of the demo against what the attacker did, of proofs, and of made alerts; in whatever order they come."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import polars as pl
import pytest
import yaml

from detection.occurrence import Occurrence
from detection.site import Site
from response.alerts import Alert
from response.incidents.grouping import Decision, Group, groups_of
from response.incidents.links import WHY
from response.link_address import groups, is_station
from tests.alert_cases import CAPTURES, MATRIX, POLICY, PROOFS, act, alerts, alerts_of, demo, site
from tests.contract.store_cases import SECOND

INTRUDERS = {
    "10.9.1.66": "device", "10.9.1.67": "device", "10.9.1.77": "laptop", "10.9.1.31": "engineer", "10.9.2.50": "office",
}  # fmt: skip
LATE, WINDOW = 3 * SECOND, 10 * SECOND
"""How long after a step its last alert may come (silence, timers)."""


def grouped(found: Iterable[Alert], model: Site | None = None, decisions: Iterable[Decision] = ()) -> list[Group]:
    return groups_of(found, MATRIX, POLICY, model, decisions)


def names(groups: Iterable[Group]) -> list[list[str]]:
    return [[alert.rule for alert in group.alerts] for group in groups]


def members(groups: Iterable[Group]) -> set[frozenset[str]]:
    return {frozenset(alert.id for alert in group.alerts) for group in groups}


def steps() -> list[tuple[int, int, str]]:
    """(start, end, intruder) of the attacker's steps, in order; what is not named is the host on the Internet."""
    told = yaml.safe_load((CAPTURES / "demo.labels.yml").read_text())["steps"][1:]

    def ns(text: str) -> int:
        return int(datetime.fromisoformat(text).timestamp() * 1000) * 1_000_000

    return [(ns(s["start"]), ns(s["end"]), INTRUDERS.get(s["source"], "internet")) for s in told]


def begin(alert: Alert) -> int:
    """When what an alert tells began. A rate is told of its ten seconds, which may begin before the step does; of two
    claims to one address the first one seen is the honest one, the lie is the last."""
    if alert.rule == "L02":
        return alert.last_seen
    return alert.first_seen + (WINDOW if alert.first_seen % WINDOW == 0 else 0)


def step_of(alert: Alert) -> int | None:
    begun = [n for n, (start, end, _) in enumerate(steps()) if start <= begin(alert) <= end + LATE]
    return begun[-1] if begun else None


@pytest.mark.parametrize("model", [site(), None], ids=["declared", "undeclared"])
def test_the_demo_is_five_incidents_one_for_each_intruder(model: Site | None) -> None:
    groups = grouped(demo(), model)
    told = steps()
    who = []
    for group in groups:
        places = [step_of(alert) for alert in sorted(group.alerts, key=begin)]
        assert all(place is not None for place in places), "an alert of normal operation was joined"
        who.append({told[place][2] for place in places if place is not None})
        assert places == sorted(places, key=lambda p: p or 0), "the steps are out of order"
    assert who == [{"device"}, {"engineer"}, {"office"}, {"internet"}, {"laptop"}]
    assert [len(group.alerts) for group in groups] == [35, 5, 7, 11, 10]
    joined = {alert.id for group in groups for alert in group.alerts}
    loose = [alert for alert in demo() if alert.id not in joined]
    assert {alert.rule_class for alert in loose} == {"posture"}, "an alert of normal operation, or an act left out"
    assert len(loose) == 10


def test_the_chain_runs_by_tactic_then_time_and_every_alert_says_why() -> None:
    for group in grouped(demo(), site()):
        order = [(MATRIX.rank(MATRIX.stage(alert)), alert.first_seen) for alert in group.alerts]
        assert order == sorted(order)
        assert set(group.reasons) == {a.id for a in group.alerts} - {group.first.id}
        known = {alert.id for alert in group.alerts}
        assert all({link.one, link.other} <= known and link.why in WHY for link in group.reasons.values())
    device = grouped(demo(), site())[0]
    why = {alert.rule: device.reasons[alert.id].why for alert in device.alerts if alert.id in device.reasons}
    assert (why["G25"], why["MB03"], why["MB01"]) == ("station", "channel", "evidence")


def test_occurrences_become_few_incidents() -> None:
    queue = [alert for alert in demo() if alert.rule_class in ("threat", "policy")]
    counted = sum(alert.count for alert in queue)
    assert counted >= 1000
    assert counted / len(queue) >= 20
    assert counted / len(grouped(demo(), site())) >= 100


@pytest.mark.parametrize(
    ("capture", "rules"),
    [
        ("sequence/recon-then-write", [["G06", "G04", "MB12", "X01", "MB01"]]),
        ("sequence/spoof-then-false-values", [["L02", "MB16", "L01", "X03"]]),
        ("modbus/force-listen-only", [["X04", "MB10", "MB09"]]),
        ("mqtt/bridge-to-public-broker", [["G08", "MQ13", "G22"]]),
        ("opcua/stolen-session", [["UA04", "UA15"]]),
        (
            "profibus/laptop",
            [
                [
                    *("PB04", "PB03", "PB01", "PB01", "G32", "G32", "PB08", "PB08", "PB08"),
                    *("PB05", "PB05", "PB05", "PB02"),
                ]
            ],
        ),
        ("canopen/takeover", [["CO01", "CO01", "CO01", "G32", "G32", "G32", "CO05", "CO11"]]),
        ("mqtt/anonymous-login", []),
        ("modbus/hmi-normal", []),
        ("opcua/normal", []),
        ("general/mirror-lossy", []),
    ],
)
def test_proofs(capture: str, rules: list[list[str]]) -> None:
    assert names(grouped(alerts_of(PROOFS / f"{capture}.pcap"), site())) == rules


def test_an_address_below_ip_names_one_or_many() -> None:
    one = ["00-0E-8C-10-00-11", "CE-00-00-00-00-01", "PB-1", "CAN-127", "SERIAL-TX"]
    many = ["01-80-C2-00-00-0E", "FF-FF-FF-FF-FF-FF", "00-00-00-00-00-00", "PB-BUS", "CAN-BUS"]
    assert [is_station(address) for address in one] == [True] * len(one)
    assert [is_station(address) for address in [None, "", *many]] == [False] * (2 + len(many))
    column = pl.DataFrame({"source.mac": [*one, *many, None]})
    told = column.select(groups("source.mac"))["source.mac"].to_list()
    assert told == [False] * len(one) + [True] * len(many) + [None]


ATTACKER, CARD = "10.9.1.66", "B8-27-EB-10-00-66"
CROWD = (
    "modbus/unauthorised-write", "modbus/unit-scan", "modbus/force-listen-only", "general/port-scan",
    "general/port-sweep", "general/arp-sweep", "general/slow-scan", "sequence/recon-then-write",
    "sequence/spoof-then-false-values", "link/arp-spoof", "opcua/login-brute-force", "opcua/new-writer",
    "opcua/nodes-added-and-deleted", "opcua/history-rewritten", "mqtt/wildcard-subscriptions",
    "mqtt/retained-poisoned", "mqtt/sparkplug-rogue-command",
)  # fmt: skip
"""Captures of one attacker each, against the same few controllers, broker and server."""


def played_by(number: int, capture: str) -> list[Alert]:
    """The alerts of a capture as if another host had done it, all beginning at one moment."""
    found = alerts_of(PROOFS / f"{capture}.pcap")
    begin = min(alert.first_seen for alert in found)
    host, card = f"10.9.1.{100 + number}", f"B8-27-EB-10-01-{number:02X}"

    def renamed(value: Any) -> Any:
        return {ATTACKER: host, CARD: card}.get(value, value) if isinstance(value, str) else value

    return [
        replace(
            alert,
            id=f"{capture}:{alert.id}",
            first_seen=alert.first_seen - begin,
            last_seen=alert.last_seen - begin,
            dedup=tuple(map(renamed, alert.dedup)),
            source={name: renamed(value) for name, value in alert.source.items()},
            destination={name: renamed(value) for name, value in alert.destination.items()},
        )
        for alert in found
    ]


def test_a_crowd_of_attackers_on_the_same_hosts_at_the_same_time_is_told_apart() -> None:
    crowd = [alert for number, capture in enumerate(CROWD) for alert in played_by(number, capture)]
    groups = grouped(crowd, site())
    captures = [{alert.id.split(":")[0] for alert in group.alerts} for group in groups]
    mixed = [found for found in captures if len(found) > 1]
    assert mixed == []
    assert len(groups) >= len(CROWD) - 1
    alone = [grouped(played_by(number, capture), site()) for number, capture in enumerate(CROWD)]
    assert members(groups) == {found for each in alone for found in members(each)}


def test_two_attackers_of_one_controller_stay_two() -> None:
    found = alerts(act(0, "10.0.0.1", "10.0.0.9"), act(1, "10.0.0.2", "10.0.0.9"))
    assert len(grouped(found)) == 2


def test_the_same_actor_is_one_cause_within_an_hour_only() -> None:
    near = alerts(act(0, "10.0.0.1", "10.0.0.8"), act(59, "10.0.0.1", "10.0.0.9"))
    far = alerts(act(0, "10.0.0.1", "10.0.0.8"), act(61, "10.0.0.1", "10.0.0.9"))
    assert (len(grouped(near)), len(grouped(far))) == (1, 2)


def test_a_hub_joins_by_its_channels_alone() -> None:
    def hub(occurrence: Occurrence) -> Alert:
        (alert,) = alerts(occurrence)
        return Alert(**{**vars(alert), "source": {**alert.source, "roles": ["broker", "server"]}})

    found = [
        hub(act(0, "10.0.0.5", "10.0.0.8")),
        hub(act(1, "10.0.0.5", "10.0.0.9")),
        hub(act(2, "10.0.0.5", "10.0.0.9", "MB03")),
    ]
    assert names(grouped(found)) == [["MB01"], ["MB01", "MB03"]]


def test_what_follows_joins_the_latest_act_and_nobody_elses() -> None:
    quiet = act(5, "10.0.0.7", "10.0.0.9", "G24", techniques=("T0829",), severity="medium")
    acts = [act(0, "10.0.0.1", "10.0.0.9"), act(4, "10.0.0.2", "10.0.0.9")]
    assert names(grouped(alerts(*acts, quiet))) == [["MB01"], ["MB01", "G24"]]
    before = act(-1, "10.0.0.7", "10.0.0.9", "G24", techniques=("T0829",), severity="medium")
    assert names(grouped(alerts(*acts, before))) == [["MB01"], ["MB01"]]


def test_a_host_that_was_taken_and_attacks_is_one_story_a_scanned_one_is_not() -> None:
    onward = act(20, "10.0.0.2", "10.0.0.9")
    taken = act(0, "10.0.0.1", "10.0.0.2", techniques=("T0866",))
    scanned = act(0, "10.0.0.1", "10.0.0.2", techniques=("T0846",))
    assert len(grouped(alerts(taken, onward))) == 1
    assert len(grouped(alerts(scanned, onward))) == 2


def test_posture_health_other_sensors_and_drills_never_join() -> None:
    base = act(0, "10.0.0.1", "10.0.0.9")
    for changes in ({"rule_class": "posture"}, {"rule_class": "health"}, {"severity": "informational"}):
        assert names(grouped(alerts(base, act(1, "10.0.0.1", "10.0.0.9", "MB03", **changes)))) == [["MB01"]]
    others: list[dict[str, Any]] = [{"sensor": "other"}, {"drill": True}]
    for changes in others:
        assert names(grouped(alerts(base, act(1, "10.0.0.1", "10.0.0.9", "MB03", **changes)))) == [["MB01"], ["MB03"]]


def test_people_split_and_merge_and_later_alerts_keep_to_it() -> None:
    row = alerts(
        *(act(n, "10.0.0.1", f"10.0.0.{20 + n % 2}", "MB01") for n in range(2)), act(2, "10.0.0.3", "10.0.0.9")
    )
    one, two, other = (alert.id for alert in row)
    split = Decision("d1", 1, "li", "split", ((one,), (two,)))
    assert members(grouped(row, None, [split])) == {frozenset({one}), frozenset({two}), frozenset({other})}
    later = alerts(act(3, "10.0.0.1", "10.0.0.21", "MB03"))[0]
    assert frozenset({two, later.id}) in members(grouped([*row, later], None, [split]))
    merge = Decision("d2", 2, "li", "merge", ((one,), (two,), (other,)))
    assert members(grouped([*row, later], None, [split, merge])) == {frozenset({one, two, other, later.id})}


HOSTS = [f"10.0.0.{n}" for n in range(1, 8)]
TECHNIQUES = [("T0855",), ("T0829",), ("T0846",), ("T0866",), ()]


def made(chance: random.Random) -> list[Alert]:
    """Some alerts of few hosts, so that much hangs together."""
    occurrences = [
        act(
            chance.randrange(300),
            chance.choice(HOSTS),
            chance.choice(HOSTS),
            chance.choice(["MB01", "MB03", "G24", "G04"]),
            techniques=chance.choice(TECHNIQUES),
            severity=chance.choice(["low", "medium", "high"]),
            sensor=chance.choice("aab"),
        )
        for _ in range(chance.randrange(3, 26))
    ]
    return alerts(*occurrences)


def decided(chance: random.Random, ids: list[str]) -> list[Decision]:
    found = []
    for number in range(chance.randrange(4)):
        chosen = chance.sample(ids, chance.randint(2, len(ids)))
        cut = chance.randrange(1, len(chosen))
        parts = (tuple(chosen[:cut]), tuple(chosen[cut:]))
        found.append(Decision(f"d{number}", number, "li", chance.choice(["split", "merge"]), parts))
    return found


@pytest.mark.parametrize("seed", range(150))
def test_any_order_gives_the_same(seed: int) -> None:
    chance = random.Random(seed)
    known = made(chance)
    decisions = decided(chance, [alert.id for alert in known])
    groups = grouped(known, None, decisions)
    assert grouped(chance.sample(known, len(known)), None, chance.sample(decisions, len(decisions))) == groups
    together = [alert.id for group in groups for alert in group.alerts]
    assert len(together) == len(set(together))
    assert all(set(group.reasons) == {a.id for a in group.alerts} - {group.first.id} for group in groups)
    assert all(len({(a.sensor, a.drill) for a in group.alerts}) == 1 for group in groups if not decisions)
    if decisions and decisions[-1].what == "split":
        left, right = map(set, decisions[-1].parts)
        assert not any(left & {a.id for a in g.alerts} and right & {a.id for a in g.alerts} for g in groups)
