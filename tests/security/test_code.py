"""What the code may not hold, found by reading all of it.

Pinned: nothing of ours calls other hosts (so nothing a user sends can make it: SSRF); no regular expression can be
made to take exponential time; no template prints what it was given as markup; no statement is put together from
strings; no secret is compared in a time that tells how much of it was right; nothing runs a shell or unpacks code; no
text from outside is taken for a number of any length.
"""

import ast
import re
from functools import cache
from pathlib import Path
from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for name in ("expertdb", "matching", "config")
    for path in (ROOT / name).rglob("*.py")
    if "versions" not in path.parts
)
# The server's own sockets, and this machine's name. The database's driver and Qdrant's client reach out by themselves.
CALLERS = {"config/worker.py": {"socket"}, "config/pacing.py": {"socket"}, "expertdb/worker.py": {"socket"}}
REACHING = {
    "socket",
    "urllib.request",
    "urllib3",
    "http.client",
    "requests",
    "httpx",
    "ftplib",
    "smtplib",
    "telnetlib",
    "xmlrpc",
    "asyncio",
    "webbrowser",
}
DIGITS = {"isdecimal", "isdigit", "isnumeric"}
DANGEROUS = {"eval", "exec", "compile", "__import__"}
DANGEROUS_MODULES = {"pickle", "marshal", "shelve", "dill"}
# A build script that a developer runs, never the service.
BUILD_ONLY = re.compile(r"matching/data/build_\w+\.py")


@cache
def trees() -> list[tuple[str, ast.Module]]:
    """Every file of ours with its name, read once for all tests."""
    names = ((path.relative_to(ROOT).as_posix(), path) for path in SOURCES)
    return [(name, ast.parse(path.read_text("utf-8"))) for name, path in names if not BUILD_ONLY.fullmatch(name)]


def imported(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@cache
def calls(tree: ast.Module) -> list[tuple[ast.Call, str]]:
    """Every call with its name as it is written: `re.compile`, `eval`."""
    return [(node, ast.unparse(node.func)) for node in ast.walk(tree) if isinstance(node, ast.Call)]


def test_nothing_calls_other_hosts() -> None:
    reaching = {name: imported(tree) & REACHING for name, tree in trees()}
    assert {name: found for name, found in reaching.items() if found} == CALLERS


def test_nothing_runs_what_it_was_given() -> None:
    own = {"expertdb/services/spool.py"}  # Reads back what the same process wrote into a file without a name.
    for name, tree in trees():
        assert not imported(tree) & DANGEROUS_MODULES or name in own, name
        for node, called in calls(tree):
            assert called not in DANGEROUS, f"{name}:{node.lineno}"
            assert not called.startswith(("os.system", "os.popen")), f"{name}:{node.lineno}"
            shell = [word for word in node.keywords if word.arg == "shell"]
            assert not shell, f"{name}:{node.lineno}"
            assert called not in ("yaml.load", "tarfile.open"), f"{name}:{node.lineno}"


def test_digits_from_outside_are_read_in_one_place() -> None:
    """`int` raises for more than 4,300 digits, and `isdigit` takes ² for one."""
    for name, tree in trees():
        if name.startswith("expertdb/") and name != "expertdb/numerals.py":
            asked = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in DIGITS]
            assert not asked, f"{name}:{asked}: use expertdb.numerals.whole"


def test_no_statement_is_put_together_from_strings() -> None:
    """`text()` and the driver's own execute take constants, or names that stand in the same file's tables."""
    allowed = {
        "expertdb/commands/places.py",  # Names of tables and schemas as PostgreSQL's own catalogue has them.
        "expertdb/services/backups.py",  # One constant.
        "expertdb/database.py",  # Pragmas, constants.
        "expertdb/migrations/env.py",  # Pragmas and a setting, constants.
        "expertdb/services/staging.py",  # Names of the models' own tables and columns, quoted.
        "expertdb/models/triggers.py",  # Names of its own tables and triggers, constants.
    }
    for name, tree in trees():
        for node, called in calls(tree):
            if called.split(".")[-1] in ("text", "exec_driver_sql", "execute", "scalar") and node.args:
                built = isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
                assert not built or name in allowed, f"{name}:{node.lineno}: {ast.unparse(node)[:80]}"


def test_secrets_are_compared_in_constant_time() -> None:
    secret = re.compile(r"(?i)(secret|token|password|seal|digest|signature|mac)(_hash)?$")
    # Seals of rows, compared where nobody can ask again and again; digests that everybody is shown.
    allowed = {"expertdb/services/audit_chain.py", "expertdb/models/opinions.py"}
    for name, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
                continue
            sides = [ast.unparse(side) for side in (node.left, *node.comparators)]
            bare = [side for side in sides if secret.search(side) and not side.isupper()]
            # A column compared in SQL is looked up by a hash of the secret.
            columns = [side for side in sides if re.match(r"[A-Z]\w+\.", side)]
            harmless = any(re.fullmatch(r"None|''|\"\"|\d+", side) for side in sides)
            assert not bare or columns or harmless or name in allowed, f"{name}:{node.lineno}: {ast.unparse(node)}"


