"""Every sentence that can reach a person has a Chinese one, with the same placeholders, and no entry is idle.

Sentences are found where they are written (a walk over the syntax tree of every `Text(...)`, `said(...)` and, in the
console's templates, `t(...)`), in the tables of problems.py, in the words that the command line makes of codes, and,
for marshmallow's own, by provoking them. Templates hold no words of their own.
"""

import ast
import json
import re
import string
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import Environment, nodes
from marshmallow import Schema, ValidationError, fields

from config.settings import Settings
from expertdb.api import problems
from expertdb.api.routing import contract_of
from expertdb.app import create_app
from expertdb.recognising import BANK_ACCOUNT, BANK_CARD
from expertdb.schemas.experts import ExpertLine
from expertdb.schemas.reason_words import ADJUSTMENT
from expertdb.wording import Text, as_stored, say, spoken
from matching.panel import GROUPINGS
from matching.sentences import Sentence

ROOT = Path(__file__).parents[2]
# Templates that are no literal: where they stand, and the words they can be.
COMPUTED: dict[tuple[str, str], set[str]] = {
    ("expertdb/console/language.py", "template"): set(),  # what said(...) and t(...) are given, collected below
    ("expertdb/errors.py", "noun"): set(),  # the words given to NotFound(...), collected below
    ("expertdb/services/sentences.py", "sentence.template"): set(),  # one of the library's own, collected below
    ("matching/panel/checking.py", "rule.by"): set(GROUPINGS),
    ("matching/assignment/asking.py", "kind"): {"expert", "request"},
    ("expertdb/schemas/personal.py", "found.kind"): {BANK_CARD, BANK_ACCOUNT},
}
JUNK: tuple[Any, ...] = (None, [], {}, [[]], [None], "x", 1.5, True, "2026-01-01T00:00:00", {"zzz": 1}, [{}], "")


@cache
def chinese() -> dict[str, str]:
    return dict(json.loads(files("expertdb").joinpath("data/messages_zh.json").read_text("utf-8")))


@cache
def trees(folder: str) -> tuple[tuple[str, ast.Module], ...]:
    paths = [path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts]
    return tuple((path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))) for path in paths)


def arguments(tree: ast.Module, name: str, position: int = 0) -> Iterator[ast.expr]:
    """What the calls of `name` are given at this position."""
    return (node.args[position] for node in calls(tree).get(name, []) if len(node.args) > position)


