"""Standard output for data, standard error for chatter, in the reader's language; colour only where a person looks."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TextIO

from api.cli.log_lines import Level, log_line
from api.texts import Language, Texts, language, texts

LogFormat = Literal["text", "json"]
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What no message needs and a hostile file name may hold; line ends and tabs stay."""


class ReaderGone(Exception):
    """Who read standard output went away. Not an OSError: Typer would end with code 1 for those, which means alerts."""


@dataclass
class Terminal:
    """The streams of one run, and how much to say.

    `quiet` silences all but errors; `verbose` counts -v: 1 tells more, 2 shows tracebacks; `plain` forbids colour;
    `log_format` says whether chatter is text or JSON lines, in which the `service` is named.
    """

    reading: TextIO = field(default_factory=lambda: sys.stdin)
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    lang: Language = "en"
    quiet: bool = False
    verbose: int = 0
    plain: bool = False
    log_format: LogFormat = "text"
    service: str = ""

    @property
    def texts(self) -> Texts:
        return texts(self.lang)

    def adjust(
        self,
        *,
        lang: str | None = None,
        quiet: bool = False,
        verbose: int = 0,
        plain: bool = False,
        log_format: LogFormat = "text",
    ) -> None:
        """Takes the options of a command; what an option does not say stays."""
        self.lang = language(lang, self.environment) if lang else self.lang
        self.quiet = quiet or self.quiet
        self.verbose = max(verbose, self.verbose)
        self.plain = plain or self.plain
        self.log_format = log_format
        if log_format == "json":  # what libraries say goes among the other lines
            from api.cli.library_logs import gather

            gather(self._say)

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

    def tell(self, key: str, **parameters: object) -> str:
        """Says something on standard error, unless quiet; gives the text."""
        text = self.texts.get(key, **parameters)
        if not self.quiet:
            self._say("info", key, parameters, text)
        return text

    def more(self, key: str, **parameters: object) -> None:
        """Says something that only -v wants to know."""
        if self.verbose:
            self.tell(key, **parameters)

    def warn(self, key: str, **parameters: object) -> None:
        """Says what makes the result less than whole, unless quiet."""
        if not self.quiet:
            self._say("warning", key, parameters, self.texts.get(key, **parameters))

    def error(self, key: str, **parameters: object) -> None:
        """Says what went wrong, always."""
        self._say("error", key, parameters, self.texts.get(key, **parameters))

    def _say(self, level: Level, key: str, parameters: Mapping[str, object], text: str) -> None:
        if self.log_format == "json":
            line = log_line(level, key, parameters, text, self.service)
        else:
            line = text if level == "info" else self.texts.get(f"cli.{level}", text=text)
        print(CONTROL.sub("\N{REPLACEMENT CHARACTER}", line), file=self.err, flush=True)


def make_terminal(arguments: list[str]) -> Terminal:
    """The terminal of this process. `--lang` and `--log-format` are looked for before the arguments are read, for help,
    usage errors and whatever goes wrong first."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # an old encoding shows what it cannot write as \\u4e2d, and never fails
            stream.reconfigure(errors="backslashreplace")
    return Terminal(
        lang=language(_asked("--lang", arguments), os.environ),
        log_format="json" if _asked("--log-format", arguments) == "json" else "text",
        service=arguments[0] if arguments and arguments[0].isalnum() else "",
    )


def _asked(option: str, arguments: list[str]) -> str | None:
    for argument, value in zip(arguments, [*arguments[1:], ""], strict=False):
        if argument == option:
            return value
        if argument.startswith(f"{option}="):
            return argument.removeprefix(f"{option}=")
    return None
