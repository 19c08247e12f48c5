"""Workbooks for tests: ordinary ones by openpyxl, hostile ones written part by part."""

import io
import zipfile
from typing import Any, BinaryIO

import openpyxl

TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.{kind}"/></Types>'
)
PLAIN = "spreadsheetml.sheet.main+xml"
OUTLINE = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="名册" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>'
)
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData>{more}</worksheet>'


def workbook(*rows: list[Any], title: str = "名册", merged: tuple[str, ...] = (), more: Any = None) -> BinaryIO:
    """A workbook of one sheet with these rows; `more` is handed the openpyxl workbook."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for area in merged:
        sheet.merge_cells(area)
    if more is not None:
        more(book)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def by_hand(
    rows: str = "",
    *,
    more: str = "",
    kind: str = PLAIN,
    parts: dict[str, str | bytes] | None = None,
    prologue: str = "",
) -> BinaryIO:
    """A workbook whose sheet has this XML; `parts` are added or replaced."""
    file = io.BytesIO()
    whole: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES.format(kind=kind),
        "xl/workbook.xml": OUTLINE,
        "xl/_rels/workbook.xml.rels": RELATIONS,
        "xl/worksheets/sheet1.xml": prologue + SHEET.format(rows=rows, more=more),
    }
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as container:
        for name, part in (whole | (parts or {})).items():
            container.writestr(name, part)
    file.seek(0)
    return file


def text_row(number: int, *cells: str) -> str:
    """The XML of a row of texts from column A on."""
    inner = "".join(
        f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>' for place, cell in enumerate(cells)
    )
    return f'<row r="{number}">{inner}</row>'
