"""Questions at a plain terminal, also over ssh: a line is shown, one is read; Return takes what stands in brackets."""

from __future__ import annotations

from collections.abc import Sequence

from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure
from api.cli.terminal import Terminal

MOST_TRIES = 5
YES, NO = frozenset({"y", "yes", "j", "是", "shi"}), frozenset({"n", "no", "否", "fou"})


class Asking:
    """Asks who sits there. With `quiet` nobody is asked: what is not given and has no default is a Failure."""

    def __init__(self, terminal: Terminal, *, quiet: bool) -> None:
        self._terminal, self._quiet = terminal, quiet

    def choice(self, key: str, options: Sequence[tuple[str, str]], default: str | None, option: str) -> str:
        """One of (name, what is told of it), by number or name."""
        if self._quiet:
            if default is None:
                raise Failure(ExitCode.USAGE, "quickstart.not_given", option=option)
            return default
        for number, (name, told) in enumerate(options, 1):
            self._show(f"  {number}  {name}  {told}")
        names = [name for name, _ in options]
        for _ in range(MOST_TRIES):
            said = self._read(key, default)
            if said.isdigit() and 0 < int(said) <= len(names):
                return names[int(said) - 1]
            if said in names:
                return said
            self._terminal.tell("quickstart.not_one", said=said)
        raise Failure(ExitCode.USAGE, "quickstart.not_given", option=option)

    def line(self, key: str, default: str) -> str:
        """A line, or the default."""
        return default if self._quiet else self._read(key, default)

    def agrees(self, key: str, *, default: bool) -> bool:
        """Yes or no."""
        if self._quiet:
            return default
        for _ in range(MOST_TRIES):
            said = self._read(key, self._terminal.texts.get("quickstart.yes" if default else "quickstart.no")).lower()
            if said in YES:
                return True
            if said in NO:
                return False
        return False

    def _read(self, key: str, default: str | None) -> str:
        shown = f" [{default}]" if default else ""
        self._show(f"{self._terminal.texts.get(key)}{shown} ", end="")
        line = self._terminal.reading.readline()
        if not line:  # the other end is gone
            raise Failure(ExitCode.USAGE, "quickstart.gone")
        return line.strip() or default or ""

    def _show(self, text: str, end: str = "\n") -> None:
        print(text, file=self._terminal.err, end=end, flush=True)
