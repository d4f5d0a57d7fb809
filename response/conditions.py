"""Conditions on events, and the small language in which people write them.

    network.protocol:modbus source.ip:10.9.1.0/24 -ot.operation:read,browse ot.latency>=5000000 ot.object.address:hold*

Words of a query are all of them to hold. `field:value`, `field:a,b` one of several, `field:pre*` begins so, `field:*`
is known, `field:net/len` lies in a network (fields that end in `.ip`), `field>=number` and `>`, `<`, `<=`; `-` before a
word turns it round. Values with blanks or commas stand in double quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from response.store_errors import Invalid

OPERATORS = ("one_of", "prefix", "known", "network", "at_least", "above", "below", "at_most")
MOST_CONDITIONS, MOST_VALUES, LONGEST = 30, 200, 4000
_WORD = re.compile(r'(-?)([A-Za-z@][\w.@]*)(:|>=|<=|>|<)((?:"(?:[^"\\]|\\.)*"|[^\s"])+)')
_VALUE = re.compile(r'"((?:[^"\\]|\\.)*)"|([^,]+)')
_COMPARED = {">=": "at_least", "<=": "at_most", ">": "above", "<": "below"}


@dataclass(frozen=True)
class Condition:
    """A test of one field; false where the field is not known, unless `negated` turns it round. `values` are text: the
    stores read them as the field's type."""

    field: str
    operator: str
    values: tuple[str, ...] = ()
    negated: bool = False


def parse_conditions(text: str) -> tuple[Condition, ...]:
    """The conditions that people wrote. Raises Invalid with the place of the first word that cannot be understood."""
    if len(text) > LONGEST:
        raise Invalid("query", "query_too_long", most=LONGEST)
    found = tuple(_words(text))
    if len(found) > MOST_CONDITIONS:
        raise Invalid("query", "too_many_conditions", most=MOST_CONDITIONS)
    return found


def _words(text: str) -> Iterator[Condition]:
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        word = _WORD.match(text, place)
        if word is None or (word.end() < len(text) and not text[word.end()].isspace()):
            raise Invalid("query", "no_condition", place=place + 1, word=text[place:].split()[0][:64])
        yield _condition(bool(word[1]), word[2], word[3], word[4], place)
        place = word.end()


def _condition(negated: bool, field: str, sign: str, right: str, place: int) -> Condition:
    if sign != ":":
        return Condition(field, _COMPARED[sign], (_unquoted(right),), negated)
    if right == "*":
        return Condition(field, "known", (), negated)
    if right.endswith("*") and not right.startswith('"'):
        return Condition(field, "prefix", (right[:-1],), negated)
    if field.endswith(".ip") and "/" in right:
        return Condition(field, "network", (right,), negated)
    values = tuple(
        re.sub(r"\\(.)", r"\1", each[1]) if each[1] is not None else each[2] for each in _VALUE.finditer(right)
    )
    if not values or len(values) > MOST_VALUES:
        raise Invalid("query", "no_condition", place=place + 1, word=f"{field}:{right}"[:64])
    return Condition(field, "one_of", values, negated)


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
