"""`bittern report` and `bittern keys`: from an assessment, in a file or a store, to a bundle that can be verified."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from api.storage import open_store
from response.incidents.follow import Incidents
from response.incidents.reach import Judges
from response.incidents.steps import rule_steps
from response.ports import AlertQuery
from response.records import Put
from response.reports.canonical import canonical, plain
from response.reports.glyphs import FILES, FOLDER
from response.times import time_text
from tests.alert_cases import MATRIX, MINUTE, POLICY, act, rules
from tests.contract.store_cases import segment
from tests.integration.cli_runner import SITE, WRITE, Cli, cli
from tests.needs import need
from tests.unit.reports import cases

__all__ = ["cli"]
AT = "2026-11-28T08:00:00+08:00"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder."""
    for name in ("BITTERN_KEYS", "BITTERN_KEY_PASSWORD_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BITTERN_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def assessment(tmp_path: Path) -> Path:
    path = tmp_path / "assessment.json"
    path.write_bytes(canonical(cases.assessment(12)))
    return path


def made(cli: Cli, assessment: Path, *more: str | Path) -> Path:
    """A report without PDF, which needs fonts."""
    said = cli("report", "new", assessment, "--at", AT, "--format", "html", "--format", "oscal", *more)
    assert said.code == 0, said.err
    return Path(said.out.strip())


def test_a_signed_report_verifies_and_a_changed_one_says_what(cli: Cli, assessment: Path, tmp_path: Path) -> None:
    created = cli("keys", "create")
    assert created.code == 0
    path = made(cli, assessment, "--site", SITE, "--organisation", "示例水务")
    assert path == made(cli, assessment, "--site", SITE, "--organisation", "示例水务")
    held = cli("report", "verify", path)
    assert (held.code, "is as it was signed" in held.out) == (0, True)
    assert cli("report", "verify", path.stem).code == 0
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "unpacked")
    assert cli("report", "verify", tmp_path / "unpacked").code == 0
    (tmp_path / "unpacked" / "report.html").write_text("all is well")
    (tmp_path / "unpacked" / "evidence" / "assessment.json").unlink()
    (tmp_path / "unpacked" / "more.txt").touch()
    said = cli("report", "verify", tmp_path / "unpacked", "--json")
    body = said.json()["data"]
    assert said.code == 7
    assert (body["changed"], body["added"]) == (["report.html"], ["more.txt"])
    assert body["missing"] == ["evidence/assessment.json"]
    assert (body["holds"], body["evidence_root_holds"], body["signature"]) == (False, False, "fine")
    told = cli("report", "verify", tmp_path / "unpacked", "--lang", "zh")
    assert "已改动：report.html" in told.out
    assert "未通过验证" in told.out


def test_who_has_no_key_is_told_to_name_one(cli: Cli, assessment: Path, folder: Path, tmp_path: Path) -> None:
    cli("keys", "create")
    path = made(cli, assessment)
    pem = tmp_path / "auditor.pub"
    assert cli("keys", "export", "--output", pem).code == 0
    [key] = cli("keys", "show", "--json").json()["data"]
    elsewhere = ("--keys", tmp_path / "none")
    unknown = cli("report", "verify", path, *elsewhere)
    assert unknown.code == 7
    assert key["fingerprint"] in unknown.out
    assert cli("report", "verify", path, "--key", pem, *elsewhere).code == 0
    assert cli("report", "verify", path, "--key", key["fingerprint"], *elsewhere).code == 0
    assert cli("report", "verify", path, "--key", "00" * 32, *elsewhere).code == 7
    assert cli("report", "verify", path, "--key", assessment, *elsewhere).code == 3


