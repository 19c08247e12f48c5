"""The file of a panel as a Word document, in Chinese or English, the same bytes for the same content."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt

from expertdb.schemas import reason_words
from expertdb.services.recusals import PREFIX
from expertdb.wording import spoken

LATIN, CHINESE = "Times New Roman", "仿宋"
# The archive's format begins in 1980. Nothing is compressed: compressed bytes would depend on the machine's zlib.
EPOCH = (1980, 1, 1, 0, 0, 0)
UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML cannot hold these.
REQUEST_FIELDS = ("id", "kind", "requester", "region", "due", "urgency", "secrecy", "stage", "legal_basis", "mode")
SOLVED = ("objective", "bound", "gap", "seconds", "unique")
DRAWN = ("public_source", "not_before", "frozen_at")


def as_docx(content: Mapping[str, Any], language: str) -> bytes:
    """The document as bytes."""
    writer = _Writer(content, language)
    writer.write()
    return _sealed(writer.document, content["panel"]["created_at"])


@cache
def _labels() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(files("expertdb").joinpath("data/panel_file.json").read_text("utf-8"))
    return found


class _Writer:
    """Writes the sections of a file, one method each."""

    def __init__(self, content: Mapping[str, Any], language: str) -> None:
        self.content, self.language = content, language
        self.document = Document()
        for name in ("Normal", "Title", "Heading 1", "Table Grid"):
            self._set_font(self.document.styles[name])

    def _set_font(self, style: Any) -> None:
        style.font.name = LATIN
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:ascii", "w:hAnsi", "w:cs"):
            fonts.set(qn(script), LATIN)
        # Without this attribute Word shows Chinese in whatever font the reader's machine falls back to.
        fonts.set(qn("w:eastAsia"), CHINESE)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)

    def write(self) -> None:
        self.document.add_heading(self.label("title"), level=0)
        self._facts([("panel_id", self.content["panel"]["id"]), ("status", self.content["panel"]["status"])])
        self.document.add_paragraph(self.label("anchors"))
        sections: tuple[tuple[str, Callable[[], None]], ...] = (
            ("request", self._request),
            ("rules", self._rules),
            ("pool", self._pool),
            ("seats", self._seats),
            ("choice", self._choice),
            ("decision", self._decision),
            ("engagements", self._engagements),
            ("opinions", self._opinions),
            ("candidates", self._candidates),
        )
        for name, section in sections:
            self.document.add_heading(self.label(name), level=1)
            section()

    def label(self, name: str) -> str:
        return _labels()[name][self.language]

    def name(self, expert: str) -> str:
        """The name that a person bears in this file; their id once it was erased."""
        return self._of(self.content["names"]["experts"].get(expert, {})) or expert

    def _of(self, names: Mapping[str, str] | None) -> str:
        other = "en" if self.language == "zh" else "zh"
        return (names or {}).get(self.language) or (names or {}).get(other) or ""

    def _code(self, code: str) -> str:
        """A vocabulary code with its label of the time."""
        return f"{code} {self._of(self.content['labels'].get(code))}".strip()

    def _reason(self, reason: str) -> str:
        """A reason code in words where it is a recusal's."""
        label = self._of(self.content["labels"].get(reason.removeprefix(PREFIX)))
        return f"{label} ({reason})" if label else reason

    def _term(self, term: Mapping[str, Any]) -> str:
        return str(spoken(reason_words.label(term["label"], term.get("field")), self.language))

    def _value(self, value: Any) -> str:
        if value is None or value in ("", [], {}):
            return self.label("nothing")
        if isinstance(value, bool):
            return self.label("yes" if value else "no")
        if isinstance(value, float):
            return f"{value:.6f}"
        if isinstance(value, list):
            return "; ".join(map(str, value))
        return UNPRINTABLE.sub("", str(value))

    def _facts(self, rows: Iterable[tuple[str, Any]]) -> None:
        for label, value in rows:
            paragraph = self.document.add_paragraph()
            paragraph.paragraph_format.space_after = Pt(2)
            paragraph.add_run(f"{self.label(label)}: ").bold = True
            paragraph.add_run(self._value(value))

    def _table(self, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        listed = [[self._value(value) for value in row] for row in rows]
        if not listed:
            self.document.add_paragraph(self.label("nothing"))
            return
        table = self.document.add_table(rows=1 + len(listed), cols=len(heads), style="Table Grid")
        for row, texts in zip(table.rows, [[self.label(head) for head in heads], *listed], strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text

    def _request(self) -> None:
        asked = self.content["request"]
        self._facts([("title_of", asked["title"]), *((name, self._asked(name)) for name in REQUEST_FIELDS)])
        self._facts([("text", asked["text"]), ("questions", asked["questions"])])
        self._facts([("aspects", [f"{self._code(one['code'])} ({one['need']})" for one in asked["aspects"]])])
        for name, second in (("parties", "role"), ("related_organisations", "relation")):
            self._facts([(name, [_pair(one["name"], one[second]) for one in asked[name]])])
        for name in ("suggested_experts", "excluded_experts"):
            self._facts([(name, [_pair(one["expert"], one["reason"]) for one in asked[name]])])

    def _asked(self, name: str) -> Any:
        value = self.content["request"][name]
        if name == "requester":
            return self._of(value)
        return self._code(value) if name == "region" and value else value

    def _rules(self) -> None:
        stated = self.content["rules"]
        self._facts([("preset", stated["preset"])])
        rows = [(_written(one["rule"]), one["slack"], one["price"]) for one in stated["rules"]]
        self._table(("rule", "slack", "price"), rows)
        self._facts([("left_out_rules", [_written(one) for one in stated["left_out"]])])

    def _pool(self) -> None:
        pool = self.content["pool"]
        self._facts([(name, pool[name]) for name in ("corpus_version", "eligible")])
        for name in ("left_out", "recused_for"):
            self._facts([(name, [f"{self._reason(one)}: {pool[name][one]}" for one in sorted(pool[name])])])
        self._facts([("unresolved", pool["unresolved"]), ("fingerprint", pool["parameters"]["fingerprint"])])
        waivers = [
            f"{self.name(one['expert'])}: {self._reason(one['type'])}; {one['reason']}"
            for one in self.content["waivers"]
        ]
        self._facts([("waivers", waivers)])

    def _seats(self) -> None:
        people = {one["expert"]: one for one in self.content["candidates"]}
        bodies = self.content["names"]["organisations"]
        rows = []
        for seat in sorted(self.content["seats"], key=lambda one: (one["role"], one["place"])):
            kept = people.get(seat["expert"], {})
            known = seat["expert"] in self.content["names"]["experts"]  # Not so once somebody was erased.
            body = self._of(bodies.get(kept.get("organisation"), {})) if known else ""
            disclosed = [self._reason(one) for one in kept.get("disclosed", [])]
            row = (seat["place"], self.label(seat["role"]), self.name(seat["expert"]), body)
            rows.append((*row, seat["rank"], seat["affinity"], kept.get("side"), seat["deviation"], disclosed))
        heads = ("place", "role", "name", "organisation", "rank", "affinity", "side", "deviation", "disclosed")
        self._table(heads, rows)

    def _choice(self) -> None:
        made, draw = self.content["choice"], self.content["draw"]
        self._facts([("solver_status", made["status"])])
        self._facts([(name, made[name]) for name in SOLVED if name in made])
        if draw is not None:
            self._facts([(name, draw[name]) for name in ("commitment", "pool_hash")])
            self._facts([(name, draw["record"]["terms"][name]) for name in DRAWN])
            self._facts([(name, draw["record"][name]) for name in ("public_value", "revealed_at", "seed", "attempt")])
            self._facts([("follows", draw["follows"]), ("reason", draw["reason"])])
            self.document.add_paragraph(self.label("verify"))

    def _decision(self) -> None:
        decision = self.content["decision"]
        self._facts([("confirmed_by", decision["confirmed_by"]), ("reason", decision["reason"])])
        steps = [f"{one['at']} {one['from'] or '-'} → {one['to']}: {one['reason']}" for one in decision["transitions"]]
        self._facts([("transitions", steps)])

    def _engagements(self) -> None:
        rows = [
            (
                self.name(one["expert"]),
                one["status"],
                one["created_at"],
                one["answered_at"],
                None if one["declaration"] is None else one["declaration"]["types"],
            )
            for one in self.content["engagements"]
        ]
        self._table(("name", "status", "invited_at", "answered_at", "declared"), rows)

    def _opinions(self) -> None:
        if not self.content["opinions"]:
            self.document.add_paragraph(self.label("nothing"))
        for one in self.content["opinions"]:
            self._facts(
                [("name", self.name(one["expert"])), ("position", one["position"]), ("dissent", one["dissent"])]
            )
            erased = ["signature_erased_on"] if one["signature_erased_on"] else []
            self._facts([(field, one[field]) for field in ("text", "signed_by", *erased, "digest")])
            self._facts([("adoption", one["adoption"]), ("reason", one["adoption_reason"])])

    def _candidates(self) -> None:
        rows = []
        for one in self.content["candidates"]:
            reasons = one["reasons"]
            evidence = [item["title"] for item in reasons["items"]]
            terms = [f"{self._term(term)} {term['contribution']:.3f}" for term in reasons["terms"]]
            row = (one["rank"], self.name(one["expert"]), one["kind"], one["affinity"], reasons["aspects_covered"])
            rows.append((*row, evidence, terms))
        self._table(("rank", "name", "kind", "affinity", "aspects_covered", "evidence", "terms"), rows)


def _pair(first: str, second: str) -> str:
    return f"{first} ({second})" if second else first


def _written(rule: Mapping[str, Any]) -> str:
    """A rule as it was stated, type first."""
    rest = {name: value for name, value in rule.items() if name not in ("type", "name")}
    stated = " ".join(f"{name}={json.dumps(rest[name], ensure_ascii=False)}" for name in sorted(rest))
    return " ".join(part for part in (rule.get("name", ""), f"[{rule['type']}]", stated) if part)


def _sealed(document: Any, created_at: str) -> bytes:
    """The document's archive with every moment in it fixed."""
    properties = document.core_properties
    moment = datetime.fromisoformat(created_at).replace(tzinfo=None, microsecond=0)
    properties.created = properties.modified = moment
    properties.author = properties.last_modified_by = "expertdb"
    properties.title, properties.revision, properties.comments = "", 1, ""
    raw, fixed = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_STORED) as target:
        for name in sorted(source.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = 0o600 << 16
            target.writestr(entry, source.read(name))
    return fixed.getvalue()
