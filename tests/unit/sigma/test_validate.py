"""Issues name file, line, what is wrong and how to mend it; one rule may have many."""

from __future__ import annotations

import pytest

from api.output.issues import issue_line
from api.texts import texts
from detection.sigma import RuleSet, fields
from sensors.fields import Detail, protocols, vocabulary

RULE = """\
title: A rule
id: 6f0f9c1e-0d0b-4a58-9a64-3d1a5b7f2c01
name: T01
status: stable
logsource: {product: bittern, category: transaction}
detection:
  one:
    ot.operation: write
  condition: one
level: high
tags: [attack.t0855]
bittern:
  class: threat
  learnable: never
  dedup: [source.ip]
  needs: [writers]
  objects: [control]
  controls: [iec62443-3-3:SR-2.1]
  text:
    en:
      what: "{source} wrote {ot.object.address}."
      why: It may not.
      do: [Ask.]
    zh:
      what: "{source} 写入。"
      why: 未授权。
      do: [询问。]
  proof: {positive: [a.pcap], benign: [b.pcap]}
"""
TECHNIQUES = frozenset({"T0855"})


def issues(text: str) -> list[str]:
    return [issue_line(issue, texts("en")) for issue in RuleSet.from_texts({"t.yml": text}, TECHNIQUES).issues]


def test_the_rule_itself_has_no_issue() -> None:
    assert issues(RULE) == []


