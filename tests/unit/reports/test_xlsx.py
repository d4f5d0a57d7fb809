"""XLSX as another program reads it."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook

from response.reports.findings import findings_of
from response.reports.wording import Speaker
from response.reports.xlsx import safe, xlsx
from tests.unit.reports import cases

SPEAK = Speaker(cases.words("zh", "en"))


@pytest.mark.parametrize("kind", ["usual", "hostile", "empty"])
def test_sheets_hold_what_the_model_holds(kind: str) -> None:
    model, _ = cases.made(kind)
    made = xlsx(model, SPEAK)
    assert made == xlsx(model, SPEAK)
    book = load_workbook(BytesIO(made))
    assert [sheet.title.rpartition(" ")[2] for sheet in book] == [
        "Summary", "Findings", "action", "Controls", "Assets", "Evidence",
    ]  # fmt: skip
    found, plan, controls, assets, evidence = (
        [row for row in sheet.iter_rows(min_row=2, values_only=True) if any(value is not None for value in row)]
        for sheet in book.worksheets[1:]
    )
    assert [row[0] for row in found] == [finding.id for finding in findings_of(model.assessment)]
    assert [row[0] for row in plan] == [action.id for action in model.assessment.actions]
    assert len(controls) == len(model.assessment.verdicts)
    assert len(assets) == len(model.assets)
    assert [(row[0], row[2]) for row in evidence] == [(item.path, item.sha256) for item in model.evidence]


def test_no_cell_is_a_formula_or_looks_like_one() -> None:
    model, _ = cases.made("hostile")
    book = load_workbook(BytesIO(xlsx(model, SPEAK)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert all(cell.hyperlink is None for cell in cells)
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert not [text for text in texts if text.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))]
    assert '\'=HYPERLINK("http://example.org")' in texts
    assert "'+1+1" in texts


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1"])
def test_what_could_be_a_formula_is_text(text: str) -> None:
    assert safe(text).startswith("'")


def test_what_is_none_stays_as_it_is() -> None:
    assert safe("10.0.0.1") == "10.0.0.1"
    assert safe("PLC 一号") == "PLC 一号"
    assert safe("a\x00b") == "aU+0000b"


def test_due_dates_are_dates() -> None:
    model, _ = cases.made()
    book = load_workbook(BytesIO(xlsx(model, SPEAK)))
    assert {cell.data_type for (cell,) in book.worksheets[2].iter_rows(min_row=2, min_col=8, max_col=8)} == {"d"}
