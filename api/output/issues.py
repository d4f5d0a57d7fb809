"""What is wrong in rules, site model and baseline, and how to mend it, in the reader's language."""

from __future__ import annotations

import math
from datetime import date

from api.output.documents import Json
from api.output.parameters import shown_parameters
from api.output.told import safe
from api.texts import Texts
from detection.sigma.model import Issue
from detection.sigma.wrong import Parameter, Wrong


def issue_line(issue: Issue, words: Texts) -> str:
    """File, line, rule, what is wrong and how to mend it."""
    what, mend = wrong_told(issue.wrong, words)
    place = {"file": safe(issue.file), "line": issue.line, "what": what, "mend": mend}
    if issue.rule:
        return words.get("cli.issue_of_rule", rule=safe(issue.rule), **place)
    return words.get("cli.issue", **place)


def issue_document(issue: Issue, words: Texts) -> dict[str, Json]:
    """An issue as programs get it: code and parameters, and both sentences in the language asked for."""
    what, mend = wrong_told(issue.wrong, words)
    return {
        "file": issue.file,
        "line": issue.line,
        "rule": issue.rule,
        "fatal": issue.fatal,
        **coded(issue.wrong),
        "what": what,
        "mend": mend,
    }


def wrong_told(wrong: Wrong, words: Texts) -> tuple[str, str]:
    """What is wrong, and how to mend it."""
    shown = shown_parameters(wrong.parameters, words)
    if wrong.cause is not None:
        shown["cause"], shown["cause_mend"] = wrong_told(wrong.cause, words)
    what = words.get(f"issue.{wrong.code}.what", **shown)
    mend = words.get(f"mend.{wrong.mend}" if wrong.mend else f"issue.{wrong.code}.mend", **shown)
    return safe(what), safe(mend)


def coded(wrong: Wrong) -> dict[str, Json]:
    """What is wrong, without a language."""
    parameters: dict[str, Json] = {name: _json(value) for name, value in wrong.parameters.items()}
    found: dict[str, Json] = {"code": wrong.code, "parameters": parameters, "remedy": wrong.mend or wrong.code}
    return found | ({"cause": coded(wrong.cause)} if wrong.cause else {})


def _json(value: Parameter) -> Json:
    if isinstance(value, tuple):
        return list(value)
    # JSON has neither times nor infinity, and YAML's values may be either.
    if isinstance(value, date) or (isinstance(value, float) and not math.isfinite(value)):
        return str(value)
    return value