def test_a_report_without_key_is_signed_later_and_only_when_it_is_whole(cli: Cli, assessment: Path) -> None:
    path = made(cli, assessment)
    assert cli("report", "verify", path).code == 7
    assert cli("report", "sign", path).code == 3
    cli("keys", "create")
    assert cli("report", "sign", path).code == 0
    assert cli("report", "verify", path).code == 0
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("more.txt", "")
    assert cli("report", "sign", path).code == 7
    assert "more.txt" in cli("report", "verify", path).out


def test_keys_with_a_password(cli: Cli, assessment: Path, folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("correct horse\n")
    assert cli("keys", "create", "locked", "--password-file", secret).code == 0
    [key] = cli("keys", "show", "locked", "--json").json()["data"]
    assert (key["signs"], key["password"], key["algorithm"]) == (True, True, "Ed25519")
    assert cli("report", "new", assessment, "--key", "locked", "--format", "html").code == 5
    path = made(cli, assessment, "--key", "locked", "--password-file", secret)
    assert cli("report", "verify", path).code == 0
    secret.write_text("wrong")
    assert cli("report", "sign", path, "--key", "locked", "--password-file", secret).code == 5
    (folder / "keys" / "locked.key").chmod(0o644)
    assert "chmod 600" in cli("report", "sign", path, "--key", "locked").err
    assert cli("keys", "create", "locked").code == 3
    assert cli("keys", "create", "../out").code == 3
    assert cli("keys", "show", "nobody").code == 3


def test_a_report_is_shown_again_byte_for_byte_and_in_the_other_language(
    cli: Cli, assessment: Path, tmp_path: Path
) -> None:
    path = made(cli, assessment)
    with zipfile.ZipFile(path) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    again = tmp_path / "again.html"
    assert cli("report", "render", path.stem, "--format", "html", "--output", again).code == 0
    assert again.read_bytes() == kept["report.html"]
    assert cli("report", "render", path, "--format", "html", "--language", "en", "--output", again).code == 0
    assert "管理层摘要" not in again.read_text()
    assert "Executive summary" in again.read_text()
    folder = tmp_path / "oscal"
    assert cli("report", "render", path, "--format", "oscal", "--output", folder).code == 0
    assert {f"oscal/{file.name}" for file in folder.iterdir()} == {name for name in kept if name.startswith("oscal/")}
    assert (folder / "profile.json").read_bytes() == kept["oscal/profile.json"]


def test_a_store_gives_assessment_assets_and_alerts_and_keeps_the_record(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    url = f"embedded:{tmp_path / 'store'}"
    monkeypatch.setenv("BITTERN_STORE", url)
    cli("analyze", WRITE, "--site", SITE, "--format", "ndjson")
    assert cli("report", "new", "--format", "html").code == 6
    with open_store(url) as store:
        known = {asset.key for asset in store.assets()}
        latest = max(alert.last_seen for alert in store.alerts(AlertQuery(limit=500)).items)
        body = plain(cases.assessment(12)) | {"start": "2020-01-01T00:00:00.000000000Z", "end": time_text(latest + 1)}
        store.commit([Put("assessment", "as-1", body)])
    said = cli("report", "new", "as-1", "--at", AT, "--format", "html", "--who", "li.wei", "--json").json()["data"]
    with open_store(url) as store:
        record = store.record("report", said["id"]).body
        deeds = [line.deed for line in store.audit()]
    assert (record["file"], record["evidence_root"]) == (f"{said['id']}.zip", said["evidence_root"])
    assert (record["by"], record["signed_by"]) == ("li.wei", None)
    assert [(deed.who, deed.what, deed.id) for deed in deeds] == [("li.wei", "report.make", said["id"])]
    with zipfile.ZipFile(said["file"]) as archive:
        model = json.loads(archive.read("report.json"))["data"]
    assert known <= {asset["key"] for asset in model["assets"]}
    assert sum(count["new"] for count in model["alerts"]) > 0
    assert {"X01", "MB01"} & {rule for incident in model["incidents"] for rule in incident["rules"]}
    again = cli("report", "new", "as-1", "--at", AT, "--format", "html", "--who", "li.wei", "--json").json()["data"]
    assert again == said
    assert "as-1" in cli("report", "new", "as-2").err
    [listed] = cli("report", "list", "--json").json()["data"]
    assert (listed["id"], listed["signed"]) == (said["id"], False)
    assert said["id"] in cli("report", "list").out


def test_incidents_of_the_store_are_told_with_their_times(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"embedded:{tmp_path / 'store'}"
    monkeypatch.setenv("BITTERN_STORE", url)
    acts = [act(0, "10.9.9.9", "10.0.0.1"), act(1, "10.9.9.9", "10.0.0.2"), act(2, "10.7.7.7", "10.0.0.3", drill=True)]
    with open_store(url) as store:
        following = Incidents(store, Judges(MATRIX, POLICY, None), rule_steps(rules()))
        for each in acts:
            store.write(segment(each.id, each, sensor=each.sensor))
        following.update([each.id for each in acts], acts[0].first_seen + 10 * MINUTE)
        span = {"start": time_text(acts[0].first_seen), "end": time_text(acts[0].first_seen + 100 * MINUTE)}
        store.commit([Put("assessment", "as-1", plain(cases.assessment(4)) | span)])
    path = cli("report", "new", "--at", AT, "--format", "html", "--language", "en").out.strip()
    with zipfile.ZipFile(path) as archive:
        model = json.loads(archive.read("report.json"))["data"]
        page = archive.read("report.html").decode()
    [incident] = model["incidents"]
    assert (incident["alerts"], incident["rules"], incident["status"]) == (2, ["MB01"], "new")
    assert incident["ttd"] == 10 * MINUTE
    assert "10.9.9.9 against 10.0.0." in page
    assert "0:10:00 / –" in page


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"id": 1}', "\ud800", '{"data": 5}'])
def test_what_is_no_assessment_is_code_4(cli: Cli, tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    said = cli("report", "new", path)
    assert (said.code, said.out) == (4, "")
    assert "is no assessment" in said.err


def test_what_is_no_bundle_is_told(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_text("nothing")
    assert cli("report", "verify", path).code == 7
    assert cli("report", "render", path, "--output", tmp_path / "y").code == 4
    assert cli("report", "verify", tmp_path / "absent.zip").code == 4
    assert cli("report", "list").err.startswith("no reports in")
    assert cli("keys", "show").err.startswith("no keys in")


def test_templates_are_listed_in_both_languages(cli: Cli) -> None:
    listed = cli("report", "templates", "--json", "--lang", "zh").json()["data"]
    assert [each["name"] for each in listed] == ["full", "executive", "controls", "inventory"]
    assert listed[0]["title"] == "安全评估报告"
    assert "Security assessment report" in cli("report", "templates").out


def test_a_pdf_in_the_bundle_is_the_one_that_is_shown_again(cli: Cli, assessment: Path, tmp_path: Path) -> None:
    need(all((FOLDER / name).is_file() for name in FILES), "the fonts of PDF reports", "make setup, with npm")
    path = Path(cli("report", "new", assessment, "--at", AT).out.strip())
    with zipfile.ZipFile(path) as archive:
        assert {"report.pdf", "report.html", "report.xlsx", "report.json"} <= set(archive.namelist())
        kept = archive.read("report.pdf")
    assert cli("report", "render", path, "--output", tmp_path / "again.pdf").code == 0
    assert (tmp_path / "again.pdf").read_bytes() == kept


def test_without_fonts_pdf_says_how_to_get_them(cli: Cli, assessment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from response.reports import glyphs

    glyphs.printable.cache_clear()
    monkeypatch.setattr(glyphs, "FILES", ("nowhere.ttf",))
    said = cli("report", "new", assessment)
    assert (said.code, "make setup" in said.err) == (3, True)
    assert cli("report", "new", assessment, "--format", "html").code == 0
