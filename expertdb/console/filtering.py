"""What the list of experts needs of its filters: their order, their words, and the address with one of them changed."""

from collections.abc import Mapping
from typing import Any

from flask import request, url_for

from expertdb import vocabularies
from expertdb.code_words import EXPERT_STATUS
from expertdb.console.language import said
from expertdb.console.words import label, word

VOCABULARIES = {
    "kind": ("expert_kind",),
    "region": ("region",),
    "service": ("service_kind",),
    "subject": ("ip_subject",),
    "industry": vocabularies.INDUSTRIES,
}
TABLE_OF = {"status": "expert_status", "duty": "duty"}
HOME_PROVINCE = "350000"
PAGING = ("cursor", "limit")


def at_home(region: str) -> bool:
    """Whether a region is the province of this installation, or below it."""
    return HOME_PROVINCE in vocabularies.upwards(region, ("region",))


def ordered(counts: Mapping[str, int], name: str) -> list[tuple[str, int]]:
    """Values with their counts: statuses as life goes, the province's cities first, all others by how many."""
    found = list(counts.items())
    if name == "status":
        return sorted(found, key=lambda one: list(EXPERT_STATUS).index(one[0]))
    if name == "region":
        return sorted(found, key=lambda one: (not at_home(one[0]), -one[1], one[0]))
    return sorted(found, key=lambda one: (-one[1], one[0]))


def label_of(name: str, value: str | bool) -> str:
    """A filter's value in words."""
    if isinstance(value, bool):
        return said("overdue") if value else said("not overdue")
    return word(TABLE_OF[name], value) if name in TABLE_OF else label(value, *VOCABULARIES[name])


def total(counts: Mapping[str, Mapping[str, int]]) -> int:
    """How many experts meet every filter: each has one status."""
    of_status = counts["status"]
    chosen = request.args.get("status")
    return of_status.get(chosen, 0) if chosen in EXPERT_STATUS else sum(of_status.values())


def address_with(name: str, value: str | None) -> str:
    """The list with one filter changed and all others kept; None takes it away."""
    changed: dict[str, Any] = {key: given for key, given in request.args.items() if given and key != "cursor"}
    return url_for("console.list_experts", **{**changed, name: value})


def export_address() -> str:
    """The form for an export of those who meet the filters of this list."""
    filters: dict[str, Any] = {key: given for key, given in request.args.items() if given and key not in PAGING}
    return url_for("console.new_export", **filters)


FILTERS: dict[str, Any] = {"facet_order": ordered, "total": total}
GLOBALS: dict[str, Any] = {"facet_label": label_of, "found_with": address_with, "export_address": export_address}
