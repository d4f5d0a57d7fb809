"""Elasticsearch over TLS with users: what is right works, and what is wrong is told, with exit code 6."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.storage import open_store
from response.store_errors import Denied, StoreError, Unreachable
from tests.contract.elastic_server import Security, Server, running
from tests.contract.store_cases import occurrence, rows, segment
from tests.contract.stores import elastic_url
from tests.integration.cli_runner import WRITE, Cli, cli
from tests.needs import tool

__all__ = ["cli"]
pytestmark = pytest.mark.timeout(300)

WRITER, READER, PASSWORD = "writer", "reader", "correct-horse"
SETTINGS = """\
xpack.security.enabled: true
xpack.security.transport.ssl.enabled: false
xpack.security.http.ssl.enabled: true
xpack.security.http.ssl.key: server.key
xpack.security.http.ssl.certificate: server.crt
"""
ROLES = """\
bittern_writer:
  cluster: [monitor, manage_index_templates]
  indices: [{names: ["t*"], privileges: [all]}]
bittern_reader:
  cluster: [monitor]
  indices: [{names: ["t*"], privileges: [read, view_index_metadata]}]
"""


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run([tool("openssl"), *arguments], cwd=folder, check=True, capture_output=True)


def authority(folder: Path, name: str) -> Path:
    """The certificate of an authority of our own."""
    folder.mkdir(parents=True, exist_ok=True)
    subject = ["-subj", f"/CN={name}", "-days", "30", "-nodes"]
    openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-keyout", "ca.key", "-out", "ca.crt", *subject)
    return folder / "ca.crt"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the server's authority, key and certificate."""
    folder = tmp_path_factory.mktemp("tls")
    authority(folder, "Bittern test authority")
    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    asked = ["-newkey", "rsa:2048", "-nodes", "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost"]
    openssl(folder, "req", *asked)
    signed = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-extfile", "names"]
    openssl(folder, "x509", "-req", "-in", "server.csr", "-out", "server.crt", *signed)
    return folder


@pytest.fixture(scope="module")
def secure(certificates: Path) -> Iterator[Server]:
    """A server that speaks TLS only and knows two users."""

    def prepare(home: Path, config: Path, jdk: Path) -> None:
        for name in ("server.key", "server.crt"):
            (config / name).write_bytes((certificates / name).read_bytes())
        (config / "roles.yml").write_text(ROLES)
        environment = {"PATH": "/usr/bin:/bin", "ES_JAVA_HOME": str(jdk), "ES_PATH_CONF": str(config)}
        for user in (WRITER, READER):
            made = [str(home / "bin" / "elasticsearch-users"), "useradd", user, "-p", PASSWORD, "-r", f"bittern_{user}"]
            subprocess.run(made, env=environment, check=True, capture_output=True)

    ca = certificates / "ca.crt"
    with running(Security(SETTINGS, prepare, ca, f"{WRITER}:{PASSWORD}")) as server:
        yield server


def address(server: Server, ca: Path | None, user: str = WRITER) -> str:
    """The address of an empty store on the server."""
    url = elastic_url(server, patience=2).replace("https://", f"https://{user}@" if user else "https://")
    return url + (f"&ca={ca}" if ca else "")


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("BITTERN_STORE_PASSWORD", PASSWORD)
    return PASSWORD


def test_a_user_writes_and_reads_over_tls(secure: Server, certificates: Path, password: str) -> None:
    with open_store(address(secure, certificates / "ca.crt")) as store:
        assert store.write(segment("one", occurrence(0), flow=rows("flow", 3))).events_new == 3
        assert store.write(segment("one", occurrence(0), flow=rows("flow", 3))).events_new == 0
        assert store.alert(occurrence(0).id).count == 1
        assert store.health().writable


def test_analyze_fills_the_store_over_tls(secure: Server, certificates: Path, password: str, cli: Cli) -> None:
    url = address(secure, certificates / "ca.crt")
    done = cli("analyze", WRITE, "--store", url)
    assert done.code == 0, done.err
    assert "new alerts" in done.err
    assert password not in done.err + done.out
    assert cli("alerts", "list", "--store", url, "--json").json()["data"]


@pytest.mark.parametrize("trust", ["none", "another"])
def test_a_certificate_that_is_not_trusted_is_refused(
    secure: Server, tmp_path: Path, password: str, trust: str, cli: Cli
) -> None:
    ca = authority(tmp_path / "other", "Somebody else") if trust == "another" else None
    url = address(secure, ca)
    with pytest.raises(Unreachable, match="certificate"), open_store(url) as store:
        store.health()
    said = cli("analyze", WRITE, "--store", url)
    assert said.code == 6
    assert "certificate is not trusted" in said.err
    assert password not in said.err


def test_a_wrong_password_is_refused(
    secure: Server, certificates: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli
) -> None:
    monkeypatch.setenv("BITTERN_STORE_PASSWORD", "wrong-secret")
    url = address(secure, certificates / "ca.crt")
    with pytest.raises(Denied), open_store(url) as store:
        store.write(segment("one", flow=rows("flow", 1)))
    said = cli("analyze", WRITE, "--store", url)
    assert said.code == 6
    assert "refuses this user" in said.err
    assert "wrong-secret" not in said.err


def test_no_user_and_a_user_without_rights_are_refused(secure: Server, certificates: Path, password: str) -> None:
    for user in ("", READER):
        with pytest.raises(Denied), open_store(address(secure, certificates / "ca.crt", user)) as store:
            store.write(segment("one", flow=rows("flow", 1)))


def test_plain_http_towards_tls_is_told(secure: Server, password: str) -> None:
    url = elastic_url(secure, patience=2).replace("https://", f"http://{WRITER}@")
    with pytest.raises(StoreError), open_store(url) as store:
        store.health()
