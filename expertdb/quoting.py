"""Spreadsheet formulas kept out of exports: a cell that would be taken for one is written behind an apostrophe.

What Excel, WPS and LibreOffice take for a formula begins with = + - @ (full-width ones too), a tab or a line break
(OWASP, "CSV injection"). An apostrophe that stood there already gets another, so that reading gives back what was
written.
"""

import re

FORMULA = re.compile(r"'*[=+\-@＝＋－＠\t\r\n]")
APOSTROPHE = "'"


def quoted(text: str) -> str:
    """The text as it may stand in a spreadsheet cell."""
    return f"{APOSTROPHE}{text}" if FORMULA.match(text) else text


def unquoted(text: str) -> str:
    """The text as it was before `quoted`."""
    return text[1:] if text.startswith(APOSTROPHE) and FORMULA.match(text) else text
