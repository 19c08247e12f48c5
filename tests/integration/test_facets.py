"""Counts beside the filters, on both engines.

Pinned: every count is the number of experts that the list gives with that filter, whatever else is asked; a filter's
own choice does not narrow its counts; a parent counts everybody below it once.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import func, select

from expertdb.database import transaction
from expertdb.models.experts import Expert
from expertdb.services import experts, facets


@pytest.fixture(autouse=True)
def in_application(pool_app: Flask) -> Iterator[None]:
    with pool_app.app_context():
        yield


def counted(**query: Any) -> dict[str, dict[str, int]]:
    with transaction(read_only=True) as session:
        census = current_app.extensions["directory"].refresh(session)
        return facets.counted(facets.chosen(session, census, query))


def found(**query: Any) -> int:
    """How many the list would give."""
    with transaction(read_only=True) as session:
        return session.scalar(experts.narrowed(select(func.count(Expert.id)), query)) or 0


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"status": "active"},
        {"status": "active", "region": "350000", "subject": "PAT"},
        {"q": "专利"},
        {"q": "福州律师"},
        {"q": "trade mark attorney 福州", "status": "active"},
        {"q": "patent", "kind": "K-LAW"},
        {"service": "LG-INV", "industry": "SE05"},
        {"subject": "PAT", "service": "LG", "industry": "SE05", "kind": "K-PA"},
        {"q": "100%_\\"},
    ],
)
def test_every_count_is_what_the_list_gives(query: dict[str, Any]) -> None:
    for name, values in counted(**query).items():
        for value, count in values.items():
            assert count == found(**(query | {name: value})) > 0, (name, value)


def test_values_that_are_left_out_are_held_by_nobody() -> None:
    counts = counted(status="active")
    assert found(status="active", kind="K-NOT") == 0
    assert sum(counts["kind"].values()) == found(status="active")


def test_own_choice_does_not_narrow_a_filter() -> None:
    assert counted(status="active")["status"] == counted()["status"]
    assert counted(status="active")["kind"] != counted()["kind"]


def test_parent_counts_everybody_below_it_once() -> None:
    subjects = counted()["subject"]
    below = [subjects.get(code, 0) for code in ("PAT-INV", "PAT-UM")]
    assert subjects["PAT"] >= max(below)
    assert subjects["PAT"] == found(subject="PAT")


def test_empty_pool_has_no_counts() -> None:
    assert counted(q="nobody at all has these words") == {
        name: {} for name in ("status", "kind", "region", "subject", "service", "industry")
    }
