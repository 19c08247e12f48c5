"""Codes in sentences: people read words, callers of the API the codes besides; no sentence is given a bare code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from expertdb import errors
from expertdb.code_words import CALLED, all_called, called, conflict, labelled, why_out
from expertdb.services.lifecycle import EXPERT_WAYS
from expertdb.services.sentences import in_words
from expertdb.wording import Text, as_stored, say, spoken
from matching.panel import TYPES
from matching.sentences import Sentence

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"[a-z]+_[a-z_]+|\b[a-z]{3,}\b")
# What the models call their codes: a sentence that is given one of them is given it in words.
NAMES = {"status", "role", "kind", "type", "outcome", "to", "do", "from_status", "to_status"}


def test_sentence_says_a_code_in_words_and_keeps_it_for_programs() -> None:
    template = 'This panel is "{status}"; members of a confirmed one are invited.'
    text = Text(template, status=called("panel_status", "superseded"))
    assert str(text) == template.format(status="Superseded")
    assert "“已被取代”" in say(text, "zh")
    assert say(text, "en", codes=True) == template.format(status="superseded")
    assert "“已被取代（superseded）”" in say(text, "zh", codes=True)
    assert spoken(as_stored(text), "zh") == say(text, "zh")
    assert spoken(as_stored(text), "en") == str(text)
    for language in ("zh", "en"):
        assert spoken(as_stored(text), language, codes=True) == say(text, language, codes=True)


def test_several_codes_are_listed_as_either_language_lists_them() -> None:
    found = all_called("role", ("agency", "policy_office"))
    assert (str(found), found.code) == ("Agency, Policy office", ["agency", "policy_office"])
    assert say(found, "zh").endswith("、政策部门")
    assert say(found, "en", codes=True) == "agency, policy_office"
    assert say(found, "zh", codes=True).endswith("、政策部门（agency, policy_office）")


def test_code_that_nobody_knows_is_its_own_word() -> None:
    for word in (called("role", "x_y"), labelled("x_y"), conflict("x_y"), why_out("recused:x_y")):
        assert "x_y" in say(word, "zh")
    assert say(called("side", "原告"), "zh", codes=True) == "原告"


def test_reason_of_a_recusal_is_said_by_its_type() -> None:
    word = why_out("recused:co_author")
    assert (str(word), say(word, "zh"), word.code) == (
        "Recused: Co-author",
        "回避：合著或共同完成成果",
        "recused:co_author",
    )


@pytest.mark.parametrize(
    "error",
    [
        errors.TransitionNotAllowed("request", "invited", "shortlisted", ("engaged", "cancelled")),
        errors.TransitionNotAllowed("panel", "rejected", "replaced", ()),
        *(errors.TransitionNotAllowed("expert", before, "renewed", ways) for before, ways in EXPERT_WAYS.items()),
        errors.ObjectionsAreClosed("under_review"),
        errors.RequestIsNotOpen("draft", ("accepted", "shortlisted")),
        errors.RequestIsClosedToEdits("closed", ("draft",), ("accepted",)),
        errors.PanelIsNotConfirmed("proposed"),
        errors.DrawIsNotFrozen("revealed"),
        errors.OnlyDraftsCanBeDeleted("on_leave"),
        errors.SuggestionDecidedAlready("declined"),
    ],
)
def test_refusal_holds_no_code_in_chinese(error: errors.DomainError) -> None:
    assert CODE.findall(say(error.detail, "zh")) == []
    assert CODE.findall(say(error.detail, "zh", codes=True)) != []


def test_sentence_of_the_library_is_said_with_labels() -> None:
    covered = Sentence(
        "{code} is covered by {count} members; at least {needed} must.", code="LG-INV", count=0, needed=1
    )
    assert say(in_words(covered), "zh").startswith("专利无效")
    several = Sentence("Do without full coverage of {codes}.", codes="LG-INV, DES")
    assert CODE.findall(say(in_words(several), "zh").replace("LG-INV", "code_code")) == []
    template = "{count} members share the {by} {group}; at most {limit} may."
    shared = in_words(Sentence(template, count=2, by=Sentence("region"), group="350200", limit=1))
    assert "350200" not in shared
    assert "厦门" in say(shared, "zh")
    assert in_words("no sentence") == "no sentence"


@pytest.mark.parametrize("type", TYPES)
def test_every_rule_has_a_name_inside_a_sentence(type: str) -> None:
    assert CODE.findall(say(called("rule", type), "zh")) == []


@pytest.mark.parametrize("table", CALLED)
def test_every_code_has_chinese_words(table: str) -> None:
    assert [code for code in CALLED[table] if CODE.search(say(called(table, code), "zh"))] == []


def given() -> Iterator[tuple[str, int, str]]:
    """What every `Text(...)` is given by a keyword, where it is a plain name or the attribute of something."""
    for path in sorted((ROOT / "expertdb").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
                for one in node.keywords:
                    name = one.value.attr if isinstance(one.value, ast.Attribute) else getattr(one.value, "id", "")
                    yield path.relative_to(ROOT).as_posix(), node.lineno, f"{one.arg}={name}"


def test_no_sentence_is_given_a_bare_code() -> None:
    found = list(given())
    assert len(found) > 50
    assert [one for one in found if one[2].partition("=")[2] in NAMES] == []
