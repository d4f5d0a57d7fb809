"""A bundle that arrived, whatever way: opened, admitted, unpacked, checked, put in force. What refuses it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata

from api.content.folder import Check, ContentFolder
from api.content.manifest import Manifest
from api.content.opening import Opened, open_bundle
from api.content.trouble import BadContent


def release() -> str:
    """The release of this program."""
    return metadata.version("bittern")


@dataclass(frozen=True)
class Receiver:
    """Takes bundles into `folder`, for the sensor called `sensor` (None: not asked)."""

    folder: ContentFolder
    sensor: str | None
    checks: Check

    def stage(self, data: bytes, now: int) -> tuple[str, Manifest]:
        """Unpacks a bundle that may be taken at `now` (ns); gives its folder. Raises BadContent, OSError."""
        opened = open_bundle(data, self.folder.keys())
        try:
            return self._staged(opened, now), opened.manifest
        except BadContent as error:
            # Signed by one whom we trust, so that it is worth to be told; what anybody may have made is not.
            self.folder.refuse(opened.manifest.version, error.troubles, now)
            raise

    def take(self, data: bytes, now: int) -> Manifest | None:
        """Puts a bundle in force; None for one that is. Raises BadContent, OSError."""
        name, manifest = self.stage(data, now)
        if self.folder.state.current == name:
            return None
        self.folder.apply(name, self.checks, now)
        return manifest

    def _staged(self, opened: Opened, now: int) -> str:
        self.folder.admit(opened.manifest, opened.digest, opened.manifest.admission(now, release(), self.sensor))
        return self.folder.stage(opened)
