"""Single sign-on half or wrongly set up: `bittern serve` says what is wrong and does not start."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.cli.exit_codes import ExitCode
from tests.integration.cli_runner import Cli, cli

__all__ = ["cli"]

GOOD = "roles: {soc: [analyst]}"


@pytest.fixture
def given(tmp_path: Path) -> list[str | Path]:
    """Options with which it would start."""
    (tmp_path / "secret").write_text("s3cret-word\n", encoding="utf-8")
    (tmp_path / "roles.yml").write_text(GOOD, encoding="utf-8")
    return [
        "serve", "--data", tmp_path / "data", "--base-url", "https://bittern.example", "--oidc-client", "bittern",
        "--oidc-issuer", "https://login.example", "--oidc-secret-file", tmp_path / "secret", "--oidc-roles",
        tmp_path / "roles.yml",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("roles: [", "not YAML"),
        ("{}", "names no roles"),
        ("roles: {}", "names no roles"),
        ("- roles", "names no roles"),
        ("roles: {soc: []}", "the group soc has no list of roles"),
        ("roles: {soc: [boss]}", "boss is no role of people; there are admin"),
        ("roles: {soc: [sensor]}", "sensor is no role of people"),
        (f"{GOOD}\nscope: profile", "lacks openid"),
        (f"{GOOD}\nsession_hours: 13", "session_hours is a whole number from 1 to 12"),
        (f"{GOOD}\ntoken_days: 0", "token_days is a whole number from 1 to 366"),
        (f"{GOOD}\ntoken_days: true", "token_days has a value of the wrong kind"),
        (f"{GOOD}\ncolour: red", "colour is not known beside roles; there are name, scope"),
        (f"{GOOD}\nsecret: x", "secret is not known"),
    ],
)
def test_mistakes_in_the_file_of_roles(cli: Cli, given: list[str | Path], tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "roles.yml").write_text(text, encoding="utf-8")
    said = cli(*given)
    assert (said.code, says in said.err) == (ExitCode.CONFIGURATION, True), said.err
    assert "s3cret-word" not in said.err + said.out
    assert "单点登录" in cli(*given, "--lang", "zh").err


@pytest.mark.parametrize(
    ("option", "value", "code", "says"),
    [
        ("--oidc-issuer", "http://login.example", ExitCode.CONFIGURATION, "http://login.example is no https address"),
        ("--base-url", "http://bittern.example", ExitCode.CONFIGURATION, "http://bittern.example is no https address"),
        ("--oidc-issuer", "", ExitCode.USAGE, "half set up"),
        ("--base-url", "", ExitCode.USAGE, "half set up"),
    ],
)
def test_addresses(cli: Cli, given: list[str | Path], option: str, value: str, code: int, says: str) -> None:
    said = cli(*given, option, value)
    assert (said.code, says in said.err) == (code, True), said.err


def test_the_secret_comes_from_a_file_or_the_environment(
    cli: Cli, given: list[str | Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = given.index("--oidc-secret-file")
    without = [*given[:at], *given[at + 2 :]]
    assert "half set up" in cli(*without).err
    monkeypatch.setenv("BITTERN_OIDC_SECRET", "s3cret-word")
    port = ("--host", "host.invalid")  # what comes after single sign-on is understood
    assert "host.invalid" in cli(*without, *port).err
    (tmp_path / "secret").write_text("\n", encoding="utf-8")
    assert "secret is empty" in cli(*given).err
    (tmp_path / "secret").unlink()
    said = cli(*given)
    assert (said.code, "secret" in said.err, "Traceback" in said.err) == (4, True, False)
    assert "s3cret-word" not in cli("serve", "--help").out


def test_trusted_proxies_are_addresses_or_networks(cli: Cli) -> None:
    said = cli("serve", "--trusted-proxy", "10.0.0.0/24", "--trusted-proxy", "front.example")
    assert (said.code, "front.example is no address or network" in said.err) == (ExitCode.USAGE, True)


def test_help_shows_no_empty_default(cli: Cli) -> None:
    for command in ("serve", "worker"):
        shown = cli(command, "--help").out
        assert "--base-url" in shown
        assert "[default: ]" not in shown