def patterns() -> list[tuple[str, str, int]]:
    """Every literal regular expression with its place and flags."""
    found = []
    for name, tree in trees():
        for node, called in calls(tree):
            if re.fullmatch(r"re\.(compile|match|fullmatch|search|sub|split|findall|finditer)", called) and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.append((f"{name}:{node.lineno}", first.value, 0))
    return found


def test_patterns_are_found() -> None:
    assert len(patterns()) > 10


@pytest.mark.parametrize(("place", "pattern", "flags"), patterns(), ids=lambda value: str(value)[:40])
def test_no_pattern_takes_exponential_time(place: str, pattern: str, flags: int) -> None:
    assert nested(parser.parse(pattern, flags), inside=False) is False, f"{place}: {pattern}"


def nested(tree: Any, *, inside: bool) -> bool:
    """Whether an open repetition stands in another one whose rounds could be cut in more than one way.

    Rounds that begin with a character which cannot stand anywhere else in them can be cut in one way only.
    """
    for kind, value in tree:
        if kind in (constants.MAX_REPEAT, constants.MIN_REPEAT):
            _, most, body = value
            opened = most == constants.MAXREPEAT or most > 50
            if opened and inside:
                return True
            if nested(body, inside=inside or (opened and not anchored(body))):
                return True
        elif kind is constants.SUBPATTERN:
            if nested(value[-1], inside=inside):
                return True
        elif kind is constants.BRANCH:
            if any(nested(branch, inside=inside) for branch in value[1]):
                return True
        elif kind in (constants.ASSERT, constants.ASSERT_NOT) and nested(value[1], inside=inside):
            return True
    return False


def anchored(body: Any) -> bool:
    """Whether a round begins or ends with a literal that its repetitions cannot match."""
    parts = list(body)
    while len(parts) == 1 and parts[0][0] is constants.SUBPATTERN:
        parts = list(parts[0][1][-1])
    for edge in (parts[0], parts[-1]) if parts else ():
        if edge[0] is constants.LITERAL:
            sign = chr(edge[1])
            others = [part for part in parts if part is not edge]
            if not any(could_match(part, sign) for part in others):
                return True
    return False


def could_match(part: Any, sign: str) -> bool:
    kind, value = part
    if kind is constants.LITERAL:
        return value == ord(sign)
    if kind in (constants.MAX_REPEAT, constants.MIN_REPEAT):
        return any(could_match(one, sign) for one in value[2])
    if kind is constants.SUBPATTERN:
        return any(could_match(one, sign) for one in value[-1])
    if kind is constants.IN:
        negated = value[0][0] is constants.NEGATE
        hit = any(in_set(one, sign) for one in value if one[0] is not constants.NEGATE)
        return hit != negated
    return True


def in_set(one: Any, sign: str) -> bool:
    kind, value = one
    if kind is constants.LITERAL:
        return value == ord(sign)
    if kind is constants.RANGE:
        return value[0] <= ord(sign) <= value[1]
    word = {constants.CATEGORY_WORD: sign.isalnum() or sign == "_", constants.CATEGORY_DIGIT: sign.isdecimal()}
    return word.get(value, True)


@pytest.mark.parametrize(
    ("pattern", "bad"),
    [(r"(a+)+b", True), (r"(?:[a-z]+)*", True), (r"(\.[a-z]+)*", False), (r"a+b+", False), (r"(a|b+)+", True)],
)
def test_the_scan_knows_what_it_looks_for(pattern: str, bad: bool) -> None:
    assert nested(parser.parse(pattern), inside=False) is bad


TEMPLATES = sorted((ROOT / "expertdb").rglob("templates/**/*"))


@pytest.mark.parametrize("path", [path for path in TEMPLATES if path.is_file()], ids=lambda path: path.name)
def test_no_template_prints_markup_it_was_given_or_runs_inline_code(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "|safe" not in text.replace(" ", "")
    assert "autoescape false" not in text
    assert "Markup(" not in text
    assert not re.search(r"<[^>]+\son\w+=", text), "a handler in an attribute"
    assert "javascript:" not in text
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text), "a script in the page"


def test_no_code_makes_markup_of_strings() -> None:
    fixed = {"expertdb/console/diffs.py"}  # One of two tags around what `format` escapes.
    for name, tree in trees():
        for node, called in calls(tree):
            if called in ("Markup", "markupsafe.Markup") and node.args and name not in fixed:
                assert isinstance(node.args[0], ast.Constant), f"{name}:{node.lineno}"
            assert called.split(".")[-1] != "render_template_string", f"{name}:{node.lineno}"
