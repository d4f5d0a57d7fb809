"""The page of expectations adds up, and each score stands on tests that are there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.needs import PROJECT

PAGE = (PROJECT / "docs" / "expectations.md").read_text(encoding="utf-8")
EXPECTED = {"A": 23, "C": 8, "R": 11, "S": 10, "I": 12}
GATES = ("A1", "A2", "A3", "A11", "A13", "A15", "C1", "C4", "R1", "R8", "S2", "S3", "S4", "S5", "I1")
ENOUGH = 60


@dataclass(frozen=True)
class Expectation:
    """A line of the page."""

    id: str
    text: str
    score: int
    missing: str
    proofs: tuple[str, ...]


def lines() -> Iterator[Expectation]:
    for line in PAGE.splitlines():
        if re.match(r"\| [A-Z]\d+ \|", line):
            name, text, score, missing, proof = (cell.strip() for cell in line.strip("|").split("|"))
            assert score in ("0", "1", "2"), name
            yield Expectation(name, text, int(score), missing, tuple(re.findall(r"`([^`]+)`", proof)))


ALL = tuple(lines())


def test_every_expectation_stands_there_once() -> None:
    ids = [each.id for each in ALL]
    assert ids == [f"{letter}{number}" for letter, many in EXPECTED.items() for number in range(1, many + 1)]
    assert len({each.text for each in ALL}) == len(ALL) == 64


def test_the_sum_is_the_sum() -> None:
    [(total, most)] = re.findall(r"^\*\*Total: (\d+)/(\d+)\*\*$", PAGE, re.MULTILINE)
    assert (int(total), int(most)) == (sum(each.score for each in ALL), 2 * len(ALL))
    assert int(total) >= ENOUGH


def test_no_gate_is_without_anything() -> None:
    named = re.search(r"gates of a first release \(([^)]+)\)", PAGE)
    assert named is not None
    assert tuple(named[1].split(", ")) == GATES
    assert not {each.id for each in ALL if each.id in GATES and not each.score}


def test_what_is_less_than_the_best_says_what_is_missing() -> None:
    assert [each.id for each in ALL if bool(each.missing) != (each.score < 2)] == []


def test_every_score_stands_on_tests_that_are_there() -> None:
    assert [each.id for each in ALL if bool(each.proofs) != bool(each.score)] == []
    absent = []
    for each in ALL:
        for proof in each.proofs:
            path, _, function = proof.partition("::")
            file = PROJECT / path
            assert path.startswith("tests/"), proof
            found = file.is_file() and (
                not function
                or re.search(rf"^(async )?def {function}\(", file.read_text(encoding="utf-8"), re.MULTILINE)
            )
            if not found:
                absent.append(proof)
    assert absent == []
