"""Field tests one by one: what each modifier matches, and that each is false on null and `not` of it true."""

from __future__ import annotations

import pytest

from tests.unit.sigma.frames import Row, matches, one_test

# Field test, dataset, a row it matches, a row it does not match. A third row, with null, is added.
CASES: list[tuple[dict[str, object], str, Row, Row]] = [
    ({"ot.operation": "write"}, "transaction", {"ot.operation": "write"}, {"ot.operation": "read"}),
    ({"ot.unit": ["1", "2", "3", "4", "5"]}, "transaction", {"ot.unit": "5"}, {"ot.unit": "6"}),
    ({"ot.unit": ["1?", "x"]}, "transaction", {"ot.unit": "12"}, {"ot.unit": "1"}),
    ({"ot.function.code": [5, 6]}, "transaction", {"ot.function.code": 6}, {"ot.function.code": 3}),
    ({"ot.confidence": 0.7}, "flow", {"ot.confidence": 0.7}, {"ot.confidence": 0.8}),
    ({"ot.score": 3}, "finding", {"ot.score": 3.0}, {"ot.score": 3.5}),
    ({"ot.drill": True}, "transaction", {"ot.drill": True}, {"ot.drill": False}),
    ({"ot.value.text": "Run*"}, "transaction", {"ot.value.text": "RUNNING\n"}, {"ot.value.text": "a run"}),
    ({"user.name|contains": "adm"}, "transaction", {"user.name": "SysAdmin"}, {"user.name": "operator"}),
    ({"user.name|contains|cased": "adm"}, "transaction", {"user.name": "sysadmin"}, {"user.name": "SysAdmin"}),
    ({"user.name|contains|all": ["a", "z"]}, "transaction", {"user.name": "Zoa"}, {"user.name": "anna"}),
    ({"ot.value.text|startswith": "a?c"}, "transaction", {"ot.value.text": "ABCd"}, {"ot.value.text": "xabc"}),
    ({"ot.value.text|endswith|cased": ".exe"}, "transaction", {"ot.value.text": "a.exe"}, {"ot.value.text": "a.EXE"}),
    ({"ot.value.text|cased": "Run"}, "transaction", {"ot.value.text": "Run"}, {"ot.value.text": "run"}),
    ({"ot.unit|re": r"^\d{2}$"}, "transaction", {"ot.unit": "12"}, {"ot.unit": "123"}),
    ({"ot.value.text|re": "b|c"}, "transaction", {"ot.value.text": "xc"}, {"ot.value.text": "XC"}),
    ({"source.ip|cidr": ["10.0.0.0/8", "fe80::/10"]}, "flow", {"source.ip": "fe80::1"}, {"source.ip": "11.0.0.1"}),
    ({"source.ip|cidr": "10.0.0.5"}, "flow", {"source.ip": "10.0.0.5"}, {"source.ip": "no address"}),
    ({"source.port|gt": 1023}, "flow", {"source.port": 1024}, {"source.port": 1023}),
    ({"source.port|gte": 1024}, "flow", {"source.port": 1024}, {"source.port": 1023}),
    ({"source.bytes|lt": 0}, "flow", {"source.bytes": -1}, {"source.bytes": 0}),
    ({"source.port|lte": 1023}, "flow", {"source.port": 1023}, {"source.port": 1024}),
    ({"ot.score|gt": 2.5}, "finding", {"ot.score": 2.6}, {"ot.score": float("nan")}),
    ({"ot.score|gte": 2}, "finding", {"ot.score": 2.0}, {"ot.score": float("nan")}),
    ({"ot.value.numbers": 7}, "transaction", {"ot.value.numbers": [1.0, 7.0]}, {"ot.value.numbers": []}),
    ({"ot.value.numbers|gt": 7}, "transaction", {"ot.value.numbers": [1.0, 7.5]}, {"ot.value.numbers": [7.0]}),
    ({"ot.value.numbers|lte": 1}, "transaction", {"ot.value.numbers": [1.0, 7.5]}, {"ot.value.numbers": [7.0]}),
    ({"ot.source.roles|contains": "writer"}, "flow", {"ot.source.roles": ["hmi", "writer"]}, {"ot.source.roles": []}),
    ({"ot.source.roles": "writer"}, "flow", {"ot.source.roles": ["writer"]}, {"ot.source.roles": ["writers"]}),
    ({"ot.source.roles|all": ["a", "b"]}, "flow", {"ot.source.roles": ["b", "a"]}, {"ot.source.roles": ["a"]}),
    ({"ot.source.roles|startswith": "w"}, "flow", {"ot.source.roles": ["hmi", "writer"]}, {"ot.source.roles": ["x"]}),
    ({"ot.references|contains": "ABC"}, "finding", {"ot.references": ["x", "abc"]}, {"ot.references": ["abcd"]}),
    ({"ot.references|endswith": "c"}, "finding", {"ot.references": ["x", "abC"]}, {"ot.references": ["cx"]}),
    ({"source.ip|fieldref": "ot.client.ip"}, "flow", {"source.ip": "a", "ot.client.ip": "a"}, {"source.ip": "a"}),
    (
        {"source.port|fieldref": "destination.port"},
        "flow",
        {"source.port": 9, "destination.port": 9},
        {"source.port": 9, "destination.port": 8},
    ),
    (
        {"ot.unit|fieldref": "ot.value.text"},
        "transaction",
        {"ot.unit": "u", "ot.value.text": "u"},
        {"ot.unit": "u", "ot.value.text": "U"},
    ),
    ({"ot.unit|exists": True}, "transaction", {"ot.unit": ""}, {}),
    ({"ot.observed|contains": '"port": 502'}, "finding", {"ot.observed": '{"port": 502}'}, {"ot.observed": "{}"}),
    (
        {"ot.details.mei_type": 14},
        "transaction",
        {"network.protocol": "modbus", "ot.details": '{"mei_type": 14}'},
        {"network.protocol": "opcua", "ot.details": '{"mei_type": 14}'},
    ),
    (
        {"ot.details.framing": "RTU"},
        "transaction",
        {"network.protocol": "modbus", "ot.details": '{"framing": "rtu"}'},
        {"network.protocol": "modbus", "ot.details": '{"framing": "tcp", "data": "framing"}'},
    ),
    (
        {"ot.details.framing|startswith": "r"},
        "flag",
        {"ot.flag": "modbus.length_mismatch", "ot.details": '{"framing": "rtu"}'},
        {"ot.flag": "tcp.gap", "ot.details": '{"framing": "rtu"}'},
    ),
    (
        {"ot.details.and_mask|gte": 16},
        "transaction",
        {"network.protocol": "modbus", "ot.details": '{"and_mask": 16}'},
        {"network.protocol": "modbus", "ot.details": '{"and_mask": "many"}'},
    ),
]


