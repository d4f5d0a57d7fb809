"""Keys, and bundles that someone changed: exactly what was changed is named, and whose key it was."""

from __future__ import annotations

import ast
import hashlib
import shutil
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from response.reports.bundle import contents, manifest, packed
from response.reports.signing import KeyFolder, KeyTrouble, SigningKey
from response.reports.verifier import MANIFEST, SIGNATURE, SIGNER, Unreadable
from response.reports.verify import Verified, verify
from tests.needs import tool
from tests.unit.reports import cases

SEED = bytes(range(32))
OTHER = bytes(32)


@pytest.fixture
def keys(tmp_path: Path) -> KeyFolder:
    folder = KeyFolder(tmp_path / "keys")
    folder.create("auditor", SEED)
    return folder


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    model, evidence = cases.made("hostile")
    made = contents(model, cases.words("zh", "en"), evidence, {"html", "xlsx", "oscal"})
    return {**made, MANIFEST: manifest(model, made)}


@pytest.fixture
def bundle(keys: KeyFolder, files: dict[str, bytes], tmp_path: Path) -> Path:
    return written(files, keys.private("auditor"), tmp_path)


def written(files: dict[str, bytes], signer: SigningKey | None, folder: Path) -> Path:
    listed = {name: data for name, data in files.items() if name != MANIFEST}
    path = folder / "report.zip"
    path.write_bytes(packed(listed, files[MANIFEST], signer))
    return path


def changed(path: Path, change: dict[str, bytes | None]) -> Path:
    """The bundle with files put in, or taken out where None."""
    with zipfile.ZipFile(path) as before:
        held = {name: before.read(name) for name in before.namelist()} | change
    with zipfile.ZipFile(path, "w") as after:
        for name, data in held.items():
            if data is not None:
                after.writestr(name, data)
    return path


def checked(path: Path, keys: KeyFolder) -> Verified:
    return verify(path, keys.publics())


def test_what_nobody_touched_holds(bundle: Path, keys: KeyFolder, files: dict[str, bytes]) -> None:
    found = checked(bundle, keys)
    assert found.holds
    assert found.key is not None
    assert (found.key.name, found.files.files) == ("auditor", len(files) - 1)


def test_each_file_that_is_changed_missing_or_added_is_named(
    bundle: Path, keys: KeyFolder, files: dict[str, bytes]
) -> None:
    whole = bundle.read_bytes()
    for name in sorted(files.keys() - {MANIFEST}):
        bundle.write_bytes(whole)
        found = checked(changed(bundle, {name: files[name] + b" "}), keys)
        assert (found.files.changed, found.files.missing, found.files.added) == ([name], [], [])
        assert found.files.root_holds == (not name.startswith("evidence/"))
        assert not found.holds
        bundle.write_bytes(whole)
        found = checked(changed(bundle, {name: None}), keys)
        assert (found.files.changed, found.files.missing, found.files.added) == ([], [name], [])
        assert not found.holds
    bundle.write_bytes(whole)
    found = checked(changed(bundle, {"evidence/query/999.json": b"{}", "readme.exe": b""}), keys)
    assert found.files.added == ["evidence/query/999.json", "readme.exe"]
    assert not found.holds


