"""keys: new, list, rotate."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from config.settings import load
from expertdb.app import create_app
from expertdb.database import transaction
from expertdb.errors import AlreadyExists
from expertdb.models.restricted import RestrictedValue
from expertdb.services import experts, restricted
from expertdb.services.actors import SYSTEM
from tests.cli.conftest import done, run
from tests.conftest import START

BODY: dict[str, Any] = {
    "name": {"zh": "林岚"},
    "kind": "K-PA",
    "restricted": {"phone": "13800138000", "licence_numbers": [{"licence": None, "number": "E12345678"}]},
}


def enter(count: int, values: dict[str, Any] = BODY["restricted"]) -> None:
    app = create_app(load())
    with app.app_context(), transaction() as session:
        for _ in range(count):
            experts.create(session, BODY | {"restricted": values}, actor=SYSTEM, now=START)


def set_keys(*keys: str) -> None:
    file = Path("instance/expertdb.env")
    lines = [line for line in file.read_text().splitlines() if not line.startswith("EXPERTDB_FIELD_KEYS")]
    file.write_text("\n".join([*lines, f"EXPERTDB_FIELD_KEYS={','.join(keys)}"]) + "\n")


def fresh(id: str) -> str:
    return done("keys", "new", id).stdout.strip()


def opened() -> set[str]:
    app = create_app(load())
    with app.app_context(), transaction(read_only=True) as session:
        sealer = restricted.sealer_of(session)
        return {row.opened(sealer) for row in session.scalars(select(RestrictedValue))}


def test_rotation_seals_everything_under_the_new_key_and_the_old_can_go(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restricted, "RESEALED_AT_ONCE", 7)
    first, second = fresh("a"), fresh("b")
    set_keys(first)
    enter(10)
    set_keys(second, first)
    assert done("keys", "rotate").stdout == "20 values sealed anew under b.\n"
    assert done("keys", "rotate").stdout == "0 values sealed anew under b.\n"
    set_keys(second)
    assert opened() == {"13800138000", "E12345678"}
    assert done("keys", "list").stdout.splitlines() == ["b\t20 values (current)", "derived\t0 values"]


@pytest.mark.parametrize("at_once", [1, 2])
def test_rotation_goes_on_where_two_numbers_turn_out_to_be_one(
    empty: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """One of 15 digits and the same of 18, hashed before they were known to be one."""
    monkeypatch.setattr(restricted, "RESEALED_AT_ONCE", at_once)
    first, second = fresh("a"), fresh("b")
    numbers = "110105491231002", "11010519491231002X"
    set_keys(first)
    with monkeypatch.context() as before:
        before.setattr(restricted, "compared", lambda field, number: number)
        for number in numbers:
            enter(1, {"id_number": number})
    set_keys(second, first)
    assert done("keys", "rotate").stdout == "2 values sealed anew under b.\n"
    set_keys(second)
    assert opened() == set(numbers)
    with pytest.raises(AlreadyExists):
        enter(1, {"id_number": numbers[0]})


def test_rotation_without_the_old_key_changes_nothing_and_names_it(empty: Path) -> None:
    set_keys(fresh("a"))
    enter(1)
    set_keys(fresh("b"))
    result = run("keys", "rotate")
    assert result.exit_code == 1
    assert 'with the key "a"' in result.stderr
    assert "a\t2 values (the key is missing" in done("keys", "list").stdout


def test_prepare_writes_a_key_of_its_own(empty: Path) -> None:
    assert done("keys", "list").stdout.splitlines()[0] == "1\t0 values (current)"
