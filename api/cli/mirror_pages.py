"""The files of a certificate of a mirror port: pages, and beside them the bundle that proves them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.cli.exit_codes import ExitCode
from api.cli.failures import Failure

if TYPE_CHECKING:
    from api.cli.terminal import Terminal
    from response.mirror.switches import Switch
    from response.reports.signing import SigningKey


class Pages:
    """The certificate and its proof. Both files are opened before the process gives its privileges up, so that root can
    still write where another user lives; they are emptied only when there is something to write."""

    def __init__(self, path: Path) -> None:
        self._paths = (path, path.with_suffix(".zip"))

    def __enter__(self) -> Pages:
        if self._paths[0].suffix.lower() != ".pdf":
            raise Failure(ExitCode.USAGE, "error.mirror_pdf", path=self._paths[0])
        self._new = [path for path in self._paths if not path.exists()]
        self._files = [path.open("ab") for path in self._paths]
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files:
            file.close()
        for path in self._new:
            if path.exists() and not path.stat().st_size:
                path.unlink()

    def write(
        self, record: dict[str, Any], switch: Switch | None, signer: SigningKey | None, terminal: Terminal
    ) -> None:
        """Writes both. Raises Failure, OSError."""
        from api.texts import texts
        from response.mirror.certificate import bundle, pages
        from response.reports.glyphs import NoFonts

        words = [texts("zh"), texts("en")] if terminal.lang == "zh" else [texts("en"), texts("zh")]
        fingerprint = signer.public.fingerprint if signer else ""
        try:
            pdf = pages(record, words, switch, fingerprint)
        except NoFonts as error:
            raise Failure(ExitCode.CONFIGURATION, "error.report.fonts", folder=error.folder) from None
        for file, body in zip(self._files, (pdf, bundle(record, pdf, signer)), strict=True):
            file.truncate(0)
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        terminal.tell("mirror.written", pdf=self._paths[0], bundle=self._paths[1])
        if signer is None:
            terminal.warn("mirror.unsigned")
