"""Starts a real Elasticsearch for the tests: fetched once by Maven, one server per test run, stopped with it.

The licence of the server (Elastic License 2.0, SSPL, AGPL) lets us use it, not pass it on: it is fetched at test time
into a cache (`$BITTERN_CACHE`, else `~/.cache/bittern`), and is no part of the project. A JDK of 21 or more runs 9.3.2,
one of 17 runs 8.19.16; `ES_JAVA_HOME` is looked at first, then `/usr/lib/jvm/*`.

PYTEST_DONT_REWRITE: test modules import this file and name it as a plugin.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.request
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.needs import need, tool

ARTIFACT = "org.elasticsearch.distribution.integ-test-zip:elasticsearch"
MAVEN_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
START_SECONDS = 180
HEAP = "512m"
NOBODY = 65534


@dataclass(frozen=True)
class Release:
    """A version of the server, the JDK that it needs at least, and the hash of its archive."""

    version: str
    jdk: int
    sha256: str


RELEASES = (
    Release("9.3.2", 21, "99b5b540c8d3a5c53cbe1e4f35c46acefff59131760ddc330a7616cd319086f1"),
    Release("8.19.16", 17, "c3d95992e27741b33a8057118379cda8b17cfda9e46ff4ec25e3f5b94fc22b52"),
)


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: str
    version: str
    jdk: int


def jdks() -> list[tuple[int, Path]]:
    """The JDKs of this machine, newest first."""
    chosen = os.environ.get("ES_JAVA_HOME")
    folders = [Path(chosen)] if chosen else sorted(Path("/usr/lib/jvm").glob("*"))
    found = {folder.resolve(): _major(folder) for folder in folders if (folder / "bin" / "java").exists()}
    return sorted(((major, home) for home, major in found.items() if major), reverse=True)


def _major(home: Path) -> int:
    with suppress(OSError):
        match = re.search(r'JAVA_VERSION="(\d+)', (home / "release").read_text())
        return int(match[1]) if match else 0
    return 0


def _choice() -> tuple[Release, int, Path] | None:
    for release in RELEASES:
        for major, home in jdks():
            if major >= release.jdk:
                return release, major, home
    return None


def _archive(release: Release) -> Path:
    """The server's archive from the cache, fetched when it is missing or damaged."""
    cache = Path(os.environ.get("BITTERN_CACHE") or Path.home() / ".cache" / "bittern") / "elasticsearch"
    cache.mkdir(parents=True, exist_ok=True)
    archive = cache / f"elasticsearch-{release.version}.zip"
    if archive.exists() and _sha256(archive) == release.sha256:
        return archive
    with tempfile.TemporaryDirectory(dir=cache) as fresh:
        command = [tool("mvn"), "-B", "-q", "-Dstyle.color=never", MAVEN_PLUGIN]
        command += [f"-Dartifact={ARTIFACT}:{release.version}:zip", f"-DoutputDirectory={fresh}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        need(done.returncode == 0, f"Elasticsearch {release.version} by Maven", (done.stdout + done.stderr)[-500:])
        fetched = Path(fresh) / archive.name
        if _sha256(fetched) != release.sha256:
            pytest.fail(f"{fetched.name} has not the hash it should have", pytrace=False)
        fetched.replace(archive)
    return archive


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unpack(archive: Path, folder: Path) -> Path:
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            path = Path(packed.extract(member, folder))
            if not member.is_dir():
                path.chmod(member.external_attr >> 16 & 0o777 | 0o600)
    return next(folder.glob("elasticsearch-*"))


def _free_ports(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def _configure(home: Path, folder: Path, http: int, transport: int, security: str) -> Path:
    config = folder / "config"
    shutil.copytree(home / "config", config)
    (config / "jvm.options.d").mkdir(exist_ok=True)
    (config / "jvm.options.d" / "test.options").write_text(f"-Xms{HEAP}\n-Xmx{HEAP}\n-XX:TieredStopAtLevel=1\n")
    for name in ("data", "logs", "tmp"):
        (folder / name).mkdir()
    (config / "elasticsearch.yml").write_text(
        "cluster.name: bittern-tests\n"
        "node.name: n1\n"
        f"path.data: {folder}/data\n"
        f"path.logs: {folder}/logs\n"
        "network.host: 127.0.0.1\n"
        f"http.port: {http}\n"
        f"transport.port: {transport}\n"
        "discovery.type: single-node\n"
        f"{security}"
        "node.store.allow_mmap: false\n"
        "cluster.routing.allocation.disk.threshold_enabled: false\n"
        "cluster.max_shards_per_node: 5000\n"
    )
    return config


def _start(home: Path, folder: Path, config: Path, jdk: Path) -> subprocess.Popen[bytes]:
    """Start the server in the foreground of a session of its own, to be killed with the thread that started it."""
    command = [tool("setpriv"), "--pdeathsig=KILL"]
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", str(folder)], check=True)
        command += [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "ES_JAVA_HOME": str(jdk),
        "ES_PATH_CONF": str(config),
        "ES_TMPDIR": str(folder / "tmp"),
    }
    with (folder / "out.log").open("wb") as log:
        return subprocess.Popen(
            [*command, str(home / "bin" / "elasticsearch")],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _await(request: urllib.request.Request, process: subprocess.Popen[bytes], log: Path, ca: Path | None) -> None:
    trust = ssl.create_default_context(cafile=ca) if ca else None
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(request, timeout=10, context=trust) as answer:
            if json.load(answer)["status"] == "green":
                return
        time.sleep(0.2)
    pytest.fail(f"Elasticsearch did not start:\n{log.read_text(errors='replace')[-2000:]}", pytrace=False)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@dataclass(frozen=True)
class Security:
    """How a server is secured: lines of its settings; files, and commands, that are put into its folder before it
    starts; the authority that signed its certificate and the `user:password` that may ask for its health."""

    settings: str = "xpack.security.enabled: false\n"
    prepare: Callable[[Path, Path, Path], None] | None = None
    ca: Path | None = None
    user: str = ""


@pytest.fixture(scope="session")
def elastic_server() -> Iterator[Server]:
    """The server of this test run; skips with the reason when there is no JDK or no Maven."""
    with running(Security()) as server:
        yield server


@contextmanager
def running(security: Security) -> Iterator[Server]:
    """A server of its own, stopped at the end."""
    choice = _choice()
    need(choice is not None, "a JDK, 17 or newer", "apt-get install openjdk-17-jdk-headless maven")
    assert choice is not None
    release, major, jdk = choice
    archive = _archive(release)
    folder = Path(tempfile.mkdtemp(prefix="bittern-elastic-"))
    http, transport = _free_ports(2)
    scheme = "https" if security.ca else "http"
    server = Server(f"{scheme}://127.0.0.1:{http}", release.version, major)
    health = urllib.request.Request(f"{server.url}/_cluster/health?wait_for_status=green&timeout=5s")
    if security.user:
        health.add_header("Authorization", f"Basic {b64encode(security.user.encode()).decode()}")
    try:
        home = _unpack(archive, folder)
        config = _configure(home, folder, http, transport, security.settings)
        if security.prepare is not None:
            security.prepare(home, config, jdk)
        process = _start(home, folder, config, jdk)
        try:
            _await(health, process, folder / "out.log", security.ca)
            print(f"Elasticsearch {release.version} on JDK {major} at {server.url}")
            yield server
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
