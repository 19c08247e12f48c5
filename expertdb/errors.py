"""What can go wrong in the domain; no error here knows HTTP.

DomainError
├── NotFound                    nothing has this id, or the caller may not know that something has
├── NotAllowed                  the caller's role does not include this
├── InvalidInput                one or more fields are wrong; `faults` names each
├── EditedMeanwhile             somebody else changed the row since the caller read it
├── AlreadyExists               the same thing is stored already
├── TransitionNotAllowed        the state does not lead there
├── StepIsMissing               what the new state would say has not happened yet
├── ObjectionsAreClosed         the candidate is not in publicity
├── ExpertIsNotEligible         somebody named may not be chosen for this request
├── PoolHasMoved                what was decided on is no longer so; `faults` say what changed
├── PoolIsMoving                the pool was edited while it was ranked, and this transaction cannot see the edit
├── RequestIsNotOpen            the request is in no state in which this can be done for it
├── DeviationNeedsReason        somebody sits although better ranked ones do not, and nobody said why
├── PanelIsNotConfirmed         nobody has decided on the panel
├── RedrawNeedsReason           a draw for this request is on record already
├── TooEarlyToReveal            the public value of a draw may not be used yet
├── DrawIsNotFrozen             the draw was revealed already, or another took its place
├── NothingToWaive              the expert has no such conflict in this request
├── ConflictCannotBeWaived      conflicts of this kind keep the expert out in any case
├── OnlyDraftsCanBeDeleted      whoever has left the draft state leaves by a transition
├── RequestIsClosedToEdits      the request has left the states in which it may be edited
├── OrganisationInUse           experts or requests still point to it
├── LastAdministrator           nobody would be left who can make users
├── TooManyAttempts             passwords are being tried; `wait` says how long no more are looked at
├── ExpertIsErased              nothing is held on this person any more, and nothing is entered again
├── SuggestionDecidedAlready    somebody accepted or declined it before
├── RestrictedValueUnreadable   the key that sealed a value is not at hand, or the value was altered
├── KeysHaveChanged             a newer key holds, which this process does not know
├── BackupIsUnusable            the file is no backup, is damaged, or was not made with this installation's key
└── IdempotencyKeyReused        the key was used before, with another body

`expertdb/api/problems.py` turns each into its HTTP answer; a test fails when one has no row there.
"""

from dataclasses import dataclass
from datetime import timedelta

from expertdb.code_words import all_called, at, called
from expertdb.wording import Text


@dataclass(frozen=True)
class Fault:
    """One fault of the input: `pointer` is a JSON pointer into the body or `/query/<name>`."""

    pointer: str
    detail: str


@dataclass(frozen=True)
class RowFault(Fault):
    """A fault of one row of a file.

    `column` is its letter and heading, `nearest` the valid codes most like the value.
    """

    row: int
    column: str | None = None
    nearest: tuple[str, ...] = ()


