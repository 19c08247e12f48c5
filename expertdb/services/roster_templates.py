"""A roster to fill in: every heading in the reader's language, and one row of an invented expert as an example.

The example says that it is one where its id stands, by which an import passes it over when it was left in.
"""

import tempfile
from typing import Any, BinaryIO

from expertdb.services.exports import TITLES, cells_of, headings_of
from expertdb.services.headings import Column, columns
from expertdb.tables.writing import write_csv, write_xlsx

EXAMPLE = {"zh": "示例行，导入时自动跳过", "en": "Example: passed over by an import"}
INVENTED: dict[str, dict[str, Any]] = {
    "zh": {
        "name": {"zh": "林示例", "en": "Lin Shili"},
        "organisation": "示例知识产权服务有限公司",
        "position": "合伙人",
        "statement": "从事锂电池领域发明专利的申请、无效与稳定性分析，可承担咨询和评审。",
        "reason": "示例文件〔2026〕1号",
        "licences": ["专利代理师"],
    },
    "en": {
        "name": {"zh": "林示例", "en": "Lin Shili"},
        "organisation": "Example IP Services Ltd",
        "position": "Partner",
        "statement": "Drafts and defends patents for lithium batteries; can be asked for advice and reviews.",
        "reason": "Example decision no. 1 of 2026",
        "licences": ["Patent attorney"],
    },
}
CODED: dict[str, Any] = {
    "kind": "K-PA",
    "region": "350200",
    "title_level": "T2",
    "languages": ["zh", "en"],
    "codes": ["PAT-INV", "LG-INV"],
    "items": [{"kind": "case", "title": "某锂电池发明专利无效宣告请求案", "year": 2024}],
    "availability": {"modes": ["written", "meeting"], "max_load": 6, "cool_off_days": 30, "travel": True},
    "status": "draft",
    "restricted": {"phone": "13900000000", "email": "lin@example.org"},
}


def is_example(first: str) -> bool:
    """Whether a row that begins with this is the example of a template."""
    return first.strip() in EXAMPLE.values()


def write(format: str, language: str) -> BinaryIO:
    """A template as a file, CSV or XLSX."""
    chosen = [column for column in columns() if _is_offered(column)]
    headings = [heading for column in chosen for heading in headings_of(column, language, 1)]
    body = {"id": EXAMPLE[language], **INVENTED[language], **CODED}
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever sends it.
    rows = [cells_of(body, chosen, language, 1)]
    if format == "csv":
        write_csv(file, headings, rows)
    else:
        write_xlsx(file, TITLES[language], headings, rows)
    file.seek(0)
    return file


def _is_offered(column: Column) -> bool:
    """One column for each field: those for parts of a list, or for a name in either language, are left out."""
    return column.target != "name" and not column.target.startswith(("codes.", "items."))
