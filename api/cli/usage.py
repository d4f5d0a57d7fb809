"""What is wrong with a command line, in the reader's language. Typer tells it in English text only, so that is read."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from itertools import takewhile

import typer

from api.cli.exit_codes import ExitCode
from api.cli.terminal import Terminal
from api.texts import Texts

VALUE = r"Invalid value for '?(?P<name>.+?)'?: "
KNOWN = (
    ("usage.no_command", re.compile(r"No such command '(?P<name>.*?)'\..*")),
    ("usage.no_option", re.compile(r"No such option: (?P<name>\S+).*")),
    ("usage.missing", re.compile(r"Missing (?:argument|option|parameter) '?(?P<name>[^']+)'?\..*")),
    ("usage.missing_command", re.compile(r"Missing command\.")),
    ("usage.too_much", re.compile(r"Got unexpected extra argument\(s\) \((?P<name>.*)\)")),
    ("usage.no_value", re.compile(r"Option '(?P<name>.*)' requires .*")),
    ("usage.value_unwanted", re.compile(r"Option '(?P<name>.*)' does not take a value\.")),
    ("usage.not_one_of", re.compile(VALUE + r"Value error, '(?P<value>.*)' is not one of (?P<words>.*)\.")),
    ("usage.not_a_number", re.compile(VALUE + "Input should be a valid integer.*")),
    ("usage.too_small", re.compile(VALUE + r"Input should be greater than or equal to (?P<least>\d+)")),
    ("usage.too_large", re.compile(VALUE + r"Input should be less than or equal to (?P<most>\d+)")),
    ("usage.bad_value", re.compile(VALUE + r"(?P<why>.*)")),
)  # fmt: skip
"""Texts of Typer's messages; a test runs each of them."""


def explain_usage(error: typer.TyperException, terminal: Terminal) -> ExitCode:
    """Says what is wrong and where help is. No arguments at all, where some are needed, is a wish for help."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        terminal.err.write(error.message.rstrip() + "\n")
        return ExitCode.USAGE
    words = terminal.texts
    text = _text(error.format_message(), words)
    if near := _near(error):
        text = words.get("usage.near", text=text, near=near)
    terminal.error("usage.said", text=text)
    if context is not None:
        terminal.tell("usage.help", command=f"{context.command_path} --help")
    return ExitCode.USAGE


def nearest(word: str, among: Iterable[str], words: Texts) -> str:
    """`; near: A, B` where some of the known words are near, else ""."""
    by_lower = {each.lower(): each for each in among}
    found = difflib.get_close_matches(word.lower(), list(by_lower), n=3, cutoff=0.5)
    found.sort(key=lambda each: -_same_letters(each, word.lower()))  # people mistype the end more often
    return words.get("usage.near", text="", near=", ".join(by_lower[each] for each in found)) if found else ""


def _same_letters(one: str, other: str) -> int:
    """Letters that two words have in common at their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _text(message: str, words: Texts) -> str:
    for key, pattern in KNOWN:
        if found := pattern.fullmatch(message):
            return words.get(key, **found.groupdict())
    return message


def _near(error: typer.TyperException) -> str:
    """Options or commands whose names are like the one that was written."""
    if options := getattr(error, "possibilities", None):
        return ", ".join(sorted(options))
    command = re.search(r"Did you mean (.*)\?", error.message)
    return command[1].replace("'", "") if command else ""
