"""PDF: every kind of report in every language is made; the same bytes in every process; only our fonts."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys

import pytest

from response.reports import glyphs
from response.reports.document import document
from response.reports.glyphs import FOLDER, NoFonts, font_files, printable
from response.reports.pdf import pages, pdf
from response.reports.wording import Speaker
from tests.needs import PROJECT, need
from tests.unit.reports import cases

need(all((FOLDER / name).is_file() for name in glyphs.FILES), "the fonts of PDF reports", "make setup, with npm")

MAKE = """
import hashlib
from tests.unit.reports import cases
from response.reports.bundle import contents, manifest, packed
from response.reports.document import document
from response.reports.pdf import pdf
from response.reports.wording import Speaker
words = cases.words("zh", "en")
model, _ = cases.made("400")
print(hashlib.sha256(pdf(document(model, words), Speaker(words), model.made_at)).hexdigest())
model, evidence = cases.made("hostile")
files = contents(model, words, evidence, {"pdf", "html", "xlsx", "oscal"})
print(hashlib.sha256(packed(files, manifest(model, files))).hexdigest())
"""


@pytest.mark.parametrize("languages", [("zh", "en"), ("zh",), ("en",)])
@pytest.mark.parametrize("kind", ["usual", "hostile", "empty"])
def test_no_report_breaks(kind: str, languages: tuple[str, ...]) -> None:
    model, _ = cases.made(kind, *languages)
    words = cases.words(*languages)
    made = pdf(document(model, words), Speaker(words), model.made_at)
    assert made.startswith(b"%PDF-1.7")
    assert b"pdfaid:part>2<" in made
    assert b"pdfuaid:part>1<" in made
    names = {name.decode() for name in re.findall(rb"/BaseFont\s*/(?:[A-Z]{6}\+)?([\w-]+)", made)}
    assert names <= {"NotoSansSC-Regular", "NotoSansSC-Bold"}


def test_400_findings_in_both_languages_have_the_same_bytes_in_every_process() -> None:
    said = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": f"UTC-{seed}"}
        command = [sys.executable, "-c", MAKE]
        done = subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True, text=True)
        said.add(done.stdout)
    assert len(said) == 1


def test_another_time_gives_another_file() -> None:
    model, _ = cases.made("empty")
    words = cases.words("zh", "en")
    made = document(model, words)
    one, same, other = (pdf(made, Speaker(words), model.made_at + wait) for wait in (0, 0, 10**12))
    assert one == same
    assert one != other


def test_the_fonts_hold_chinese_as_it_is_written() -> None:
    have = printable()
    gb2312 = {bytes((high, low)).decode("gb2312", "ignore") for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)}
    assert len(gb2312) > 6700
    assert {ord(c) for c in gb2312 if c} <= have
    assert {ord(c) for c in "abcABC019·–…×→，。：（）【】“”"} <= have
    assert not {0x1F3ED, 0x202E, 0x5E9, 0xD800} & have


def test_a_page_shows_something() -> None:
    model, _ = cases.made("empty", "en")
    words = cases.words("en")
    shown = pages(document(model, words), Speaker(words), model.made_at, 20.0)
    assert len(shown) > 3
    assert all(page.startswith(b"\x89PNG") for page in shown)
    assert len({hashlib.sha256(page).digest() for page in shown}) == len(shown)


def test_without_fonts_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glyphs, "FILES", ("nowhere.ttf",))
    with pytest.raises(NoFonts):
        font_files()
