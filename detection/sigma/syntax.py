"""What a YAML parser complains of, as codes: PyYAML's own words are English, and few of them say how to mend it."""

from __future__ import annotations

import re

import yaml

from detection.sigma.wrong import Wrong, wrong

PROBLEMS = (
    ("mapping values are not allowed", wrong("yaml_second_colon")),
    ("could not find expected ':'", wrong("yaml_no_colon")),
    ("expected <block end>", wrong("yaml_indentation")),
    ("expected ',' or ']'", wrong("yaml_list_open")),
    ("expected ',' or '}'", wrong("yaml_mapping_open")),
    ("found unexpected end of stream", wrong("yaml_quote_open")),
    ("found unexpected document separator", wrong("yaml_quote_open")),
    ("expected the node content", wrong("yaml_value_missing")),
    ("sequence entries are not allowed", wrong("yaml_dash")),
    ("found undefined alias", wrong("alias")),
)
"""Beginnings of what PyYAML's scanner, parser and composer say (PyYAML 6.0), the likeliest mistakes first."""
CHARACTER = re.compile(r"found character (.+) that cannot start any token")
ESCAPE = re.compile(r"found unknown escape character (.+)")


def syntax_error(text: str, error: yaml.YAMLError) -> tuple[int, Wrong]:
    """Line (from 1, 0 where it is not known) and what is wrong in `text`, which a parser refused with `error`."""
    # PyYAML's own parser names the place better than libyaml, and in known words.
    try:
        list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError) as better:
        error = better if isinstance(better, yaml.YAMLError) else error
    if not isinstance(error, yaml.MarkedYAMLError):
        return 0, wrong("not_yaml", problem=str(error))
    mark = error.problem_mark or error.context_mark
    return mark.line + 1 if mark else 0, _meaning(str(error.problem or error.context))


def _meaning(problem: str) -> Wrong:
    for beginning, meaning in PROBLEMS:
        if problem.startswith(beginning):
            return meaning
    if found := CHARACTER.match(problem):
        return wrong("yaml_character", character=found[1].strip("'\""))
    if found := ESCAPE.match(problem):
        return wrong("yaml_escape", character=found[1].strip("'\""))
    return wrong("not_yaml", problem=problem)
