"""The rules of the content in force, for those who tell alerts in words: worker and API. Both read them once; when
other content comes into force they end in order, and whoever begins them begins them again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from api.content.folder import ContentFolder
from api.content.knowledge import check_files, read_knowledge
from api.content.trouble import BadContent
from detection.sigma.load import RuleSet

LOOK = 2.0
"""Seconds between two looks."""


class ContentRules:
    """The rules of the content below `root`. `name` is the version they are of, None where none is in force."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.name = self._current()

    def rules(self) -> RuleSet | None:
        """The rules; None where no content is in force. Raises BadContent, OSError."""
        if self.name is None:
            return None
        folder = ContentFolder(self._root)
        manifest = folder.manifest(self.name)
        check_files(folder.version(self.name), manifest)
        return read_knowledge(folder.version(self.name), manifest).rules

    def follow(self, changed: Callable[[], None], look: float = LOOK) -> None:
        """Calls `changed`, once and from another thread, when other content is in force."""
        threading.Thread(target=self._watch, args=(changed, look), name="content", daemon=True).start()

    def _watch(self, changed: Callable[[], None], look: float) -> None:
        waiting = threading.Event()
        while self._current() == self.name:
            waiting.wait(look)
        changed()

    def _current(self) -> str | None:
        try:
            return ContentFolder(self._root).state.current
        except (BadContent, OSError):  # the doctor tells of it
            return getattr(self, "name", None)
