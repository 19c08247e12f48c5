"""The table of fields by audience: every audience has a column, and what the law's order demands holds in it."""

from pathlib import Path

import pytest

from expertdb.models.restricted import CONTACT, FIELDS
from expertdb.models.tokens import ROLES
from expertdb.schemas.personal import Restricted
from expertdb.services.actors import Actor
from expertdb.services.visibility import AUDIENCES, LEVELS, TABLE, as_table, may_open, visible_fields

DOCUMENT = Path(__file__).parents[3] / "docs" / "access.md"


def somebody(role: str) -> Actor:
    return Actor("t", "t", role, frozenset())


def test_every_role_has_a_column_and_every_row_a_level_in_it() -> None:
    assert set(ROLES) <= set(AUDIENCES)
    for levels in TABLE.values():
        assert len(levels) == len(AUDIENCES)
        assert set(levels) <= set(LEVELS)


def test_every_restricted_field_is_in_the_table_and_never_shown_openly() -> None:
    assert set(Restricted().fields) == set(FIELDS) <= set(TABLE)
    assert all("shown" not in TABLE[field] for field in FIELDS)


def test_contact_is_the_requesters_only_after_the_expert_accepted() -> None:
    for role in ("agency", "policy_office"):
        assert may_open(somebody(role)) == may_open(somebody(role), "open_request") == ()
        assert may_open(somebody(role), "accepted") == CONTACT


def test_agency_without_a_matter_sees_nobody() -> None:
    assert set(visible_fields(somebody("agency")).values()) == {"hidden"}


@pytest.mark.parametrize("stage", ["none", "open_request", "accepted"])
def test_identity_numbers_are_the_administrators_alone(stage: str) -> None:
    for role in set(ROLES) - {"administrator"}:
        assert "id_number" not in may_open(somebody(role), stage)  # type: ignore[arg-type]
    assert may_open(somebody("administrator"), stage) == FIELDS  # type: ignore[arg-type]


def test_auditor_opens_nothing_at_any_stage() -> None:
    for stage in ("none", "open_request", "accepted"):
        assert may_open(somebody("auditor"), stage) == ()  # type: ignore[arg-type]


def test_public_sees_no_profile_and_no_standing() -> None:
    seen = visible_fields(None)
    assert {field for field, level in seen.items() if level == "shown"} == {
        "name",
        "organisation",
        "kind",
        "title_level",
        "region",
        "codes",
    }


def test_document_prints_the_table() -> None:
    assert as_table() in DOCUMENT.read_text("utf-8")
