"""The wire contract of vocabularies, their changes and suggestions."""

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_dump, validates_schema

from expertdb.code_words import called
from expertdb.models.vocabularies import DEEDS
from expertdb.schemas.fields import Choice, Several, Str, Unique
from expertdb.schemas.personal import Remark
from expertdb.schemas.shared import PageQuery
from expertdb.wording import Text

CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,15}|[a-z]{2,3}")  # Languages have the codes of ISO 639.
SUGGESTION_STATUSES = ("open", "accepted", "declined")
# What each kind of change must say, and what it may say.
NEEDED = {
    "add_alias": ("alias",),
    "remove_alias": ("alias",),
    "add_code": ("zh", "en"),
    "relabel": (),
    "deprecate": (),
    "restore": (),
    "merge": ("into",),
}
ALLOWED = {**NEEDED, "add_code": ("zh", "en", "aliases", "parent"), "relabel": ("zh", "en")}


class TermAnswer(Schema):
    """One code with its labels and the other phrases people use for it."""

    code = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    aliases = fields.List(fields.String())
    parent = fields.String(allow_none=True)
    deprecated = fields.Boolean()
    merged_into = fields.String(allow_none=True)


class VocabularyAnswer(Schema):
    """A vocabulary; its version is that of the shipped file and, behind a +, how often it was changed here."""

    name = fields.String(required=True)
    version = fields.String(required=True)
    source = fields.String()
    items = fields.List(fields.Nested(TermAnswer))
    next = fields.String(allow_none=True)

    @pre_dump
    def shape(self, shown: Any, **kwargs: Any) -> dict[str, Any]:
        found = shown.vocabulary
        stated = {"name": found.name, "version": found.version, "source": found.source}
        return stated | {"items": shown.terms, "next": None}


class VocabularyQuery(Schema):
    """Which terms of a vocabulary, and in which version."""

    q = Str(maximum=100, metadata={"description": "part of a code, label or alias"})
    version = Str(maximum=32, metadata={"description": "an earlier version, as a shortlist names it: 2026.1+3"})


class NewCode(Str):
    """A code as vocabularies have them: capitals, digits and hyphens."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not CODE.fullmatch(text):
            raise ValidationError([Text("A code has 1 to 16 capitals, digits and hyphens.")])
        return text


def _phrase(**options: Any) -> Remark:
    # A single character would be found in every other text.
    return Remark(maximum=100, minimum=2, **options)


class VocabularyChangeBody(Schema):
    """One change: an alias more or less, a new code, other labels, out of use, back in use, or merged into another."""

    do = Choice(DEEDS, required=True)
    code = NewCode(maximum=16, required=True)
    alias = _phrase()
    aliases = Unique(Remark(maximum=100, minimum=2), maximum=50)
    zh = Remark(maximum=100, minimum=1)
    en = Remark(maximum=100, minimum=1)
    parent = Str(maximum=16, allow_none=True)
    into = Str(maximum=16)

    @validates_schema
    def says_what_it_needs(self, data: dict[str, Any], **kwargs: Any) -> None:
        do, stated = data["do"], set(data) - {"do", "code"}
        missing = [name for name in NEEDED[do] if name not in stated]
        if do == "relabel" and not stated:
            missing = ["zh"]
        if missing:
            raise ValidationError([Text('To "{do}", this is needed.', do=called("vocabulary_deed", do))], missing[0])
        if spare := sorted(stated - set(ALLOWED[do])):
            raise ValidationError([Text('To "{do}", this is not taken.', do=called("vocabulary_deed", do))], spare[0])


class VocabularyPatch(Schema):
    """Changes of one vocabulary, made in order, all of them or none."""

    changes = Several(fields.Nested(VocabularyChangeBody), maximum=100, required=True)
    reason = Remark(maximum=500, minimum=2, required=True)

    @validates_schema
    def changes_something(self, data: dict[str, Any], **kwargs: Any) -> None:
        if not data["changes"]:
            raise ValidationError([Text("Name at least one change.")], "changes")


class VocabularyChangeAnswer(Schema):
    """A change that was made."""

    number = fields.Integer()
    do = fields.String()
    code = fields.String()
    details = fields.Dict()
    reason = fields.String()
    actor = fields.String()
    at = fields.DateTime(format="iso")


class WordSuggestionBody(Schema):
    """A word that is missing: an alias of a code, or a new code with its labels."""

    do = Choice(("add_alias", "add_code"), required=True)
    code = NewCode(maximum=16, allow_none=True)
    alias = _phrase(allow_none=True)
    zh = Remark(maximum=100, minimum=1, allow_none=True)
    en = Remark(maximum=100, minimum=1, allow_none=True)
    note = Remark(maximum=500)

    @validates_schema
    def says_what_it_needs(self, data: dict[str, Any], **kwargs: Any) -> None:
        needed = ("code", "alias") if data["do"] == "add_alias" else ("zh", "en")
        for name in needed:
            if data.get(name) is None:
                raise ValidationError(
                    [Text('To "{do}", this is needed.', do=called("vocabulary_deed", data["do"]))], name
                )


class WordSuggestionAnswer(WordSuggestionBody):
    """A suggestion and what became of it."""

    id = fields.String()
    name = fields.String()
    status = fields.String()
    person = fields.String()
    made_at = fields.DateTime(format="iso")
    decided_by = fields.String(allow_none=True)
    decided_at = fields.DateTime(format="iso", allow_none=True)
    reason = fields.String(allow_none=True)
    change = fields.Integer(allow_none=True)


class WordSuggestionQuery(PageQuery):
    """Which suggestions."""

    status = Choice(SUGGESTION_STATUSES)


class WordSuggestionDecision(Schema):
    """What becomes of a suggestion; `code` is the one that a new term gets."""

    decision = Choice(("accept", "decline"), required=True)
    reason = Remark(maximum=500, minimum=2, required=True)
    code = NewCode(maximum=16)
