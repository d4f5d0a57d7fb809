"""`bittern content` from the key to the sensor's folder, in both languages; and over HTTPS from a real server."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from api.auth.accounts import Accounts
from api.auth.tokens import Tokens
from api.cli.content_failures import trusted_keys
from api.content.folder import ContentFolder
from api.content.pulling import Away, Puller, Said
from api.content.receiving import Receiver
from api.content.server import Server
from api.forward_https import Trust
from api.storage import open_store
from api.wiring import random_secret, wall_clock
from tests.integration.cli_runner import PROJECT, SITE, Cli, Result, cli
from tests.integration.test_forward import serving
from tests.unit.content.bundles import About, bundle, reads, signing_key

__all__ = ["cli"]
RULE = PROJECT / "rules" / "detection" / "modbus" / "MB01.yml"


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Path:
    """A folder with a key, whom it is trusted by, and a bundle of version 1."""
    assert cli("keys", "create", "content", "--keys", tmp_path / "keys").code == 0
    (tmp_path / "trusted").mkdir()
    shutil.copy(tmp_path / "keys" / "content.pub", tmp_path / "trusted" / "plant.pub")
    assert pack(cli, tmp_path, 1).code == 0
    return tmp_path


def pack(cli: Cli, folder: Path, version: int, *more: str | Path, rule: Path = RULE) -> Result:
    """`bittern content pack` of one rule and a site model."""
    return cli(
        "content", "pack", "--name", "plant-a", "--version", str(version), "--rules", rule, "--without-shipped",
        "--site", SITE, "--keys", folder / "keys", "--at", "2026-11-30T10:00:00Z", "-o", folder / f"{version}.zip",
        *more,
    )  # fmt: skip


def test_from_the_key_to_the_content_in_force(cli: Cli, made: Path) -> None:
    here = ("--content", made / "content", "--trusted-keys", made / "trusted")
    first = (made / "1.zip").read_bytes()
    assert pack(cli, made, 1, "--expires", "90000d").code == 0
    longer = (made / "1.zip").read_bytes()
    assert pack(cli, made, 1, "--expires", "90000d").code == 0
    assert first != longer == (made / "1.zip").read_bytes(), "the same command gives the same bytes"
    shown = cli("content", "verify", made / "1.zip", "--trusted-keys", made / "trusted", "--json").json()["data"]
    assert (shown["name"], shown["version"], shown["key"]["name"]) == ("plant-a", 1, "plant")
    assert [each["path"] for each in shown["parts"]] == ["rules/MB01.yml", "site/site.yml"]
    staged = cli("content", "stage", made / "1.zip", *here)
    assert (staged.code, staged.err) == (
        0,
        "plant-a-1 holds and waits: 1 rules, 4 proofs. bittern content apply puts it in force.\n",
    )
    assert cli("content", "status", "--content", made / "content", "--json").json()["data"]["current"] is None
    assert cli("content", "apply", *here).code == 0
    pack(cli, made, 2)
    assert cli("content", "apply", made / "2.zip", *here).code == 0
    told = cli("content", "apply", made / "1.zip", *here)
    assert told.code == 7
    assert "plant-a-1 is not newer than version 2" in told.err
    said = cli("content", "status", "--content", made / "content", "--lang", "zh").out
    assert "现行：plant-a-2" in said
    assert "不高于此处曾生效的版本 2" in said
    assert cli("content", "rollback", "--content", made / "content").err == "plant-a-1 is in force again.\n"
    assert cli("content", "rollback", "--content", made / "content").code == 3


def test_a_bundle_of_nobody_we_trust_is_refused_with_code_7(cli: Cli, made: Path) -> None:
    cli("keys", "create", "other", "--keys", made / "keys")
    assert pack(cli, made, 5, "--key", "other").code == 0
    assert cli("content", "show", made / "5.zip").code == 0
    told = cli("content", "verify", made / "5.zip", "--trusted-keys", made / "trusted")
    assert (told.code, "no trusted key made its signature (trusted: plant)" in told.err) == (7, True)
    assert cli("content", "verify", made / "5.zip", "--trusted-keys", made).code == 3, "no key at all"
    assert cli("content", "verify", made / "none.zip", "--trusted-keys", made / "trusted").code == 4
    (made / "keys" / "content.key").chmod(0o644)
    assert pack(cli, made, 6).code == 5


def test_content_from_a_stick(cli: Cli, made: Path) -> None:
    inbox = made / "stick"
    inbox.mkdir()
    here = ("--content", made / "content", "--trusted-keys", made / "trusted", "--inbox", inbox)
    assert cli("content", "pull", *here).err == f"Nothing new at {inbox}.\n"
    shutil.copy(made / "1.zip", inbox)
    broken = made / "MB01.yml"
    broken.write_text(RULE.read_text().replace("modbus/unauthorised-write.pcap", "modbus/hmi-normal.pcap"))
    pack(cli, made, 2, rule=broken)
    shutil.copy(made / "2.zip", inbox)
    told = cli("content", "pull", *here, "--lang", "zh")
    assert told.code == 7
    assert "plant-a-1 已生效" in told.err
    assert "规则 MB01：验证抓包 modbus/hmi-normal.pcap 应触发该规则，结果：无告警" in told.err
    assert cli("content", "pull", *here, "--from", "https://x").code == 2
    assert cli("content", "pull", *here[:4], "--inbox", made / "gone").code == 6


def test_content_from_a_server(tmp_path: Path) -> None:
    data, token = tmp_path / "data", tmp_path / "token"
    with open_store(f"embedded:{data}/store") as store:
        account, _ = Accounts(store, wall_clock, random_secret).create("line-3", ("sensor",), by="test")
        held, scopes = frozenset({"content:read"}), ("content:read",)
        secret, _ = Tokens(store, wall_clock, random_secret).create(
            "content", account.id, scopes, held, 3600 * 10**9, by="test"
        )
    token.write_text(secret)
    (tmp_path / "trusted").mkdir()
    (tmp_path / "trusted" / "plant.pub").write_bytes(signing_key().public.pem)
    took: list[str] = []
    refused: list[str] = []
    said = Said(
        lambda manifest, source: took.append(manifest.label),
        lambda source, troubles: refused.extend(each.code for each in troubles),
        lambda away: None, lambda *told: None,
    )  # fmt: skip
    receiver = Receiver(ContentFolder(tmp_path / "content", trusted_keys(tmp_path / "trusted")), "line-3", reads)
    with serving(data) as url:
        server = Server(url, "line-3", token.read_text, Trust())
        puller = Puller(receiver, server, said, wall_clock, lambda: 0.0)
        puller.turn()
        assert (took, refused) == ([], [])
        _publish(tmp_path, bundle(about=About(version=1, expires=None)))
        puller.turn()
        puller.turn()
        assert (took, refused) == (["plant-1"], [])
        _publish(tmp_path, bundle(key=signing_key(2), about=About(version=2, expires=None)))
        puller.turn()
        puller.turn()
        assert (took, refused) == (["plant-1"], ["forged"]), "told once, and not loaded again"
        token.write_text("wrong")
        with pytest.raises(Away) as caught:
            puller.turn()
        assert caught.value.code == "not_admitted"
    with pytest.raises(Away) as caught:
        puller.turn()
    assert caught.value.code == "unreachable"
    server.close()


def _publish(folder: Path, data: bytes) -> None:
    from api.cli.program import run

    (folder / "bundle.zip").write_bytes(data)
    assert run(["content", "publish", str(folder / "bundle.zip"), "--data", str(folder / "data")]) == 0
