"""Wheel and source distribution hold what the program needs; the installed program works without a checkout."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.needs import PROJECT, need

DEMO = PROJECT / "rules" / "demo"
FONTS = PROJECT / "response" / "reports" / "fonts"
DATA = {
    "rules/attack-ics.json", "rules/locales/en.json", "rules/locales/zh-CN.json", "rules/detection/modbus/MB01.yml",
    "rules/cacao/LICENSE", "rules/cacao/bittern-step.json", "rules/cacao/schemas/playbook.json",
    "rules/playbooks/isolate-host.json", "rules/mirror/judgement.yml", "rules/mirror/switches/cisco.yml",
    "rules/health/HL01.yml", "rules/proofs/health/sensor-silent.json",
    "rules/proofs/site.yml", "rules/frameworks/iec62443-3-3.yaml", "rules/frameworks/plan.yaml",
    "rules/proofs/modbus/unauthorised-write.pcap", "sensors/fields/transaction.yml",
    "sensors/fields/flags.yml", "sensors/dissectors/dosewire.yml", "sensors/dissector/process.py", "sensors/_core.pyi",
    "api/output/templates/analysis.html",
    "response/reports/templates/report.typ", "response/reports/templates/report.html",
    "response/reports/oscal/oscal_complete_schema.json", "response/reports/oscal/LICENSE-NIST.md",
    "response/reports/fonts/OFL.txt", *(f"response/reports/fonts/{file.name}" for file in FONTS.glob("*.ttf")),
    "api/py.typed", "response/py.typed", "detection/py.typed", "sensors/py.typed",
}  # fmt: skip
SOURCE = {"LICENSE", "README.md", "pyproject.toml", "sensors/core/Cargo.lock", "sensors/core/wire/src/lib.rs"}


def built(kind: str, folder: Path) -> Path:
    """What maturin builds into `folder`; what cargo has compiled for the checkout is used again."""
    cargo = shutil.which("cargo") or shutil.which("cargo", path=str(Path.home() / ".cargo" / "bin"))
    need(cargo, "cargo", "https://rustup.rs")
    assert cargo is not None
    environment = {**os.environ, "PATH": f"{Path(cargo).parent}:{os.environ['PATH']}", "PYO3_PYTHON": sys.executable}
    options = {"build": ["--release", "--locked", "--quiet"], "sdist": []}[kind]
    maturin = Path(sysconfig.get_path("scripts")) / "maturin"
    subprocess.run(
        [maturin, kind, *options, "--out", folder],
        cwd=PROJECT,
        env=environment,
        check=True,
        capture_output=True,
    )
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("build", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command `bittern` in an environment of its own. Libraries are those of this environment, our code is not."""
    venv = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    pip: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        venv / "bin" / "python",
        "--disable-pip-version-check",
    ]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", wheel], check=True)
    (packages,) = venv.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return venv / "bin" / "bittern"


def run(command: Path, *arguments: str | Path, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "BITTERN"))}
    done = subprocess.run([command, *arguments], cwd=cwd, env=environment, check=True, capture_output=True, text=True)
    assert done.stderr == ""
    return done.stdout


def test_the_wheel_holds_data_and_no_sources_of_the_core(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
    assert names >= DATA
    assert [name for name in names if re.search(r"\.rs$|Cargo|/target/|__pycache__", name)] == []
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {
        "api", "detection", "response", "rules", "sensors",
    }  # fmt: skip
    assert len([name for name in names if name.startswith("sensors/_core.") and name.endswith(".so")]) == 1
    for folder in ("rules/detection", "rules/locales", "sensors/fields", "api/output/templates"):
        kept = {str(p.relative_to(PROJECT)) for p in (PROJECT / folder).rglob("*") if p.is_file()}
        assert {name for name in kept if "__pycache__" not in name} <= names


def test_the_source_distribution_can_be_built_from(tmp_path: Path) -> None:
    with tarfile.open(built("sdist", tmp_path)) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert names >= DATA | SOURCE
    assert [name for name in names if re.search(r"/target/|\.so$|__pycache__|^tests/|^compose/", name)] == []


def test_the_installed_program_is_not_the_checkout(installed: Path, tmp_path: Path) -> None:
    where = run(installed.with_name("python"), "-c", "import api, sensors; print(api.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(installed.parents[1])


def test_the_installed_program_works(installed: Path, tmp_path: Path) -> None:
    assert json.loads(run(installed, "version", "--json", cwd=tmp_path))["data"]["core"]
    arguments: list[str | Path] = ["analyze", DEMO / "demo.pcap", "--site", DEMO / "demo.site.yml", "--format"]
    found = json.loads(run(installed, *arguments, "json", cwd=tmp_path))
    assert found["capture"]["packets"] > 10_000
    assert {"MB01", "MB10", "X01"} <= {alert["rule"] for alert in found["alerts"]}
    assert "</html>" in run(installed, *arguments, "html", "--lang", "zh", cwd=tmp_path)
    assert json.loads(run(installed, "rules", "validate", "--json", "--lang", "en", cwd=tmp_path))["data"] == []
