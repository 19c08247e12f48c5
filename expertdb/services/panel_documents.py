"""The file of a panel as a Word document, in Chinese or English, the same bytes for the same content."""

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt

from expertdb import matter_words
from expertdb.code_words import ENGAGEMENT_STATUS, PANEL_STATUS
from expertdb.models.evaluations import CRITERIA
from expertdb.services.document_words import DocumentWords

LATIN, CHINESE = "Times New Roman", "仿宋"
# The archive's format begins in 1980. Nothing is compressed: compressed bytes would depend on the machine's zlib.
EPOCH = (1980, 1, 1, 0, 0, 0)
REQUEST_FIELDS = ("id", "kind", "requester", "region", "due", "urgency", "secrecy", "stage", "legal_basis", "mode")
# How exact the figures of a panel's choice are told.
SOLVED = {"objective": ".4f", "bound": ".4f", "gap": ".6f", "seconds": ".2f", "unique": ""}
DRAWN = ("not_before", "frozen_at")


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
        self.content, self.words = content, DocumentWords(content, language)
        self.document = Document()
        for name in ("Normal", "Title", "Heading 1", "Heading 2", "Table Grid"):
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
        panel = self.content["panel"]
        self._facts([("panel_id", panel["id"]), ("status", self.words.of(PANEL_STATUS, panel["status"]))])
        if panel["replaces"]:
            self._facts([("replaces", panel["replaces"])])
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
            ("evaluations", self._evaluations),
            ("candidates", self._candidates),
        )
        for name, section in sections:
            self.document.add_heading(self.label(name), level=1)
            section()

    def label(self, name: str) -> str:
        return _labels()[name][self.words.language]

    def _value(self, value: Any) -> str:
        return self.label("nothing") if value in (None, "", []) else self.words.value(value, _labels())

    def _facts(self, rows: Iterable[tuple[str, Any]]) -> None:
        for label, value in rows:
            paragraph = self.document.add_paragraph()
            paragraph.paragraph_format.space_after = Pt(2)
            paragraph.add_run(f"{self.label(label)}{self.words.colon}").bold = True
            paragraph.add_run(self._value(value))

    def _table(self, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        listed = [["—" if value in (None, "", []) else self._value(value) for value in row] for row in rows]
        if not listed:
            self.document.add_paragraph(self.label("nothing"))
            return
        table = self.document.add_table(rows=1 + len(listed), cols=len(heads), style="Table Grid")
        for row, texts in zip(table.rows, [[self.label(head) for head in heads], *listed], strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text

    def _request(self) -> None:
        asked, words = self.content["request"], self.words
        self._facts([("title_of", asked["title"]), *((name, words.asked(name)) for name in REQUEST_FIELDS)])
        self._facts([("text", asked["text"]), ("questions", asked["questions"])])
        needs = [(words.label(one["code"]), words.of(matter_words.NEED, one["need"])) for one in asked["aspects"]]
        self._facts([("aspects", [words.aside(*one) for one in needs])])
        for name, second in (("parties", "role"), ("related_organisations", "relation")):
            self._facts([(name, [words.aside(one["name"], one[second]) for one in asked[name]])])
        for name in ("suggested_experts", "excluded_experts"):
            self._facts([(name, [words.aside(one["expert"], one["reason"]) for one in asked[name]])])

    def _rules(self) -> None:
        stated, written = self.content["rules"], self.words.rules()
        self._facts([("preset", self.words.preset(stated["preset"]))])
        rows = [(written.words(one["rule"]), one["slack"], one["price"]) for one in stated["rules"]]
        self._table(("rule", "slack", "price"), rows)
        self._facts([("left_out_rules", [written.words(one) for one in stated["left_out"]])])

    def _pool(self) -> None:
        pool, words = self.content["pool"], self.words
        self._facts([(name, pool[name]) for name in ("corpus_version", "eligible")])
        if "chosen_from" in pool:
            self._narrowed(pool["chosen_from"])
        for name in ("left_out", "recused_for"):
            counts = [words.pair(words.why_out(one), pool[name][one]) for one in sorted(pool[name])]
            self._facts([(name, counts)])
        self._facts([("unresolved", pool["unresolved"]), ("fingerprint", pool["parameters"]["fingerprint"])])
        waivers = [
            words.pair(words.name(one["expert"]), words.aside(words.conflict(one["type"]), one["reason"]))
            for one in self.content["waivers"]
        ]
        self._facts([("waivers", waivers)])

    def _narrowed(self, chosen_from: Mapping[str, Any]) -> None:
        """By what the office narrowed down whom the panel was chosen from."""
        words, stated = self.words, sorted(chosen_from["filters"].items())
        filters = [words.filtered(name, values) for name, values in stated if values]
        forbidden = [words.name(one) for one in chosen_from["forbidden"]]
        listed = chosen_from.get("shortlist")
        among = ("of_list", words.moment(listed["created_at"])) if listed else ("best", chosen_from["candidates"])
        self._facts([("filters", filters), among, ("forbidden", forbidden)])

    def _seats(self) -> None:
        people = {one["expert"]: one for one in self.content["candidates"]}
        rows = []
        for seat in sorted(self.content["seats"], key=lambda one: (one["role"], one["place"])):
            kept = people.get(seat["expert"], {})
            known = seat["expert"] in self.content["names"]["experts"]  # Not so once somebody was erased.
            disclosed = [self.words.conflict(one) for one in kept.get("disclosed", [])]
            body = self.words.organisation(kept.get("organisation")) if known else ""
            row = (seat["place"], self.label(seat["role"]), self.words.name(seat["expert"]), body, seat["rank"])
            rows.append((*row, seat["affinity"], self.words.side(kept.get("side")), seat["deviation"], disclosed))
        heads = ("place", "role", "name", "organisation", "rank", "affinity", "side", "deviation", "disclosed")
        self._table(heads, rows)

    def _choice(self) -> None:
        made, draw, words = self.content["choice"], self.content["draw"], self.words
        self._facts([("chosen", words.of(matter_words.CHOICE, self.content["panel"]["choice"]))])
        if made["status"] in matter_words.SOLVER:
            self._facts([("solver_status", words.of(matter_words.SOLVER, made["status"]))])
        self._facts([(name, words.figure(made[name], exact)) for name, exact in SOLVED.items() if name in made])
        if draw is not None:
            terms, record = draw["record"]["terms"], draw["record"]
            self._facts([(name, draw[name]) for name in ("commitment", "pool_hash")])
            parts = terms.get("chosen_from", {}).get("strata", [])
            drawn_of = [words.pair(one["name"], f"{one['seats']} / {one['qualified']}") for one in parts]
            self._facts([("public_source", terms["public_source"])])
            self._facts([(name, words.moment(terms[name])) for name in DRAWN])
            self._facts([("drawn_of", drawn_of)])
            self._facts(
                [("public_value", record["public_value"]), ("revealed_at", words.moment(record["revealed_at"]))]
            )
            self._facts([(name, record[name]) for name in ("seed", "attempt")])
            self._facts([("follows", draw["follows"]), ("reason", draw["reason"])])
            self.document.add_paragraph(self.label("verify"))

    def _decision(self) -> None:
        decision, words = self.content["decision"], self.words
        self._facts([("confirmed_by", decision["confirmed_by"]), ("reason", decision["reason"])])
        self.document.add_heading(self.label("transitions"), level=2)
        rows = [
            (words.moment(one["at"]), words.of(PANEL_STATUS, one["to"]), words.reason(one["reason"]))
            for one in decision["transitions"]
        ]
        self._table(("at", "status", "reason"), rows)

    def _engagements(self) -> None:
        words, of = self.words, {one["id"]: one["expert"] for one in self.content["engagements"]}
        rows = [
            (
                words.name(one["expert"]),
                words.name(of[one["promoted_from"]]) if one["promoted_from"] in of else "",
                words.of(ENGAGEMENT_STATUS, one["status"]),
                words.moment(one["created_at"]),
                words.moment(one["answered_at"]),
                words.declared(one["declaration"]),
            )
            for one in self.content["engagements"]
        ]
        self._table(("name", "in_place_of", "status", "invited_at", "answered_at", "declared"), rows)

    def _opinions(self) -> None:
        words = self.words
        if not self.content["opinions"]:
            self.document.add_paragraph(self.label("nothing"))
        for one in self.content["opinions"]:
            position, erased = words.of(matter_words.POSITION, one["position"]), one["signature_erased_on"]
            signed = one["signed_by"] if erased else words.signature(one["expert"], one["signed_by"])
            self._facts([("name", words.name(one["expert"])), ("position", position), ("dissent", one["dissent"])])
            self._facts([("text", one["text"]), ("signed_by", signed)])
            self._facts([("signature_erased_on", erased)] if erased else [])
            self._facts([("signed_at", words.moment(one["created_at"])), ("digest", one["digest"])])
            adopted = one["adoption"] and words.of(matter_words.ADOPTION, one["adoption"])
            self._facts([("adoption", adopted), ("adoption_reason", one["adoption_reason"])])
        for one in self.content["engagements"]:
            if "missing_opinion_at" in one:
                self._facts([("name", words.name(one["expert"]))])
                self._facts([("missing_opinion_reason", one["missing_opinion_reason"])])
                self._facts([("missing_opinion_at", words.moment(one["missing_opinion_at"]))])

    def _evaluations(self) -> None:
        rows = [
            (self.words.name(one["expert"]), self.label(one["evaluator"]), *(one["scores"][name] for name in CRITERIA))
            for one in self.content["evaluations"]
        ]
        self._table(("name", "evaluator", *CRITERIA), rows)
        for one in self.content["evaluations"]:
            said = [("comment", one["comment"]), ("reply", one["reply"])]
            self._facts([("name", self.words.name(one["expert"])), *said])

    def _candidates(self) -> None:
        words, rows = self.words, []
        for one in self.content["candidates"]:
            reasons = one["reasons"]
            terms = [f"{words.term(term)} {term['contribution']:+.4f}" for term in reasons["terms"]]
            covered = [words.label(code) for code in reasons["aspects_covered"]]
            row = (one["rank"], words.name(one["expert"]), words.label(one["kind"]), one["affinity"], covered)
            rows.append((*row, [words.material(item) for item in reasons["items"]], terms))
        self._table(("rank", "name", "kind_of_expert", "affinity", "aspects_covered", "evidence", "terms"), rows)


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