@cache
def calls(tree: ast.Module) -> dict[str, list[ast.Call]]:
    """All calls of a file, by what is called."""
    found: dict[str, list[ast.Call]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found.setdefault(called(node), []).append(node)
    return found


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def literals(node: ast.expr, tree: ast.Module) -> set[str]:
    """The strings an expression can be, as far as they are written down in the same file."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.Name):
        assigned = [one for one in ast.walk(tree) if isinstance(one, ast.Assign)]
        values = [one.value for one in assigned if any(getattr(target, "id", "") == node.id for target in one.targets)]
        return set().union(*(literals(value, tree) for value in values))
    if isinstance(node, ast.Call) and called(node) == "get" and len(node.args) == 2:
        return literals(node.args[1], tree)  # The default; the table itself is asked elsewhere.
    return set()


@cache
def templates() -> frozenset[str]:
    found: set[str] = set()
    for folder, maker in (("expertdb", "Text"), ("expertdb", "said"), ("matching", "Sentence")):
        for name, tree, node in made(folder, maker):
            here = literals(node, tree)
            stated = COMPUTED.get((name, ast.unparse(node)))
            assert here or stated is not None, f"{name}:{node.lineno}: say in COMPUTED what this template can be"
            found |= here | (stated or set())
    return frozenset(found | set(written_in_pages()))


def pages() -> Iterator[tuple[str, nodes.Template]]:
    """The console's templates, by name, as syntax trees."""
    for path in sorted((ROOT / "expertdb" / "console" / "templates").rglob("*.html")):
        yield path.relative_to(ROOT).as_posix(), Environment(extensions=[]).parse(path.read_text("utf-8"))


def written_in_pages() -> Iterator[str]:
    """What templates give to `t`."""
    for name, page in pages():
        for call in page.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t":
                given = list(constants(call.args[0]))
                assert given, f"{name}:{call.lineno}: give t() its sentence as it stands"
                yield from given


def constants(node: nodes.Expr) -> Iterator[str]:
    """The strings an expression of a template can be."""
    if isinstance(node, nodes.Const):
        yield str(node.value)
    elif isinstance(node, nodes.CondExpr):
        yield from (*constants(node.expr1), *constants(node.expr2))


def made(folder: str, maker: str) -> Iterator[tuple[str, ast.Module, ast.expr]]:
    return ((name, tree, node) for name, tree in trees(folder) for node in arguments(tree, maker))


def given_to(name: str, folder: str, position: int = 0) -> set[str]:
    found: set[str] = set()
    for _, tree in trees(folder):
        for node in arguments(tree, name, position):
            found |= literals(node, tree)
    return found


def titles_and_details() -> set[str]:
    tables = {*problems.HTTP_TITLES.values(), *problems.HTTP_DETAILS.values()}
    tables |= {title for _, _, title in problems.TABLE.values()}
    return tables | given_to("problem", "expertdb/api", position=2)


def words() -> set[str]:
    """Words that are templates by themselves: nouns of NotFound."""
    return given_to("NotFound", "expertdb")


@pytest.fixture(scope="module")
def bare_app() -> Flask:
    return create_app(Settings(database_url="sqlite://", secret_key="s" * 40, log_level="ERROR"))


def input_schemas(app: Flask) -> set[type[Schema]]:
    contracts = [contract_of(view) for view in app.view_functions.values()]
    return {schema for one in contracts for schema in (one.body, one.query) if schema} | {ExpertLine}


def provoked(schema: Schema) -> set[str]:
    """All plain messages (those that are no Text) the schema has for bodies of junk."""
    attempts: list[Any] = [*JUNK, {"no_such_field": 1}]
    for name, field in schema.fields.items():
        attempts += [{name: junk} for junk in JUNK]
        if isinstance(field, fields.Nested):
            attempts += [{name: {inner: junk}} for inner in field.schema.fields for junk in JUNK]
    found: set[str] = set()
    for attempt in attempts:
        try:
            schema.load(attempt)
        except ValidationError as error:
            found |= set(leaves(error.messages))
    return {message for message in found if not isinstance(message, Text)}


def leaves(messages: Any) -> Iterator[str]:
    if isinstance(messages, str):
        yield messages
        return
    for one in messages.values() if isinstance(messages, dict) else messages:
        yield from leaves(one)


def marshmallows_own(app: Flask) -> set[str]:
    return set().union(*(provoked(schema()) for schema in input_schemas(app)))


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_sentence_has_a_chinese_one(bare_app: Flask) -> None:
    wanted = templates() | titles_and_details() | words() | marshmallows_own(bare_app)
    assert sorted(wanted - set(chinese())) == []


def test_every_adjustment_of_the_matcher_is_called_something() -> None:
    assert given_to("Adjustment", "matching") == set(ADJUSTMENT)


def test_no_chinese_entry_is_idle(bare_app: Flask) -> None:
    used = templates() | titles_and_details() | words() | marshmallows_own(bare_app)
    assert sorted(set(chinese()) - used) == []


def test_both_languages_have_the_same_placeholders() -> None:
    differing = [english for english, zh in chinese().items() if placeholders(english) != placeholders(zh)]
    assert differing == []


def test_chinese_entries_hold_chinese() -> None:
    assert [zh for zh in chinese().values() if not any("一" <= character <= "鿿" for character in zh)] == []


# What stands between the tags of a page in either language alike: units, marks, and each language in its own words.
UNTRANSLATED = {"English", "中文", "OpenAPI 3.1"}
TAG = re.compile(r"<[^>]*>|<!--.*?-->", re.DOTALL)
SPOKEN = re.compile(r"""\b(?:alt|title|placeholder|aria-label|data-confirm|data-failed)="([^"{]*\w[^"{]*)""")


def test_pages_hold_no_words_of_their_own() -> None:
    for name, page in pages():
        text = "\0".join(node.data for node in page.find_all(nodes.TemplateData))
        spoken = SPOKEN.findall(text)
        # A tag may be cut in pieces by what Jinja writes into it; what is left over of it is no text.
        plain = re.sub(r"^[^<>]*>|<[^<>]*$", "", TAG.sub("\1", text.replace("\0", "")))
        words = {line.strip() for line in re.split(r"[\n\1]", plain) if re.search(r"\w", line)}
        assert (name, words - UNTRANSLATED, spoken) == (name, set(), [])


def test_marshmallow_can_be_provoked_at_all(bare_app: Flask) -> None:
    expected = {"Missing data for required field.", "Unknown field.", "Invalid input type."}
    assert expected <= marshmallows_own(bare_app)


def test_noun_inside_a_sentence_is_said_in_chinese_too() -> None:
    text = Text("There is no {noun} with the id {id}.", noun=Text("expert"), id="42")
    assert text == "There is no expert with the id 42."
    assert "专家" in say(text, "zh")
    assert "expert" not in say(text, "zh")


def test_sentence_of_the_matching_library_is_said_in_chinese() -> None:
    template = "{count} members share the {by} {group}; at most {limit} may."
    sentence = Sentence(template, count=2, by=Sentence("organisation"), group="o1", limit=1)
    assert say(sentence, "en") == "2 members share the organisation o1; at most 1 may."
    assert say(sentence, "zh") == "2 名成员的机构同为 o1，最多 1 名。"


def test_stored_sentence_is_said_in_either_language() -> None:
    stored = {"why": [as_stored(Text("There is no {noun} with the id {id}.", noun=Text("expert"), id="{7}"))], "n": 1}
    assert spoken(stored, "en") == {"why": ["There is no expert with the id {7}."], "n": 1}
    assert "专家" in spoken(stored, "zh")["why"][0]


@pytest.mark.parametrize("template", ["{x:>999999999}", "{x.__class__}", "{", "no such sentence", 7, None])
def test_what_only_looks_like_a_sentence_is_left_as_it_is(template: Any) -> None:
    for values in ({"x": 1}, [], None):
        looks = {"$say": template, "with": values}
        assert spoken(looks, "zh") == looks


def test_values_with_braces_are_not_read_as_placeholders() -> None:
    text = Text('"{value}" is not one of: {choices}.', value="{count}", choices="a, b")
    assert "{count}" in text
    assert "{count}" in say(text, "zh")


def test_sentence_without_translation_stays_english() -> None:
    assert say("Nobody wrote this one.", "zh") == "Nobody wrote this one."
    assert say(Text("Nobody wrote {this}.", this="that"), "zh") == "Nobody wrote that."


def test_english_of_numbers_differs_in_the_singular_only() -> None:
    """What is said of any other number is the template itself, word for word."""
    for template, counted in english().items():
        assert template in templates(), template
        numbers = {name for name, spec in choices(counted)}
        assert numbers, template
        values = {name: 7 if name in numbers else f"<{name}>" for _, name, _, _ in parsed(template) if name}
        assert Text(template, **values) == template.format(**values), template
        for name in numbers:
            assert Text(template, **values | {name: 1}) != template.format(**values | {name: 1}), template


def test_every_sentence_with_a_doubtful_plural_has_a_singular() -> None:
    assert {template for template in templates() if "(s)" in template} <= set(english())


def test_one_is_said_in_the_singular_wherever_a_sentence_comes_from() -> None:
    template = "The panel has {count} members; it needs {size}."
    several, one = (Sentence(template, count=count, size=3) for count in (2, 1))
    for codes in (False, True):
        assert say(several, "en", codes=codes) == "The panel has 2 members; it needs 3."
        assert say(one, "en", codes=codes) == "The panel has 1 member; it needs 3."
    assert spoken(as_stored(one), "en") == "The panel has 1 member; it needs 3."
    assert spoken(as_stored(one), "zh") == say(one, "zh") == "专家组有 1 名成员，应为 3 名。"
    assert (
        str(Text("{count} field(s) are wrong; nothing was stored.", count=1)) == "1 field is wrong; nothing was stored."
    )


def english() -> dict[str, str]:
    return dict(json.loads(files("expertdb").joinpath("data/messages_en.json").read_text("utf-8")))


def parsed(template: str) -> list[tuple[str, str | None, str | None, str | None]]:
    return list(string.Formatter().parse(template))


def choices(counted: str) -> list[tuple[str, str]]:
    """The numbers that words depend on, each with the words for one and for several."""
    return [(name, spec) for _, name, spec, _ in parsed(counted) if name and spec and "|" in spec]
