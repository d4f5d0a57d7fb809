"""Pages: every section in every language, and what hostile names do to HTML, the drawing and print."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from api.texts import Language, texts
from response.compliance.assessment import Reason
from response.reports.blocks import Heading
from response.reports.canonical import plain
from response.reports.document import document
from response.reports.drawing import draw
from response.reports.glyphs import STEERING, Printer, breakable, code_point, steers, visible
from response.reports.html import html
from response.reports.model import ConduitFact, ReportModel, Title, ZoneFact
from response.reports.pdf import laid_out
from response.reports.sections import SECTIONS, TEMPLATES
from response.reports.wording import Speaker
from tests.needs import PROJECT
from tests.unit.reports import cases

SVG = "{http://www.w3.org/2000/svg}"
CHINESE = re.compile("[\u4e00-\u9fff]")
LANGUAGES = [("zh", "en"), ("en", "zh"), ("zh",), ("en",)]
USED = re.compile(r'["\'](report\.[a-z0-9_.]+)["\']')
KEYED = re.compile(r'"(report(?:\.[a-z_]+)+)"|f"(report\.[a-z_.]+)\.')
NOT_KEYS = {"report.html", "report.pdf", "report.typ", "report.xlsx", "report.json", "report.make"}


def pieces(node: Any) -> Iterator[dict[str, str]]:
    if isinstance(node, dict):
        if "text" in node and "lang" in node:
            yield node
        for each in node.values():
            yield from pieces(each)
    elif isinstance(node, list):
        for each in node:
            yield from pieces(each)


@pytest.mark.parametrize("languages", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("kind", ["usual", "empty", "hostile"])
def test_every_template_speaks_its_languages(kind: str, template: str, languages: tuple[str, ...]) -> None:
    model, _ = cases.made(kind, *languages, template=template)
    made = document(model, cases.words(*languages))
    said = list(pieces(plain(made)))
    assert {piece["lang"] for piece in said} <= {*languages, ""}
    if kind == "usual":
        assert all(not CHINESE.search(piece["text"]) for piece in said if piece["lang"] == "en")
        assert set(languages) <= {piece["lang"] for piece in said}
    anchors = [block.anchor for block in made.blocks if isinstance(block, Heading) and block.level == 1]
    assert len(anchors) == len(TEMPLATES[template])
    assert all(anchors)


def test_a_full_report_has_every_section() -> None:
    assert TEMPLATES["full"] == tuple(SECTIONS)
    assert {name for sections in TEMPLATES.values() for name in sections} <= set(SECTIONS)


def test_every_text_that_is_asked_for_is_there_and_none_too_many() -> None:
    sources = [
        *(PROJECT / "response" / "reports").rglob("*.py"),
        *(PROJECT / "api" / "cli" / name for name in ("report.py", "report_signatures.py", "keys.py")),
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    whole = set(USED.findall(text)) - NOT_KEYS
    groups = {group for pair in KEYED.findall(text) for group in pair if group}
    known = {key for key in texts("en").by_key if key.startswith("report.")}
    missing = {key for key in whole if key not in known and not any(k.startswith(f"{key}.") for k in known)}
    assert missing == set()
    assert {key for key in known if key not in whole and key.rpartition(".")[0] not in groups} == set()


def test_empty_cells_and_blind_zones_are_said() -> None:
    model, _ = cases.made("usual", "en")
    page = html(document(model, cases.words("en")))
    assert page.count(">empty<") == len(cases.EMPTY)
    assert "2 of 3 zones were not fully seen" in page
    assert "no sensor" in page
    assert "overridden by a person" in page
    assert "evidence alone says" in page
    assert "attested by a person" in page
    nothing, _ = cases.made("empty", "en")
    assert "No zone was looked at" in html(document(nothing, cases.words("en")))


class Page(HTMLParser):
    """What a browser would make of a page, roughly."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"style"} & set(self.open):
            self.texts.append(data)


def test_hostile_names_stay_text_in_html() -> None:
    model, _ = cases.made("hostile")
    page = html(document(model, cases.words("zh", "en")))
    seen = Page()
    seen.feed(page)
    assert not {"script", "iframe", "img", "object", "link", "base", "form"} & seen.tags
    assert not {name for name in seen.attributes if name.startswith("on")} | {"src"} & seen.attributes
    assert not re.search(r"(?:url\(|@import|https?://(?!www\.w3\.org|example\.org))", page)
    shown = "".join(seen.texts)
    for name in ("<script>alert(1)</script>", "{{ 7*7 }} {% raw %}", "]]>--><!--", "#set page(fill: red)"):
        assert name in shown
    assert not [c for c in page if steers(c) and c not in "\n"]
    assert "U+202Egnp.exeU+202C" in shown
    page.encode("utf-8")