ONE = "    ot.operation: write"
# What is replaced, by what, the line of the issue, and what the issue says.
CASES = [
    (ONE, "    ot.operatoin: write", 8, "has no field 'ot.operatoin'; did you mean ot.operation"),
    (ONE, "    ot.operation: wirte", 8, "'wirte' is no word of ot.operation; did you mean write"),
    (ONE, "    ot.operation|startswith: wro", 8, "fits no word of ot.operation"),
    (ONE, "    ot.operation: [read, 'writ?', 'x*']", 8, "'x*' fits no word of ot.operation"),
    (ONE, "    ot.details.mei_typ: 14", 8, "'ot.details.mei_typ'; did you mean ot.details.mei_type"),
    (ONE, "    ot.unit: 1", 8, "ot.unit is text, not 1; put the value in quotes"),
    (ONE, "    ot.unit: on", 8, "ot.unit is text, not true"),
    (ONE, "    ot.function.code: '5'", 8, "ot.function.code is u32, not '5'; write a number without quotes"),
    (ONE, "    ot.function.code: 5.5", 8, "write a whole number"),
    (ONE, "    source.port: 70000", 8, "70000 does not fit source.port (u16); write 0 to 65535"),
    (ONE, "    ot.value.numbers: .inf", 8, "never holds inf"),
    (ONE, "    ot.drill: 1", 8, "ot.drill is true or false, not 1"),
    (ONE, "    '@timestamp': '2026-11-01'", 8, "@timestamp is a time"),
    (ONE, "    ot.unit|gt: 5", 8, "gt is about numbers, and ot.unit is dict"),
    (ONE, "    ot.function.code|contains: 5", 8, "contains is about text"),
    (ONE, "    ot.unit|contains|re: a", 8, "contains and re do not go together"),
    (ONE, "    ot.unit|containz: a", 8, "modifier 'containz' is not supported; did you mean contains"),
    (ONE, "    ot.unit|re: '(a'", 8, "'(a' is no regular expression"),
    (ONE, "    ot.unit|re: 'a(?=b)'", 8, "look-around"),
    (ONE, "    source.ip|cidr: 10.0.0.0/33", 8, "'10.0.0.0/33' is not an address or network"),
    (ONE, "    ot.unit|exists: 'yes'", 8, "exists takes true or false"),
    (ONE, "    ot.unit|all: [a, b]", 8, "holds one value, so that it never equals all"),
    (ONE, "    ot.unit|contains|all: a", 8, "all needs several values"),
    (ONE, "    ot.unit|contains: [a, null]", 8, "null goes with no modifier"),
    (ONE, "    ot.unit|fieldref: source.port", 8, "ot.unit is dict and source.port is u16"),
    (ONE, "    ot.unit|fieldref: source.prt", 8, "has no field 'source.prt'"),
    (ONE, "    ot.source.roles|fieldref: ot.unit", 8, "fieldref compares single values"),
    (ONE, "    ot.function.code|cased: 5", 8, "cased is about plain text"),
    (ONE, "    ot.unit: {a: b}", 8, "is no text, number, true, false or null"),
    (ONE, "    ot.unit: []", 8, "has an empty list"),
    (ONE, "    '|contains': a", 8, "names no field"),
    (ONE, "    - just a word", 8, "a value without a field (keywords are not supported); name the field"),
    ("condition: one", "condition: two", 9, "detection 'two' does not exist; the rule has one"),
    ("condition: one", "condition: [one]", 9, "a list of conditions is Sigma 1"),
    ("  condition: one\n", "", 6, "detection.condition is missing"),
    ("  condition: one", "  two: {ot.unit: a}\n  condition: one", 9, "detection 'two' is not used"),
    ("category: transaction", "category: transactions", 5, "'transactions' does not exist; did you mean transaction"),
    ("product: bittern", "product: windows", 5, "logsource.product is 'windows'"),
    ("level: high", "level: severe", 10, "level is 'severe'; known are critical"),
    ("level: high\n", "", 1, "level is missing"),
    ("status: stable", "status: done", 4, "status is 'done'"),
    ("id: 6f0f", "id: xx6f0f", 2, "is not a UUID"),
    ("name: T01", "name: T 01", 3, "is not a short name"),
    ("title: A rule\n", "", 1, "title is missing"),
    ("title: A rule", "titel: x\ntitle: A rule", 1, "key titel is not known; did you mean title"),
    ("level: high", "level: high\nlevel: low", 11, "key 'level' stands twice (first in line 10)"),
    ("[attack.t0855]", "[attack.t0855, attack.t9999]", 11, "ATT&CK for ICS has no technique T9999"),
    ("[attack.t0855]", "[t0855]", 11, "tag 't0855' has no namespace"),
    ("class: threat", "class: thread", 13, "bittern.class is 'thread'; did you mean threat"),
    ("learnable: never", "learnable: no", 14, "bittern.learnable is not text"),
    ("[source.ip]", "[source.pi]", 15, "has no field 'source.pi'"),
    ("[source.ip]", "[ot.source.roles]", 15, "ot.source.roles cannot tell alerts apart"),
    ("[writers]", "[writer]", 16, "'writer' is not a word of needs; did you mean writers"),
    ("[control]", "[network, controls]", 17, "'controls' is not a word of objects"),
    ("[iec62443-3-3:SR-2.1]", "[SR-2.1]", 18, "control 'SR-2.1' names no framework"),
    ("{ot.object.address}", "{ot.object.adress}", 21, "placeholder {ot.object.adress}: dataset"),
    ("{ot.object.address}", "{ot.object.start:x}", 21, "a brace is no placeholder"),
    ("      do: [询问。]\n", "", 24, "bittern.text.zh.do is missing"),
    ("do: [Ask.]", "do: [Ask., '{nobody}']", 23, "placeholder {nobody}"),
    ("benign: [b.pcap]", "benign: []", 28, "bittern.proof.benign is missing"),
    ("[a.pcap]", "[../a.pcap]", 28, "lies outside the folder of proofs"),
    ("class: threat", "class: threat\n  severity_when: []", 14, "key bittern.severity_when is not known"),
    ("class: threat", "class: threat\n  default_enabled: maybe", 14, "is not true or false"),
    ("class: threat", "class: threat\n  window: 5 min", 14, "write a number and s, m, h or d"),
    ("level: high", "level: high\ndescription: How.", 25, "bittern.text.zh.description is missing"),
    ("level: high", "level: high\nfalsepositives: [one]", 25, "bittern.text.zh.falsepositives is missing"),
    ("do: [询问。]", "do: [询问。]\n      description: 怎样。", 24, "description is missing"),
    ("do: [询问。]", "do: [询问。]\n      falsepositives: [甲]", 28, "has 1 entries, and falsepositives 0"),
    ("do: [Ask.]", "do: [Ask.]\n      description: How.", 24, "key bittern.text.en.description is not known"),
    ("class: threat", "class: threat\n  safety: {en: Wait.}", 14, "bittern.safety.zh is missing"),
    ("status: stable", "status: &s stable\nlicense: *s", 4, "an alias (*name) is not supported"),
    ("status: stable", "status: [stable", 5, "not YAML"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "says"), CASES, ids=[str(case[1])[:50] for case in CASES])