@pytest.mark.parametrize(("item", "dataset", "match", "other"), CASES, ids=lambda value: str(value)[:60])
def test_modifier_matches_and_null_is_false(item: dict[str, object], dataset: str, match: Row, other: Row) -> None:
    rows: list[Row] = [match, other, {}]
    assert one_test(item, rows, dataset) == [0]
    assert matches({"one": item, "condition": "not one"}, rows, dataset) == [1, 2]


def test_null_and_exists_false_are_the_tests_true_on_null() -> None:
    rows: list[Row] = [{"ot.unit": "1"}, {}]
    assert one_test({"ot.unit": None}, rows) == [1]
    assert one_test({"ot.unit|exists": False}, rows) == [1]
    assert matches({"one": {"ot.unit": None}, "condition": "not one"}, rows) == [0]
    assert one_test({"ot.unit": ["2", None]}, rows) == [1]
    assert one_test({"ot.source.roles": None}, [{"ot.source.roles": []}, {}]) == [1]
    detail: Row = {"network.protocol": "modbus", "ot.details": '{"framing": "rtu"}'}
    assert one_test(
        {"ot.details.framing": None, "network.protocol": "modbus"}, [detail, {"network.protocol": "modbus"}]
    ) == [1]


def test_case_exact_on_dict_ignored_elsewhere() -> None:
    rows: list[Row] = [
        {"user.name": "Admin", "ot.value.text": "Admin"},
        {"user.name": "admin", "ot.value.text": "ADMIN"},
    ]
    assert one_test({"user.name": "admin"}, rows) == [1]
    assert one_test({"user.name": "admi*"}, rows) == [0, 1]
    assert one_test({"ot.value.text": "admin"}, rows) == [0, 1]


def test_wildcards_and_escapes() -> None:
    texts = ["a*b", "axxb", "a?b", "axb", r"a\b", r"a\xb", "a.b", "ab"]
    rows: list[Row] = [{"ot.unit": text, "ot.value.text": text} for text in texts]
    expected: dict[str, list[str]] = {
        "a*b": texts,
        "a?b": ["a*b", "a?b", "axb", r"a\b", "a.b"],
        r"a\*b": ["a*b"],
        r"a\?b": ["a?b"],
        r"a\\b": [r"a\b"],
        r"a\xb": [r"a\xb"],
        r"a\\*b": [r"a\b", r"a\xb"],
        "a.b": ["a.b"],
        "*": texts,
    }
    for pattern, found in expected.items():
        for field in ("ot.unit", "ot.value.text"):
            assert [texts[place] for place in one_test({field: pattern}, rows)] == found, (field, pattern)


def test_lists_of_maps_are_alternatives() -> None:
    rows: list[Row] = [{"ot.unit": "1"}, {"ot.unit": "2", "ot.operation": "read"}, {"ot.unit": "2"}]
    detection = {"one": [{"ot.unit": "1"}, {"ot.unit": "2", "ot.operation": "read"}], "condition": "one"}
    assert matches(detection, rows) == [0, 1]


def test_detail_of_broken_json_is_null_and_others_stay() -> None:
    rows: list[Row] = [
        {"network.protocol": "modbus", "ot.details": '{"mei_type": 14'},
        {"network.protocol": "modbus", "ot.details": '{"mei_type": 14}'},
        {"network.protocol": "modbus", "ot.details": '{"mei_type": null}'},
    ]
    assert one_test({"ot.details.mei_type": 14}, rows) == [1]
    assert one_test({"ot.details.mei_type|exists": False}, rows) == [0, 2]