def test_the_drawing_is_the_same_each_time_and_well_formed() -> None:
    model, _ = cases.made()
    speak = Speaker(cases.words("zh", "en"))
    zones = tuple(
        ZoneFact(f"{i} {name}", Title(name, name), i % 4 if i else None, 2, (), i)
        for i, name in enumerate(cases.HOSTILE)
    )
    conduits = tuple(ConduitFact(a.id, b.id, ()) for a in zones[:5] for b in zones[:5])
    crowded = replace(model, zones=zones, conduits=conduits)
    assert boxes_of(model, speak)[1] == 1
    places, lines = boxes_of(crowded, speak)
    assert lines == 20
    assert len(set(places)) == len(places)
    assert all(0 <= x <= 960 - 176 for x, _ in places)


def boxes_of(model: ReportModel, speak: Speaker) -> tuple[list[tuple[float, float]], int]:
    """Where the boxes of a drawing are, and how many arrows it has."""
    picture = draw(model, speak)
    assert picture == draw(model, speak)
    root = ElementTree.fromstring(picture)
    known = {"svg", "rect", "text", "line", "path", "polygon", "circle"}
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= known
    boxes = root.findall(f"{SVG}rect")
    assert len(boxes) == len(model.zones)
    return [(float(box.get("x", "")), float(box.get("y", ""))) for box in boxes], len(root.findall(f"{SVG}circle"))


def test_what_cannot_be_printed_becomes_its_code_point_and_is_counted() -> None:
    printer = Printer(frozenset(map(ord, "abc 中")))
    assert printer.text("中\U0001f3ed\u202e\x00x") == "中U+1F3EDU+202EU+0000U+0078"
    assert printer.text("a\nb\tc") == "a b c"
    assert printer.text("plain ascii") == "plain ascii"
    assert dict(printer.replaced) == {"\U0001f3ed": 1, "\u202e": 1, "\x00": 1, "x": 1}
    assert code_point("\U0001f3ed") == "U+1F3ED"


@pytest.mark.parametrize("name", cases.HOSTILE)
def test_nothing_steers_what_is_visible(name: str) -> None:
    shown = visible(name)
    assert not any(steers(c) for c in shown)
    assert len(shown) >= len(name)
    assert visible(shown) == shown


def test_long_tokens_get_places_to_break_and_lose_nothing() -> None:
    for token in ("a" * 64, "remote_access_not_via_jump_host", "0123456789abcdef" * 4, "x" * 300):
        broken = breakable(token)
        assert broken.replace("\u200b", "") == token
        assert max(map(len, broken.split("\u200b"))) <= 16
    assert breakable("10.0.2.11:502") == "10.0.2.11:502"
    assert breakable("中" * 40) == "中" * 40


def test_a_hash_on_the_cover_can_be_copied() -> None:
    model = replace(cases.made("hostile")[0], organisation="x" * 300)
    speak = Speaker(cases.words("zh", "en"))
    body = laid_out(document(model, speak.words), speak, frozenset(range(0x20, 0x10000)))
    said = {piece["text"] for piece in pieces(body["cover"])}
    assert {model.root, model.id} <= said
    assert model.id in body["footer"]
    [long] = [text for text in said if text.startswith("xxx")]
    assert max(map(len, long.split("\u200b"))) <= 16


def test_all_that_is_laid_out_can_be_printed() -> None:
    model, _ = cases.made("hostile")
    speak = Speaker(cases.words("zh", "en"))
    some = frozenset(range(0x20, 0x7F)) | frozenset(range(0x4E00, 0xA000)) | frozenset(range(0x3000, 0x3100))
    body = json.dumps(laid_out(document(model, speak.words), speak, some), ensure_ascii=False)
    left = {c for c in body if ord(c) not in some and c != "\u200b"}
    assert left == set()
    assert '"unprintable"' in body
    assert STEERING


def test_reasons_are_said_in_the_words_of_the_catalogue() -> None:
    speak = Speaker(cases.words("zh", "en"))
    chinese, english = speak.reason(Reason("mend", {"query": "ot_to_internet", "count": 1200}))
    assert english.text == texts("en").get("assess.reason.mend", query=title("en"), count="1,200")
    assert chinese.text == texts("zh").get("assess.reason.mend", query=title("zh"), count="1,200")
    assert (chinese.lang, english.lang) == ("zh", "en")
    [unknown] = speak.reason(Reason("no_such_code", {"a": [1, "b"]}))
    assert (unknown.text, unknown.lang) == ("no_such_code (a 1, b)", "")


def title(lang: Language) -> str:
    return texts(lang).by_key["assess.query.ot_to_internet"]
