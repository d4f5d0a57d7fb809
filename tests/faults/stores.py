"""A store that is away, slow, locked, refusing, full, or wants another password: embedded, and a real Elasticsearch."""

from __future__ import annotations

import base64
import os
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from elasticsearch import Elasticsearch

from tests.contract.elastic_server import Security, running
from tests.contract.store_proxy import Answer, Request, error_answer, hand_on, proxy
from tests.contract.stores import PATIENCE
from tests.contract.test_store_secure import PASSWORD, ROLES, WRITER
from tests.faults.counted import writes
from tests.faults.plant import Places, Plant, load_on, until
from tests.faults.processes import Strike, at_random_moments
from tests.faults.rows import Case, Row

ADMIN = "grid-admin"
VARIABLE = "BITTERN_STORE_PASSWORD"
ENVIRONMENT = {VARIABLE: PASSWORD, "BITTERN_NOTIFY_KEY": base64.b64encode(bytes(32)).decode()}
SETTINGS = """\
xpack.security.enabled: true
xpack.security.transport.ssl.enabled: false
xpack.security.http.ssl.enabled: false
"""
WATERMARKS = ("low", "high", "flood_stage")


def locked(folder: Path, moments: int, chance: Random) -> Row:
    """Somebody holds the embedded store's lock for longer than anybody waits for it."""

    def strike(at: Plant, chance: Random) -> None:
        with closing(sqlite3.connect(at.data / "store" / "bittern.db", timeout=60, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(chance.uniform(3, 13))
            other.execute("ROLLBACK")

    return writes(load_on(folder, at_random_moments(strike, moments, chance)), moments)


@dataclass
class Cluster:
    """A server behind a proxy that may misbehave, as an administrator sees it."""

    url: str
    """Of the store, through the proxy."""
    admin: Elasticsearch
    mode: str = "through"

    def plan(self, request: Request) -> Answer:
        """What the proxy does with a request."""
        if self.mode == "away":
            return None
        if self.mode == "refusing":
            return error_answer(429, "es_rejected_execution_exception")
        if self.mode == "slow":
            time.sleep(2)
        return hand_on(request)

    def block(self, name: str, value: bool | None) -> None:
        """Sets a block on all indices of the store, or takes it away."""
        self.admin.indices.put_settings(index="t*", settings={name: value})

    def watermarks(self, free: str) -> None:
        """So much must be free on the disk; the server looks every ten seconds and blocks writing by itself."""
        at = "cluster.routing.allocation.disk"
        marks = {f"{at}.watermark.{name}": free for name in WATERMARKS}
        more = {f"{at}.threshold_enabled": True, "cluster.info.update.interval": "10s"}
        self.admin.cluster.put_settings(persistent=marks | more)

    @property
    def is_blocked(self) -> bool:
        settings = self.admin.indices.get_settings(index="t*").body
        return "read_only_allow_delete" in str(settings)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A real Elasticsearch that knows users."""

    def prepare(home: Path, config: Path, jdk: Path) -> None:
        (config / "roles.yml").write_text(ROLES)
        environment = {"PATH": "/usr/bin:/bin", "ES_JAVA_HOME": str(jdk), "ES_PATH_CONF": str(config)}
        for user, role in ((WRITER, "bittern_writer"), (ADMIN, "superuser")):
            made = [str(home / "bin" / "elasticsearch-users"), "useradd", user, "-p", PASSWORD, "-r", role]
            subprocess.run(made, env=environment, check=True, capture_output=True)

    with running(Security(SETTINGS, prepare, user=f"{ADMIN}:{PASSWORD}")) as server:
        made = Cluster("", Elasticsearch(server.url, basic_auth=(ADMIN, PASSWORD)))
        with proxy(server.url, made.plan) as address, made.admin:
            front = address.replace("http://", f"http://{WRITER}@")
            made.url = f"{front}?prefix=t{os.getpid()}&patience={PATIENCE}"
            yield made


def elastic(strike: Callable[[Cluster], Strike]) -> Callable[[Path, int, Random], Row]:
    """Strikes at a server; then the writes are counted."""

    def run(folder: Path, moments: int, chance: Random) -> Row:
        os.environ[VARIABLE] = PASSWORD  # for counting; the roles get theirs below
        with cluster() as server:
            places = Places(url=server.url, environment=ENVIRONMENT)
            at = load_on(folder, at_random_moments(strike(server), moments, chance), places)
            server.admin.indices.refresh(index="t*")
            return writes(at, moments)

    return run


def in_mode(mode: str) -> Callable[[Cluster], Strike]:
    """The proxy does something else for two to eight seconds."""

    def of(server: Cluster) -> Strike:
        def strike(at: Plant, chance: Random) -> None:
            server.mode = mode
            time.sleep(chance.uniform(2, 8))
            server.mode = "through"

        return strike

    return of


def read_only(server: Cluster) -> Strike:
    """Nothing may be written into the indices."""

    def strike(at: Plant, chance: Random) -> None:
        server.block("index.blocks.write", True)
        time.sleep(chance.uniform(2, 6))
        server.block("index.blocks.write", None)

    return strike


def flooded(server: Cluster) -> Strike:
    """The server finds its disk beyond the last watermark, and blocks writing until there is room again."""

    def strike(at: Plant, chance: Random) -> None:
        server.watermarks("900000gb")
        until(lambda: server.is_blocked, "the server does not mind a full disk")
        time.sleep(3)
        server.watermarks("1b")
        until(lambda: not server.is_blocked, "the server does not see that there is room")

    return strike


def wrong_password(server: Cluster) -> Strike:
    """The worker is begun with a wrong password, and later with the right one."""

    def strike(at: Plant, chance: Random) -> None:
        role = at.roles["worker"]
        role.kill()
        right, role.environment = role.environment, {**ENVIRONMENT, VARIABLE: "wrong-secret"}
        role.begin()
        until(lambda: "refuses this user" in role.said or role.process_ended, "the worker does not mind")
        role.kill()
        role.environment, role.begun = right, role.said.count("takes segments")
        at.begin("worker")

    return strike


CASES = (
    Case("embedded store locked for 3 to 13 s", 5, locked),
    Case("Elasticsearch away", 5, elastic(in_mode("away"))),
    Case("Elasticsearch slow: 2 s an answer", 5, elastic(in_mode("slow"))),
    Case("Elasticsearch refusing (429)", 5, elastic(in_mode("refusing"))),
    Case("Elasticsearch read-only", 5, elastic(read_only)),
    Case("Elasticsearch beyond its watermark", 1, elastic(flooded)),
    Case("Elasticsearch: wrong password", 3, elastic(wrong_password)),
)
