"""What is wrong with a bundle of content, as codes with parameters: kept as JSON, rendered when read (law 9).

The texts stand in `rules/locales` under `content.bad.<code>`. Mistakes in rules, site model and baseline are those that
their readers tell; they keep file and line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from api.output.documents import Json
from api.output.issues import coded, issue_line
from api.texts import Texts
from detection.sigma.model import Issue
from detection.sigma.wrong import Wrong

ISSUE = "issue"
"""The code of a mistake that a reader of texts found."""
SHOWN = 8
"""So many troubles are told at most where one line is to hold them."""


@dataclass(frozen=True)
class Trouble:
    """A code of `content.bad` with its parameters."""

    code: str
    parameters: Mapping[str, Json] = field(default_factory=dict)


class BadContent(Exception):
    """Content that is not taken: every reason that was found."""

    def __init__(self, *troubles: Trouble) -> None:
        super().__init__("; ".join(f"{each.code} {dict(each.parameters)}" for each in troubles))
        self.troubles = troubles


def bad(code: str, **parameters: Json) -> BadContent:
    """Content that is not taken, for one reason."""
    return BadContent(Trouble(code, parameters))


def issue_trouble(issue: Issue) -> Trouble:
    """A mistake in a text of the bundle."""
    return Trouble(ISSUE, {"file": issue.file, "line": issue.line, "rule": issue.rule, "wrong": coded(issue.wrong)})


def told(trouble: Trouble, words: Texts) -> str:
    """What is wrong and how to mend it, in the reader's language."""
    found = trouble.parameters
    if trouble.code != ISSUE:
        shown = {name: words.get(f"proof.{value}") if name == "outcome" else value for name, value in found.items()}
        return words.get(f"content.bad.{trouble.code}", **shown)
    rule = found.get("rule")
    return issue_line(
        Issue(str(found["file"]), int(str(found["line"])), _wrong(found["wrong"]), str(rule) if rule else None), words
    )


def told_all(troubles: Sequence[Trouble], words: Texts) -> str:
    """A line for each, the first ones only when there are many."""
    lines = [f"  {told(each, words)}" for each in troubles[:SHOWN]]
    if len(troubles) > SHOWN:
        lines.append("  " + words.get("content.more", count=len(troubles) - SHOWN))
    return "\n".join(lines)


def document(trouble: Trouble) -> dict[str, Json]:
    """As JSON."""
    return {"code": trouble.code, "parameters": dict(trouble.parameters)}


def trouble_from(body: object) -> Trouble:
    """What `document` made. Raises TypeError, KeyError, ValueError for anything else."""
    if not isinstance(body, dict) or not isinstance(body["parameters"], dict):
        raise TypeError
    return Trouble(str(body["code"]), body["parameters"])


def _wrong(body: object) -> Wrong:
    if not isinstance(body, dict):
        return Wrong("unreadable", {"errno": 0, "message": str(body)})
    code, cause = str(body["code"]), body.get("cause")
    parameters = {name: tuple(v) if isinstance(v, list) else v for name, v in body["parameters"].items()}
    mend = str(body["remedy"])
    return Wrong(code, parameters, "" if mend == code else mend, _wrong(cause) if cause else None)
