"""Reads the `bittern:` section (vocabulary §5). A missing text or proof is an issue and leaves the rule working."""

from __future__ import annotations

from pathlib import PurePosixPath

from detection.sigma.model import CLASSES, LANGUAGES, LEARNABLE, NEEDS, OBJECTS, Bittern, Proof, Step, Text
from detection.sigma.reading import Reading, dotted
from detection.sigma.wrong import unlisted, wrong

KEYS = (
    "class", "learnable", "dedup", "needs", "objects", "controls", "playbook", "safety", "text", "proof", "window",
    "default_enabled",
)  # fmt: skip

TEXT_KEYS = ("what", "why", "do")
SIGMA_TEXTS = ("title", "description", "falsepositives")
SIGMA_LANGUAGE = "en"
"""The language of what Sigma itself has of texts: title, description, falsepositives."""


def read_bittern(reading: Reading) -> Bittern:
    """The section as the document has it; what is missing or wrong goes to the reading's issues."""
    reading.known("bittern", keys=KEYS)
    reading.table("bittern")
    return Bittern(
        rule_class=reading.word("bittern", "class", among=CLASSES),
        learnable=reading.word("bittern", "learnable", among=LEARNABLE),
        dedup=reading.words("bittern", "dedup"),
        needs=_closed(reading, "needs", NEEDS),
        objects=_closed(reading, "objects", OBJECTS, required=True),
        controls=_controls(reading),
        playbook=reading.text("bittern", "playbook", required=False) or None,
        safety=_safety(reading),
        text={language: _text(reading, language) for language in LANGUAGES},
        proof=_proof(reading),
        window=reading.seconds("bittern", "window", required=False) or None,
        default_enabled=reading.flag("bittern", "default_enabled", default=True),
    )


def _closed(reading: Reading, key: str, among: tuple[str, ...], *, required: bool = False) -> tuple[str, ...]:
    found = reading.words("bittern", key, required=required, fatal=False)
    for number, word in enumerate(found):
        if word not in among:
            reading.complain(
                ("bittern", key, number), unlisted("unknown_entry", word, among, word=word, list=key), fatal=False
            )
    return tuple(word for word in found if word in among)


def _controls(reading: Reading) -> tuple[str, ...]:
    found = reading.words("bittern", "controls", required=False)
    for number, control in enumerate(found):
        framework, _, clause = control.partition(":")
        if not framework or not clause:
            path = ("bittern", "controls", number)
            reading.complain(path, wrong("control_incomplete", control=control), fatal=False)
    return found


def _safety(reading: Reading) -> dict[str, str]:
    given = reading.table("bittern", "safety", required=False)
    reading.known("bittern", "safety", keys=LANGUAGES)
    return {each: reading.text("bittern", "safety", each, fatal=False) for each in LANGUAGES} if given else {}


def _text(reading: Reading, language: str) -> Text:
    path = ("bittern", "text", language)
    if not reading.table(*path, fatal=False):
        return Text("", "", ())
    reading.known("bittern", "text", keys=LANGUAGES)
    translates = language != SIGMA_LANGUAGE
    reading.known(*path, keys=(*TEXT_KEYS, *SIGMA_TEXTS) if translates else TEXT_KEYS)
    description, falsepositives = _translated(reading, path) if translates else ("", ())
    return Text(
        what=reading.text(*path, "what", fatal=False),
        why=reading.text(*path, "why", fatal=False),
        do=reading.words(*path, "do", fatal=False),
        title=reading.text(*path, "title", required=False) if translates else "",
        description=description,
        falsepositives=falsepositives,
    )


def _translated(reading: Reading, path: tuple[Step, ...]) -> tuple[str, tuple[str, ...]]:
    """Description and false positives in another language: there when, and as many as, the rule has them in English."""
    own, listed = reading.value("description"), reading.value("falsepositives") or ()
    expected = 1 if isinstance(listed, str) else len(listed) if isinstance(listed, list) else 0
    description = reading.text(*path, "description", required=own is not None, fatal=False)
    falsepositives = reading.words(*path, "falsepositives", required=expected > 0, fatal=False)
    if description and own is None:
        reading.complain(path, wrong("missing", path="description"), fatal=False)
    if falsepositives and len(falsepositives) != expected:
        place = (*path, "falsepositives")
        counts = wrong("falsepositives_differ", path=dotted(place), count=len(falsepositives), expected=expected)
        reading.complain(place, counts, fatal=False)
    return description, falsepositives


def _proof(reading: Reading) -> Proof:
    given = reading.table("bittern", "proof", fatal=False)
    reading.known("bittern", "proof", keys=("positive", "benign", "learn", "site"))
    if not given:
        return Proof((), ())
    return Proof(
        positive=_captures(reading, "positive"),
        benign=_captures(reading, "benign"),
        learn=_captures(reading, "learn", required=False),
        site=reading.flag("bittern", "proof", "site", default=False),
    )


def _captures(reading: Reading, kind: str, *, required: bool = True) -> tuple[str, ...]:
    found = reading.words("bittern", "proof", kind, required=required, fatal=False)
    for number, name in enumerate(found):
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            place = ("bittern", "proof", kind, number)
            reading.complain(place, wrong("proof_outside", proof=name), fatal=False)
    return found
