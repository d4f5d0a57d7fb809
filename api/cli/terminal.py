"""Standard output for data, standard error for chatter, in the reader's language; colour only where a person looks."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TextIO

from api.texts import Language, Texts, language, texts

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What no message needs and a hostile file name may hold; line ends and tabs stay."""


class ReaderGone(Exception):
    """Who read standard output went away. Not an OSError: Typer would end with code 1 for those, which means alerts."""


@dataclass
class Terminal:
    """The streams of one run, and how much to say.

    `quiet` silences all but errors; `verbose` counts -v: 1 tells more, 2 shows tracebacks; `plain` forbids colour.
    """

    reading: TextIO = field(default_factory=lambda: sys.stdin)
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    lang: Language = "en"
    quiet: bool = False
    verbose: int = 0
    plain: bool = False

    @property
    def texts(self) -> Texts:
        return texts(self.lang)

    def adjust(self, *, lang: str | None = None, quiet: bool = False, verbose: int = 0, plain: bool = False) -> None:
        """Takes the options of a command; what an option does not say stays."""
        self.lang = language(lang, self.environment) if lang else self.lang
        self.quiet = quiet or self.quiet
        self.verbose = max(verbose, self.verbose)
        self.plain = plain or self.plain

    def colour(self, stream: TextIO) -> bool:
        """Whether to colour what goes to `stream`: a terminal, and nobody said NO_COLOR or --no-color."""
        return stream.isatty() and not self.plain and not self.environment.get("NO_COLOR")

    def data(self, text: str) -> None:
        """Writes what was asked for, with a line end, to standard output."""
        try:
            self.out.write(text if text.endswith("\n") else text + "\n")
            self.out.flush()
        except BrokenPipeError:
            raise ReaderGone from None

    def tell(self, key: str, **parameters: object) -> None:
        """Says something on standard error, unless quiet."""
        if not self.quiet:
            self._line(self.texts.get(key, **parameters))

    def more(self, key: str, **parameters: object) -> None:
        """Says something that only -v wants to know."""
        if self.verbose:
            self.tell(key, **parameters)

    def warn(self, key: str, **parameters: object) -> None:
        """Says what makes the result less than whole, unless quiet."""
        self.tell("cli.warning", text=self.texts.get(key, **parameters))

    def error(self, key: str, **parameters: object) -> None:
        """Says what went wrong, always."""
        self._line(self.texts.get("cli.error", text=self.texts.get(key, **parameters)))

    def _line(self, text: str) -> None:
        print(CONTROL.sub("\N{REPLACEMENT CHARACTER}", text), file=self.err, flush=True)


def make_terminal(arguments: list[str]) -> Terminal:
    """The terminal of this process. `--lang` is looked for before the arguments are read, for help and usage errors."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # an old encoding shows what it cannot write as \\u4e2d, and never fails
            stream.reconfigure(errors="backslashreplace")
    return Terminal(lang=language(_asked(arguments), os.environ))


def _asked(arguments: list[str]) -> str | None:
    for argument, value in zip(arguments, [*arguments[1:], ""], strict=False):
        if argument == "--lang":
            return value
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
    return None