def test_issue_has_its_place_and_its_mend(old: str, new: str, line: int, says: str) -> None:
    assert old in RULE
    found = issues(RULE.replace(old, new, 1))
    assert any(each.startswith(f"t.yml:{line}: ") and says in each for each in found), found


def test_all_issues_of_a_rule_come_at_once_in_order() -> None:
    text = RULE.replace(ONE, "    ot.operatoin: write\n    ot.unit: 1").replace("[source.ip]", "[source.pi]")
    found = issues(text)
    assert [each.split(" ")[0] for each in found] == ["t.yml:8:", "t.yml:9:", "t.yml:16:"]
    assert all(each.split(" ")[1] == "T01:" for each in found)


@pytest.mark.parametrize(("old", "new", "fatal"), [
    ("write", "wirte", True), ("attack.t0855", "attack.t9999", False), ("      why: It may not.\n", "", False),
])  # fmt: skip
def test_only_what_makes_a_rule_useless_leaves_it_out(old: str, new: str, fatal: bool) -> None:
    found = RuleSet.from_texts({"t.yml": RULE.replace(old, new, 1)}, TECHNIQUES)
    assert [issue.fatal for issue in found.issues] == [fatal]
    assert [rule.name for rule in found.rules] == ([] if fatal else ["T01"])


def test_translations_go_with_what_sigma_has_in_english() -> None:
    english = RULE.replace("level: high", "level: high\ndescription: How.\nfalsepositives: [one, two]")
    chinese = english.replace("do: [询问。]", "do: [询问。]\n      description: 怎样。\n      falsepositives: [甲, 乙]")
    found = RuleSet.from_texts({"t.yml": chinese}, TECHNIQUES)
    assert found.issues == ()
    assert (found.rules[0].described("zh"), found.rules[0].harmless("zh")) == ("怎样。", ("甲", "乙"))
    assert (found.rules[0].described("en"), found.rules[0].harmless("en")) == ("How.", ("one", "two"))
    short = issues(chinese.replace("[甲, 乙]", "[甲]"))
    says = "bittern.text.zh.falsepositives has 1 entries, and falsepositives 2; translate each entry, in the same order"
    assert short == [f"t.yml:31: T01: {says}"]
    (untranslated,) = RuleSet.from_texts({"t.yml": english}, TECHNIQUES).rules
    assert (untranslated.described("zh"), untranslated.harmless("zh")) == ("How.", ("one", "two"))


def test_detail_that_several_protocols_type_differently_wants_its_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    real = vocabulary()
    details = {
        "modbus": {"mode": Detail("modbus", "mode", "i64", "", "")},
        "mqtt": {"mode": Detail("mqtt", "mode", "utf8", "", "")},
    }
    monkeypatch.setattr(fields, "vocabulary", lambda: type(real)(**{**vars(real), "details": details}))
    both = RULE.replace(ONE, "    ot.details.mode: 1")
    assert any("differs by protocol: modbus (i64), mqtt (utf8)" in each for each in issues(both))
    assert issues(RULE.replace(ONE, "    ot.details.mode: 1\n    network.protocol: modbus")) == []
    assert issues(RULE.replace(ONE, "    ot.details.mode: a\n    network.protocol: mqtt")) == []
    other = issues(RULE.replace(ONE, "    ot.details.mode: 1\n    network.protocol: opcua"))
    assert any("is declared by modbus, mqtt only" in each for each in other)


def test_a_placeholder_stands_for_a_list_that_grows_with_the_program() -> None:
    text = RULE.replace(
        "    ot.operation: write",
        '    network.protocol|expand: "%ot_protocols%"\n    ot.server.port|expand: "%ot_ports%"',
    )
    rules = RuleSet.from_texts({"t.yml": text}, TECHNIQUES)
    assert rules.issues == ()
    protocol, port = rules.rules[0].detections["one"].items()
    assert set(protocol.values) == set(protocols())
    assert 502 in port.values
    assert protocol.modifiers == ()


def test_a_placeholder_nobody_knows_is_named_with_those_there_are() -> None:
    [issue] = issues(RULE.replace("    ot.operation: write", '    network.protocol|expand: "%ot_protocol%"'))
    assert "%ot_protocol%" in issue
    assert "%ot_protocols%" in issue
