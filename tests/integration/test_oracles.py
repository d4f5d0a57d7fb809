"""We and tshark say the same of every message, or it is explained who is right; the page of it is true."""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.needs import shared, tool
from tests.oracles.captures import PROTOCOLS, captures
from tests.oracles.comparison import PAGE, compared, page
from tests.oracles.together import group_of, together
from tests.oracles.tshark import fields


@pytest.fixture(scope="module", autouse=True)
def parts() -> None:
    tool("tshark")
    shared("captures", "manifest.csv")


def test_captures_in_one_file_are_read_as_each_alone() -> None:
    found = [(path, options) for name, path, options in captures("modbus") if name.startswith("golden/")][:6]
    names = ("frame.number", "ip.src", "ip.dst", "modbus.func_code", "modbus.request_frame")
    alone = [list(fields(path, "modbus", names)) for path, _ in found]
    with together(found):
        assert group_of(found[0][0]) is not None
        assert [list(fields(path, "modbus", names)) for path, _ in found] == alone
    assert sum(map(len, alone)) > 100


@pytest.mark.timeout(600)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_difference_from_tshark_is_explained(protocol: str) -> None:
    result = compared(protocol)
    assert not [str(difference) for difference in result.bare[:20]]
    assert not [f"{entry.capture} {entry.field}: {entry.why}" for entry in result.idle], "explains nothing"
    least = import_module(f"tests.oracles.{protocol}").LEAST_FACTS
    assert result.total.agree.total() >= least, "compares nothing: tshark's fields have other names, say"


@pytest.mark.timeout(900)
def test_the_page_of_it_is_true() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "`make oracles` writes it anew; read the difference"
