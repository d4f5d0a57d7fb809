"""A real issuer of OpenID Connect for tests: npm's oidc-provider, locked, installed into build/ once."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.needs import PROJECT, need, tool

HERE = Path(__file__).parent
FOLDER = PROJECT / "build" / "issuer"
HOW = "Node 20.19 or newer with npm"
CLIENT, SECRET = "bittern", "reeds & water?"
Claims = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class RealIssuer:
    """A running issuer. `address` is its identifier; it knows the client CLIENT by SECRET."""

    address: str
    process: subprocess.Popen[str]

    def set(self, **settings: Any) -> None:
        """Replace settings: `users` (claims by name), `userinfo`, `key`, `redirect` (see issuer.mjs)."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps(settings), file=self.process.stdin, flush=True)
        assert self.process.stdout.readline() == "done\n"


def installed() -> Path:
    """The folder with the issuer and its packages, made when the lock or the script has changed."""
    npm = tool("npm", HOW)
    files = ("package.json", "package-lock.json", "issuer.mjs")
    version = subprocess.run([tool("node", HOW), "--version"], capture_output=True, text=True, check=True).stdout
    stamp = FOLDER / "made-from"
    wanted = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in files)).hexdigest() + version
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return FOLDER
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in files:
        shutil.copyfile(HERE / name, FOLDER / name)
    command = [npm, "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    need(done.returncode == 0, "oidc-provider", "npm must be able to install tests/issuer/package-lock.json")
    stamp.write_text(wanted, encoding="utf-8")
    return FOLDER


@contextmanager
def running(redirect: str, users: Claims) -> Iterator[RealIssuer]:
    """An issuer that sends people back to `redirect`."""
    folder = installed()
    given = json.dumps({"redirect": redirect, "users": users, "client": CLIENT, "secret": SECRET})
    command = [tool("node", HOW), "issuer.mjs", given]
    with subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:"), address
            yield RealIssuer(address, process)
        finally:
            process.kill()


__all__ = ["CLIENT", "SECRET", "RealIssuer", "running"]
