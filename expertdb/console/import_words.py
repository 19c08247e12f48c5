"""What the page of imports says of columns, and of rows about people who are there already."""

from collections.abc import Iterable, Mapping
from typing import Any

from expertdb.console.forms import Form
from expertdb.console.language import said, tongue
from expertdb.console.words import options, person_name

MOST = 200  # Faults, and rows to decide on, that the page shows; the API gives all of them.


def target_label(targets: Iterable[Any], target: str | None) -> str:
    """A field of a profile by its usual heading, in the language of this page."""
    for column in targets:
        if column.target == target:
            headings = column.zh if tongue() == "zh" else column.en
            return str((headings or column.headings or (column.target,))[0])
    return target or ""


def place_of(fault: Mapping[str, Any], report: Mapping[str, Any], targets: Iterable[Any]) -> str:
    """The column where a fault stands: by letter and heading, or else by the field that no column fills."""
    if fault.get("column"):
        return str(fault["column"])
    _, what, *rest = str(fault["pointer"]).split("/")
    if what == "headings":
        headings = {one["column"]: f"{one['column']} {one['heading']}" for one in report["columns"]}
        return headings.get("".join(rest), "—")
    known = {one.target for one in targets}
    path = [step for step in rest[1:] if step != "restricted"]
    above = (".".join(path[:length]) for length in range(len(path), 0, -1))
    return next((target_label(targets, one) for one in above if one in known), "—")


def stated_target(form: Form, heading: str) -> str:
    """What a heading was corrected to; nothing where it is read as it says."""
    return _stated(form.rows("/columns"), "heading", heading, "target")


def stated_do(form: Form, row: int) -> str:
    """What was decided for a row; nothing where it is treated as all others."""
    return _stated(form.rows("/rows"), "row", row, "do")


def _stated(rows: Iterable[Mapping[str, Any]], key: str, value: Any, name: str) -> str:
    return str(next((row.get(name) or "" for row in rows if row.get(key) == value), ""))


def rows_to_decide(form: Form, report: Mapping[str, Any]) -> list[tuple[int, list[Mapping[str, Any]]]]:
    """Each row about somebody who is there already with whom it may mean, and each row that was decided on before.

    A row that is passed over is not read, so that the report does not tell of it any more.
    """
    decided = [row["row"] for row in form.rows("/rows") if row.get("do")]
    found: dict[int, list[Mapping[str, Any]]] = {row: [] for row in decided}
    for one in report["duplicates"]:
        found.setdefault(one["row"], []).append(one)
    return sorted(found.items(), key=lambda one: one[0])


def row_options(meant: Iterable[Mapping[str, Any]], stated: str) -> list[tuple[str, str]]:
    """What may become of a row: as all others, new, passed over, merged; with whom, where it may mean several."""
    experts = {one["expert"]["id"]: one["expert"] for one in meant if one["expert"]}
    found = options("import_decision")
    if len(experts) > 1 or stated.startswith("merge "):
        found = [(value, words) for value, words in found if value != "merge"]
        found += [
            (f"merge {id}", said("is merged with {name}", name=person_name(one["name"]))) for id, one in experts.items()
        ]
    return found


FILTERS: dict[str, Any] = {}
GLOBALS: dict[str, Any] = {
    "place_of": place_of,
    "target_label": target_label,
    "stated_target": stated_target,
    "stated_do": stated_do,
    "rows_to_decide": rows_to_decide,
    "row_options": row_options,
}
