"""Certificates of authorities of a test's own, made by openssl."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.needs import tool


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run([tool("openssl"), *arguments], cwd=folder, check=True, capture_output=True)


@dataclass(frozen=True)
class Pair:
    """A certificate and its key."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class Authority:
    """An authority in a folder of its own."""

    folder: Path
    name: str

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        made = ["-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-days", "30"]
        openssl(self.folder, "req", "-x509", *made, "-subj", f"/CN={self.name}")

    @property
    def certificate(self) -> Path:
        return self.folder / "ca.crt"

    def signed(self, name: str) -> Pair:
        """A certificate for a name and this machine's loopback."""
        (self.folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        asked = ["-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr"]
        openssl(self.folder, "req", *asked, "-subj", f"/CN={name}")
        made = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-extfile", "names"]
        openssl(self.folder, "x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.crt", *made)
        return Pair(self.folder / f"{name}.crt", self.folder / f"{name}.key")