def test_any_changed_bit_of_the_archive_is_noticed(bundle: Path, keys: KeyFolder) -> None:
    whole = bundle.read_bytes()
    with zipfile.ZipFile(bundle) as archive:
        spans = [(info.header_offset + 30 + len(info.filename), info) for info in archive.infolist()]
    for start, info in spans[:: max(1, len(spans) // 25)]:
        place = start + info.compress_size // 2
        bundle.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        if info.filename == MANIFEST:
            with pytest.raises(Unreadable):
                checked(bundle, keys)
            continue
        found = checked(bundle, keys)
        if info.filename not in (SIGNATURE, SIGNER):
            assert (found.holds, found.files.changed) == (False, [info.filename])


def test_a_file_that_is_there_twice_is_named(bundle: Path, keys: KeyFolder) -> None:
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(bundle, "a") as archive:
        archive.writestr("report.html", b"<p>all is well</p>")
    found = checked(bundle, keys)
    assert "report.html" in found.files.added
    assert not found.holds


def test_a_changed_list_of_files_breaks_the_signature(bundle: Path, keys: KeyFolder, files: dict[str, bytes]) -> None:
    html = b"<p>all is well</p>"
    listing = files[MANIFEST].replace(
        hashlib.sha256(files["report.html"]).hexdigest().encode(),
        hashlib.sha256(html).hexdigest().encode(),
    )
    found = checked(changed(bundle, {"report.html": html, MANIFEST: listing}), keys)
    assert found.files.intact
    assert (found.signature, found.holds) == ("forged", False)


def test_another_key_is_not_trusted_because_it_came_along(
    files: dict[str, bytes], keys: KeyFolder, tmp_path: Path
) -> None:
    stranger = KeyFolder(tmp_path / "elsewhere")
    stranger.create("auditor", OTHER)
    path = written(files, stranger.private("auditor"), tmp_path)
    found = checked(path, keys)
    assert (found.signature, found.holds) == ("unknown", False)
    assert found.key is not None
    fingerprint = stranger.public("auditor").fingerprint
    assert found.key.fingerprint == fingerprint
    assert verify(path, (), [fingerprint.upper()]).holds
    assert not verify(path, (), [fingerprint[:32]]).holds
    assert not verify(path, (), [keys.public("auditor").fingerprint]).holds


def test_a_signature_taken_away_is_missed(bundle: Path, keys: KeyFolder) -> None:
    found = checked(changed(bundle, {SIGNATURE: None}), keys)
    assert (found.signature, found.holds) == ("unsigned", False)
    found = checked(changed(bundle, {SIGNATURE: b"x" * 64}), keys)
    assert (found.signature, found.holds) == ("forged", False)
    assert checked(changed(bundle, {SIGNATURE: b"", SIGNER: b"no key"}), keys).signature == "forged"


@pytest.mark.parametrize("data", [b"", b"PK", b"%PDF-1.7", b"\x00" * 5000])
def test_what_is_no_bundle_is_said_to_be_none(data: bytes, tmp_path: Path, keys: KeyFolder) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    with pytest.raises(Unreadable):
        checked(path, keys)


@pytest.mark.parametrize(
    "listing", [b"", b"[]", b"{}", b'{"files":[{"path":1}]}', b'{"report":"a","evidence_root":"b","files":[]}', b"\xff"]
)
def test_a_broken_manifest_is_no_manifest(listing: bytes, bundle: Path, keys: KeyFolder) -> None:
    with pytest.raises(Unreadable):
        checked(changed(bundle, {MANIFEST: listing}), keys)


def test_the_verifier_in_the_bundle_needs_nothing_but_python(bundle: Path, tmp_path: Path) -> None:
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(BytesIO(bundle.read_bytes())) as archive:
        archive.extractall(unpacked)
    tree = ast.parse((unpacked / "verify.py").read_text())
    imported = {(n.module or "").split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)} | {
        alias.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names
    }
    assert imported <= sys.stdlib_module_names

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-S", unpacked / "verify.py", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (run().returncode, run(bundle).returncode) == (0, 0)
    (unpacked / "report.html").write_text("x")
    (unpacked / "added").symlink_to("report.html")
    shutil.rmtree(unpacked / "oscal")
    done = run()
    assert done.returncode == 7
    assert "'report.html'" in done.stdout
    assert "'added'" in done.stdout
    assert "'oscal/profile.json'" in done.stdout
    assert run(tmp_path / "nothing.zip").returncode == 7


def test_openssl_agrees_with_the_signature(bundle: Path, tmp_path: Path) -> None:
    program = tool("openssl")
    with zipfile.ZipFile(bundle) as archive:
        for name in (MANIFEST, SIGNATURE, SIGNER):
            archive.extract(name, tmp_path)
    command = [program, "pkeyutl", "-verify", "-pubin", "-inkey", SIGNER, "-rawin"]
    command += ["-in", MANIFEST, "-sigfile", SIGNATURE]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    (tmp_path / MANIFEST).write_bytes(b"{}")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0


def test_the_secret_half_is_for_its_owner_alone(keys: KeyFolder) -> None:
    secret = keys.folder / "auditor.key"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert keys.folder.stat().st_mode & 0o777 == 0o700
    secret.chmod(0o640)
    with pytest.raises(KeyTrouble, match="exposed"):
        keys.private("auditor")


def test_a_key_is_never_written_over(keys: KeyFolder) -> None:
    before = (keys.folder / "auditor.key").read_bytes()
    with pytest.raises(KeyTrouble, match="exists"):
        keys.create("auditor", OTHER)
    (keys.folder / "auditor.pub").unlink()
    with pytest.raises(KeyTrouble, match="exists"):
        keys.create("auditor", OTHER)
    assert (keys.folder / "auditor.key").read_bytes() == before


def test_a_password_opens_its_key_only(keys: KeyFolder) -> None:
    keys.create("locked", OTHER, "pässword".encode())
    assert keys.locked("locked")
    assert not keys.locked("auditor")
    assert OTHER not in (keys.folder / "locked.key").read_bytes()
    for password, reason in ((None, "needs_password"), (b"wrong", "wrong_password")):
        with pytest.raises(KeyTrouble, match=reason):
            keys.private("locked", password)
    signer = keys.private("locked", "pässword".encode())
    assert keys.public("locked").signed(b"data", signer.sign(b"data"))
    assert not keys.public("locked").signed(b"other", signer.sign(b"data"))


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "-x", ".hidden", "a b", "x" * 65, "a\x00"])
def test_names_of_keys_are_no_paths(name: str, keys: KeyFolder) -> None:
    with pytest.raises(KeyTrouble, match="name"):
        keys.create(name, OTHER)
    with pytest.raises(KeyTrouble, match="name"):
        keys.public(name)


def test_what_is_no_key_is_said_to_be_none(keys: KeyFolder) -> None:
    (keys.folder / "bad.pub").write_text("nothing")
    (keys.folder / "bad.key").write_text("nothing")
    (keys.folder / "bad.key").chmod(0o600)
    for use in (keys.public, keys.private):
        with pytest.raises(KeyTrouble, match="no_key"):
            use("bad")
    with pytest.raises(KeyTrouble, match="absent"):
        keys.private("nobody")
