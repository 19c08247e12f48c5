"""token: make, list, revoke."""

from pathlib import Path

import pytest
from click.testing import Result

from config.settings import load
from expertdb.app import create_app
from tests.callers import Caller
from tests.cli.conftest import done, run

UNKNOWN = "00000000-0000-7000-8000-000000000000"


def create(*options: str) -> Result:
    return done("token", "create", "--name", "市局政策处", "--role", "policy_office", *options)


def status_with(secret: str) -> int:
    return Caller(create_app(load()), secret).get("/requests").status_code


def test_secret_stands_alone_on_standard_output(empty: Path) -> None:
    made = create()
    assert made.stdout.startswith("xdb_")
    assert len(made.stdout.splitlines()) == 1
    id, role, name = made.stderr.strip().split("\t")
    assert (len(id), role, name) == (36, "policy_office", "市局政策处")
    assert made.stdout.strip() not in made.stderr


def test_new_token_works_and_a_revoked_one_does_not(empty: Path) -> None:
    made = create()
    secret, id = made.stdout.strip(), made.stderr.split("\t")[0]
    assert status_with(secret) == 200
    assert done("token", "revoke", id).stdout == "Revoked.\n"
    assert status_with(secret) == 401
    assert "\trevoked\t" in done("token", "list").stdout


def test_list_shows_no_secret(empty: Path) -> None:
    made = create()
    listed = done("token", "list").stdout
    id, prefix, role, state, name = listed.strip().split("\t")
    assert (id, role, state, name) == (made.stderr.split("\t")[0], "policy_office", "live", "市局政策处")
    assert made.stdout.startswith(prefix.removesuffix("…"))
    assert made.stdout.strip() not in listed


def test_every_token_is_listed(empty: Path) -> None:
    ids = [create().stderr.split("\t")[0] for _ in range(3)]
    assert [line.split("\t")[0] for line in done("token", "list").stdout.splitlines()] == ids


def test_token_may_be_limited_to_reading(empty: Path) -> None:
    secret = create("--scope", "read").stdout.strip()
    reader = Caller(create_app(load()), secret)
    assert reader.get("/requests").status_code == 200
    assert reader.post("/requests", {"kind": "consultation", "title": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("options", "pointer"),
    [
        (["--expires-at", "2020-01-01T00:00:00Z"], "/expires_at"),
        (["--expires-at", "tomorrow"], "/expires_at"),
        (["--scope", "admin"], "/scopes/0"),
        (["--organisation", UNKNOWN], "/organisation"),
    ],
)
def test_faulty_option_is_pointed_at_and_no_token_is_made(empty: Path, options: list[str], pointer: str) -> None:
    result = run("token", "create", "--name", "x", "--role", "agency", *options)
    assert result.exit_code == 1
    assert f"  {pointer}: " in result.stderr
    assert result.stdout == ""
    assert done("token", "list").stdout == ""


def test_unknown_role_names_the_choices(empty: Path) -> None:
    result = run("token", "create", "--name", "x", "--role", "king")
    assert result.exit_code == 2
    assert "policy_office" in result.stderr


def test_unknown_token_cannot_be_revoked(empty: Path) -> None:
    result = run("token", "revoke", UNKNOWN)
    assert result.exit_code == 1
    assert UNKNOWN in result.stderr
