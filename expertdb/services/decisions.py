"""What becomes of each row of an import: entered, merged, passed over, or a fault that wants a decision."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from expertdb.errors import Fault
from expertdb.services import experts
from expertdb.services.duplicates import Match
from expertdb.services.merging import Prefer
from expertdb.wording import Text

Do = Literal["new", "merge", "skip"]
Policy = Literal["refuse", "new", "merge", "skip"]
PLACES = {
    "source_id": "/id",
    "id_number": "/restricted/id_number",
    "licence_numbers": "/restricted/licence_numbers",
    "name": "/name",
}
WHAT = {
    "source_id": Text("id"),
    "id_number": Text("identity number"),
    "licence_numbers": Text("licence number"),
    "name": Text("name and employer"),
}
ONE_OF_A_KIND = ("source_id", "id_number")  # No two experts may share one.


@dataclass(frozen=True)
class Decision:
    """What somebody decided for a row; `into` names the expert where more than one matches."""

    do: Do
    into: str | None = None


@dataclass(frozen=True)
class Choices:
    """How duplicates are treated: each row as decided, the rest by policy.

    Without a policy certain and likely ones are faults that want a decision, and possible ones are entered and listed.
    """

    policy: Policy | None = None
    prefer: Prefer = "pool"
    rows: Mapping[int, Decision] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What becomes of a row; a merge has its expert."""

    do: Do
    into: str | None = None


def outcome(row: int, source_id: str | None, matches: list[Match], choices: Choices) -> Outcome | Fault:
    """What becomes of a row that matches these people, the weightiest first."""
    stated = choices.rows.get(row)
    if stated is not None:
        return _as_stated(row, stated, matches)
    if not matches:
        return Outcome("new")
    if choices.policy is None or choices.policy == "refuse":
        possible = matches[0].weight == "possible" and choices.policy is None
        return Outcome("new") if possible else _undecided(matches[0], source_id)
    return _as_stated(row, Decision(choices.policy), matches)


def _as_stated(row: int, stated: Decision, matches: list[Match]) -> Outcome | Fault:
    if stated.do == "skip":
        return Outcome("skip")
    if stated.do == "new":
        shared = next((match for match in matches if match.why in ONE_OF_A_KIND), None)
        return (
            Outcome("new")
            if shared is None
            else _fault(row, shared.why, Text("Two experts cannot share it: pass the row over, or merge it."))
        )
    if stated.into is not None:
        return _into(row, stated.into, matches)
    return _merge(row, matches)


def _into(row: int, expert: str, matches: list[Match]) -> Outcome | Fault:
    """A merge into the expert whom somebody named, unless another one has what no two may share."""
    others = (match for match in matches if match.why in ONE_OF_A_KIND and match.expert not in (None, expert))
    if (other := next(others, None)) is None:
        return Outcome("merge", expert)
    template = (
        "The expert {id} has the same {what}, which two experts cannot share: merge the row into them, or skip it."
    )
    return _fault(row, other.why, Text(template, id=other.expert, what=WHAT[other.why]))


def twice(row: int, matches: list[Match], other: int) -> Fault:
    """What to say of a row that would be merged into the expert whom an earlier row is merged into."""
    template = "Row {other} is merged into the same expert; two rows cannot be: skip one, or put them together."
    return _fault(row, matches[0].why if matches else "name", Text(template, other=other))


def _merge(row: int, matches: list[Match]) -> Outcome | Fault:
    weightiest = [match for match in matches if match.weight == matches[0].weight]
    there = list(dict.fromkeys(match.expert for match in weightiest if match.expert))
    if len(there) == 1:
        return Outcome("merge", there[0])
    if there:
        detail = Text("The row matches several experts: {ids}. Say which one to merge it into.", ids=", ".join(there))
        return _fault(row, matches[0].why, detail)
    if not matches:
        return _fault(row, "name", Text("Nobody in the pool matches this row; say whom it is, or enter it anew."))
    detail = Text(
        "The row is about the person of row {other}; two rows cannot be merged: pass one over.", other=matches[0].other
    )
    return _fault(row, matches[0].why, detail)


def _fault(row: int, why: str, detail: Text) -> Fault:
    return Fault(f"/rows/{row}{PLACES[why]}", detail)


def _undecided(match: Match, source_id: str | None) -> Fault:
    """What to say of a row that matches somebody and wants a decision."""
    if match.why == "source_id":
        what = _same_source(match, source_id or "")
    elif match.expert is None:
        template = "Row {other} has the same {what}. Decide for this row: pass it over, merge it, or enter it anew."
        what = Text(template, other=match.other, what=WHAT[match.why])
    else:
        template = "The expert {id} has the same {what}. Decide for this row: pass it over, merge it, or enter it anew."
        what = Text(template, id=match.expert, what=WHAT[match.why])
    return _fault(match.row, match.why, what)


def _same_source(match: Match, source_id: str) -> Text:
    if match.expert is None:
        return Text("Row {first} has this id already.", first=match.other)
    return experts.known_source(match.expert, source_id)


def unknown_rows(choices: Choices, rows: Iterable[int]) -> list[Fault]:
    """The faults of decisions about rows that the file does not have."""
    missing = sorted(set(choices.rows) - set(rows))
    return [Fault(f"/decisions/{row}", Text("The file has no row {row} to decide on.", row=row)) for row in missing]
