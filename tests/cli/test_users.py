"""user: add, list, reset, deactivate."""

from pathlib import Path

from click.testing import Result

from config.settings import load
from expertdb.app import create_app
from expertdb.database import transaction
from expertdb.services import sessions
from tests.cli.conftest import done, run


def add(login: str = "lin.lan", role: str = "administrator", *options: str, stdin: str | None = None) -> Result:
    return done("user", "add", "--login", login, "--name", "林岚", "--role", role, *options, stdin=stdin)


def may_sign_in(login: str, password: str) -> bool:
    app = create_app(load())
    with app.app_context(), transaction(read_only=True) as session:
        return sessions.check(session, login, password) is not None


def test_password_stands_alone_on_standard_output_and_works(empty: Path) -> None:
    made = add()
    assert may_sign_in("lin.lan", made.stdout.rstrip("\n"))
    id, role, login, name = made.stderr.strip().split("\t")
    assert (len(id), role, login, name) == (36, "administrator", "lin.lan", "林岚")


def test_password_may_come_from_standard_input(empty: Path) -> None:
    made = add("lin.lan", "reviewer", "--password-stdin", stdin="a pass phrase 密码\n")
    assert made.stdout == ""
    assert may_sign_in("lin.lan", "a pass phrase 密码")


def test_weak_password_is_refused(empty: Path) -> None:
    options = ("--login", "x1", "--name", "x", "--role", "agency", "--password-stdin")
    result = run("user", "add", *options, stdin="short\n")
    assert (result.exit_code, "/password" in result.stderr) == (1, True)
    assert done("user", "list").stdout == ""


def test_organisation_that_nobody_knew_is_told_of_once(empty: Path) -> None:
    said = 'The organisation "泉州工作站" was not known and has been entered.'
    assert said in add("ye", "agency", "--organisation", "泉州工作站").stderr
    assert said not in add("lin", "agency", "--organisation", "泉州 工作站").stderr
    token = ("token", "create", "--name", "t", "--role", "agency", "--organisation")
    assert '"福州工作站" was not known' in done(*token, "福州工作站").stderr
    assert "was not known" not in done(*token, "福州工作站").stderr


def test_list_says_who_is_active(empty: Path) -> None:
    add()
    add("ye", "agency", "--organisation", "泉州工作站")
    assert done("user", "deactivate", "ye").stdout == "Deactivated.\n"
    states = [line.split("\t")[1:4] for line in done("user", "list").stdout.splitlines()]
    assert states == [["lin.lan", "administrator", "active"], ["ye", "agency", "deactivated"]]


def test_reset_replaces_the_password(empty: Path) -> None:
    first = add().stdout.rstrip("\n")
    second = done("user", "reset", "lin.lan").stdout.rstrip("\n")
    assert (may_sign_in("lin.lan", first), may_sign_in("lin.lan", second)) == (False, True)


def test_last_administrator_is_not_deactivated(empty: Path) -> None:
    add()
    result = run("user", "deactivate", "lin.lan")
    assert (result.exit_code, "last active administrator" in result.stderr) == (1, True)


def test_unknown_login_name_is_named(empty: Path) -> None:
    result = run("user", "reset", "nobody")
    assert (result.exit_code, "nobody" in result.stderr) == (1, True)