class DomainError(Exception):
    """Base of everything the services raise; `detail` says what was found, what was needed, what to do next."""

    def __init__(self, detail: Text, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = faults


class NotFound(DomainError):
    """Nothing has this id, or the caller may not know that something has."""

    def __init__(self, noun: str, id: str) -> None:
        super().__init__(Text("There is no {noun} with the id {id}.", noun=Text(noun), id=id))


class NotAllowed(DomainError):
    """The caller's role does not include this."""


class InvalidInput(DomainError):
    """One or more fields are wrong."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(Text("{count} field(s) are wrong; nothing was stored.", count=len(faults)), faults)


class EditedMeanwhile(DomainError):
    """Somebody else changed the row since the caller read it."""

    def __init__(self, current: int | None = None) -> None:
        if current is None:
            super().__init__(Text("Somebody changed this meanwhile. Read it again and repeat the edit."))
            return
        detail = 'Somebody changed this meanwhile: it is now "{current}". Read it again and repeat the edit.'
        super().__init__(Text(detail, current=current))


class AlreadyExists(DomainError):
    """The same thing is stored already."""


class TransitionNotAllowed(DomainError):
    """The state does not lead there."""

    def __init__(self, kind: str, current: str, to: str, allowed: tuple[str, ...]) -> None:
        table = f"{kind}_status"
        detail = Text(
            'From "{current}" there is no way to "{to}"; allowed: {allowed}.',
            current=called(table, current),
            to=called("panel_step" if kind == "panel" else table, to),
            allowed=all_called(table, allowed),
        )
        super().__init__(detail, (Fault("/to", detail),))


class StepIsMissing(DomainError):
    """What the new state would say has not happened yet."""


class ObjectionsAreClosed(DomainError):
    """The candidate is not in publicity."""

    def __init__(self, status: str) -> None:
        detail = 'Objections are taken during publicity; this expert is "{status}". Suspend an active one instead.'
        super().__init__(Text(detail, status=called("expert_status", status)))


class ExpertIsNotEligible(DomainError):
    """Somebody named may not be chosen for this request: recused, not active, or over their load."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(Text("{count} of those named may not be chosen for this request.", count=len(faults)), faults)


class PoolHasMoved(DomainError):
    """What was decided on is no longer so; `faults` say what changed since."""

    def __init__(self, then: int, now: int, faults: tuple[Fault, ...]) -> None:
        detail = (
            "The pool has moved from version {then} to {now}, and {count} thing(s) that count are not as they were."
        )
        super().__init__(Text(detail, then=then, now=now, count=len(faults)), faults)


class PoolIsMoving(DomainError):
    """The pool was edited while it was ranked, and this transaction cannot see the edit; the next one can."""

    def __init__(self) -> None:
        super().__init__(Text("The pool was edited while it was being ranked. Ask again."))


class RequestIsNotOpen(DomainError):
    """The request is in no state in which this can be done for it."""

    def __init__(self, status: str, needed: tuple[str, ...]) -> None:
        detail = 'This request is "{status}"; this can be done while it is: {needed}.'
        found, wanted = called("request_status", status), all_called("request_status", needed)
        super().__init__(Text(detail, status=found, needed=wanted))


class DeviationNeedsReason(DomainError):
    """Somebody sits although better ranked ones do not, and nobody said why."""


class PanelIsNotConfirmed(DomainError):
    """Nobody has decided on the panel, or another took its place."""

    def __init__(self, status: str) -> None:
        detail = 'This panel is "{status}"; members of a confirmed one are invited.'
        super().__init__(Text(detail, status=called("panel_status", status)))


class RedrawNeedsReason(DomainError):
    """A draw for this request is on record already."""

    def __init__(self, id: str) -> None:
        detail = Text("A draw for this request is on record ({id}); say why it is repeated.", id=id)
        super().__init__(detail, (Fault("/reason", detail),))


class TooEarlyToReveal(DomainError):
    """The public value of a draw may not be used yet."""

    def __init__(self, not_before: str) -> None:
        super().__init__(Text("The public value may not be used before {not_before}.", not_before=at(not_before)))


class DrawIsNotFrozen(DomainError):
    """The draw was revealed already, or another took its place."""

    def __init__(self, status: str) -> None:
        detail = 'This draw is "{status}"; only a frozen one can be revealed, and once.'
        super().__init__(Text(detail, status=called("draw_status", status)))


class NothingToWaive(DomainError):
    """The expert has no such conflict in this request."""


class ConflictCannotBeWaived(DomainError):
    """Conflicts of this kind keep the expert out in any case."""


class OnlyDraftsCanBeDeleted(DomainError):
    """Whoever has left the draft state leaves by a transition."""

    def __init__(self, status: str) -> None:
        detail = 'Only drafts can be deleted; this expert is "{status}". Move them on instead: {ways}.'
        found, ways = called("expert_status", status), all_called("expert_status", ("removed", "withdrawn"))
        super().__init__(Text(detail, status=found, ways=ways))


class RequestIsClosedToEdits(DomainError):
    """The request has left the states in which it may be edited."""

    def __init__(self, status: str, editable: tuple[str, ...], identifiable: tuple[str, ...]) -> None:
        found, wanted = called("request_status", status), all_called("request_status", editable)
        if status in identifiable:
            detail = (
                'This request is "{status}"; it can be edited while it is: {editable}. Now an office may only say '
                "which organisations its parties and related organisations are, names and roles as they stand."
            )
        else:
            detail = 'This request is "{status}"; it can be edited while it is: {editable}.'
        super().__init__(Text(detail, status=found, editable=wanted))


class OrganisationInUse(DomainError):
    """Experts or requests still point to it."""


class LastAdministrator(DomainError):
    """Nobody would be left who can make users."""


class TooManyAttempts(DomainError):
    """Passwords are being tried; for `wait` no more are looked at."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        minutes = max(1, -(-int(wait.total_seconds()) // 60))
        super().__init__(Text("Too many attempts. Wait {minutes} min and try again.", minutes=minutes))


class ExpertIsErased(DomainError):
    """Nothing is held on this person any more, and nothing is entered again."""

    def __init__(self, id: str) -> None:
        super().__init__(Text("The data of the expert {id} were erased; nothing is entered on them again.", id=id))


class SuggestionDecidedAlready(DomainError):
    """Somebody accepted or declined it before."""

    def __init__(self, status: str) -> None:
        detail = 'This suggestion was decided already: "{status}".'
        super().__init__(Text(detail, status=called("suggestion_status", status)))


class RestrictedValueUnreadable(DomainError):
    """The key that sealed a value is not at hand, or the value was altered."""

    def __init__(self, field: str, key: str) -> None:
        detail = (
            'A sealed value ({field}) cannot be opened with the key "{key}" of EXPERTDB_FIELD_KEYS. Put back the key '
            "that sealed it; if it is there, the value was altered."
        )
        super().__init__(Text(detail, field=called("restricted", field), key=key))


class KeysHaveChanged(DomainError):
    """Numbers are hashed, or the log is sealed, with a newer key by processes started later; this one lacks it."""

    def __init__(self, key: str, setting: str = "EXPERTDB_FIELD_KEYS") -> None:
        detail = (
            'This process was started before the key "{key}" was put into EXPERTDB_FIELD_KEYS and takes no identity '
            "numbers any more. Try again in a moment; if it stays so, restart the service."
        )
        if setting == "EXPERTDB_AUDIT_KEY":
            detail = (
                'This process was started before the key "{key}" began to seal the audit log and changes nothing any '
                "more. Try again in a moment; if it stays so, restart the service."
            )
        super().__init__(Text(detail, key=key))


class BackupIsUnusable(DomainError):
    """The file is no backup, is damaged, or was not made with this installation's key."""


class IdempotencyKeyReused(DomainError):
    """The key was used before, with another body."""
