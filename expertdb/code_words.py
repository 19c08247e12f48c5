"""What the codes of states, roles and reasons are called: words for sentences and pages, the codes for programs.

A sentence of a service never holds a bare code: it is given `called(...)`, which each reader sees in their language,
and a caller of the API as the code to send. The pages' further tables are in
`console/tables.py`.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from expertdb import conflict_types, vocabularies
from expertdb.wording import Text, Word, say
from expertdb.workdays import end_of_day, local_time

EXPERT_STATUS = {
    "draft": Text("Draft"),
    "submitted": Text("Submitted"),
    "under_review": Text("Under review"),
    "publicity": Text("In publicity"),
    "active": Text("Active"),
    "on_leave": Text("On leave"),
    "suspended": Text("Suspended"),
    "expired": Text("Term expired"),
    "renewed": Text("Renewed"),
    "removed": Text("Removed"),
    "withdrawn": Text("Withdrawn"),
    "erased": Text("Erased"),
}
REQUEST_STATUS = {
    "draft": Text("Draft"),
    "submitted": Text("Submitted"),
    "returned": Text("Returned"),
    "accepted": Text("Accepted"),
    "shortlisted": Text("Shortlisted"),
    "confirmed": Text("Confirmed"),
    "invited": Text("Invited"),
    "engaged": Text("Engaged"),
    "delivered": Text("Delivered"),
    "evaluated": Text("Evaluated"),
    "closed": Text("Closed"),
    "cancelled": Text("Cancelled"),
}
ROLE = {
    "administrator": Text("Administrator"),
    "reviewer": Text("Reviewer"),
    "agency": Text("Agency"),
    "policy_office": Text("Policy office"),
    "auditor": Text("Auditor"),
}
SCOPE = {"read": Text("Read"), "write": Text("Write")}
OBJECTION_STATUS = {
    "open": Text("Undecided"),
    "upheld": Text("Upheld"),
    "dismissed": Text("Dismissed"),
    "lapsed": Text("Lapsed"),
}
SANCTION_STATUS = {
    "standing": Text("In force"),
    "appealed": Text("Appealed against"),
    "dismissed": Text("Appeal dismissed"),
    "upheld": Text("Appeal upheld"),
    "lifted": Text("Lifted"),
}
VOCABULARY = {
    "ip_subject": Text("IP subjects"),
    "service_kind": Text("Services"),
    "expert_kind": Text("Kinds of expert"),
    "emerging_industry": Text("Strategic emerging industries"),
    "manufacturing_division": Text("Manufacturing divisions"),
    "ipc": Text("Patent classes"),
    "region": Text("Regions"),
    "title_level": Text("Title levels"),
    "organisation_kind": Text("Kinds of organisation"),
    "jurisdiction": Text("Jurisdictions"),
    "language": Text("Languages"),
}
# Why somebody is not on a list; statuses besides.
LEFT_OUT = EXPERT_STATUS | {
    "term_not_current": Text("Outside their term"),
    "outside_filters": Text("Outside the filters"),
    "away": Text("Away on these days"),
    "unreachable": Text("Cannot be reached"),
    "work_not_wanted": Text("Does not take this kind of work"),
    "load_reached": Text("Has as many engagements as they take"),
    "cooling_off": Text("Resting after an engagement"),
    "lower_rank": Text("Ranked lower"),
    "not_available": Text("Not available"),
    "no_affinity": Text("Nothing in common with the request"),
}
RESTRICTED = {
    "phone": Text("Telephone"),
    "email": Text("E-mail"),
    "address": Text("Address"),
    "id_number": Text("Identity number"),
    "licence_numbers": Text("Licence numbers"),
}
PANEL_STATUS = {
    "proposed": Text("Proposed"),
    "confirmed": Text("Confirmed"),
    "rejected": Text("Rejected"),
    "superseded": Text("Superseded"),
}
DRAW_STATUS = {
    "frozen": Text("Frozen"),
    "revealed": Text("Revealed"),
    "superseded": Text("Superseded"),
}
ENGAGEMENT_STATUS = {
    "invited": Text("Invited"),
    "accepted": Text("Has accepted"),
    "declined": Text("Has declined"),
    "silent": Text("Did not answer"),
    "withdrawn": Text("Withdrawn"),
    "delivered": Text("Delivered"),
}
# What may be done to a term of a vocabulary, and what may become of a suggested word.
VOCABULARY_DEED = {
    "add_alias": Text("Add an alias"),
    "remove_alias": Text("Take an alias away"),
    "add_code": Text("Add a code"),
    "relabel": Text("Change the labels"),
    "deprecate": Text("Take out of use"),
    "restore": Text("Put back into use"),
    "merge": Text("Merge into another code"),
}
SUGGESTION_STATUS = {"open": Text("Undecided"), "accepted": Text("Taken up"), "declined": Text("Not taken up")}
JOB_STATUS = {
    "queued": Text("Waits for its turn"),
    "running": Text("Being worked out"),
    "done": Text("Done"),
    "failed": Text("Failed"),
    "cancelled": Text("Cancelled"),
}
CLAIM_STATUS = {"open": Text("Undecided"), "granted": Text("Granted"), "refused": Text("Refused")}
NOTICE_STATUS = {"due": Text("To be sent"), "sent": Text("Sent"), "void": Text("No longer due")}
# The types of rules; `size` is the number of seats, of which answers speak as of a rule.
RULE = {
    "max_per_organisation": Text("At most so many from one organisation"),
    "max_per_region": Text("At most so many from one region"),
    "max_per_city": Text("At most so many from one city"),
    "max_per": Text("At most so many from one group"),
    "max_share": Text("At most a share of"),
    "min_share": Text("At least a share of"),
    "at_least_one": Text("At least one of"),
    "at_least": Text("At least so many of"),
    "at_most": Text("At most so many of"),
    "odd": Text("An odd number of members"),
    "keep_apart": Text("Not together"),
    "every_side": Text("Every side is present"),
    "cover": Text("What must be covered"),
    "forced": Text("Must be members"),
    "forbidden": Text("May not be members"),
    "max_load": Text("Within everybody's load"),
    "min_affinity": Text("Nobody below an affinity"),
    "fairness": Text("Prefer those who are asked less"),
    "size": Text("The number of seats"),
}
# The sides that the rules of presets speak of; any other is called what its office calls it.
SIDE = {"regulated": Text("the regulated side"), "dissenting": Text("those who disagree")}
# Where a panel may go: a replacement proposes another one, and leaves this as it is.
PANEL_STEP = PANEL_STATUS | {"replaced": Text("A member replaced")}
CONSENT_STATUS = {"given": Text("Given"), "withdrawn": Text("Taken back")}
# What a move of an expert may say besides the reason.
MOVE_DETAIL = {
    "term": Text("Term"),
    "until": Text("Last day of the leave"),
    "ground": Text("Ground"),
    "notified_on": Text("The expert was told on"),
    "then": Text("What becomes of the candidate"),
}
CALLED = {
    "claim_status": CLAIM_STATUS,
    "consent_status": CONSENT_STATUS,
    "draw_status": DRAW_STATUS,
    "engagement_status": ENGAGEMENT_STATUS,
    "expert_status": EXPERT_STATUS,
    "job_status": JOB_STATUS,
    "left_out": LEFT_OUT,
    "move_detail": MOVE_DETAIL,
    "notice_status": NOTICE_STATUS,
    "objection_status": OBJECTION_STATUS,
    "panel_status": PANEL_STATUS,
    "panel_step": PANEL_STEP,
    "request_status": REQUEST_STATUS,
    "restricted": RESTRICTED,
    "role": ROLE,
    "rule": RULE,
    "sanction_status": SANCTION_STATUS,
    "scope": SCOPE,
    "side": SIDE,
    "suggestion_status": SUGGESTION_STATUS,
    "vocabulary": VOCABULARY,
    "vocabulary_deed": VOCABULARY_DEED,
}


def called(table: str, code: str) -> Word:
    """What a code of one of the tables is called; an unknown one is its own word."""
    text = CALLED[table].get(code, code)
    return Word(code, zh=say(text, "zh"), en=str(text))


def all_called(table: str, codes: Iterable[str]) -> Word:
    """Several codes of a table in one line."""
    return Word.several(called(table, code) for code in codes)


def why_out(reason: str) -> Word:
    """Why somebody may not be chosen, in words; a recusal by its gravest type of conflict."""
    what, _, type = reason.partition(":")
    if what != "recused" or not type:
        return called("left_out", reason)
    found = conflict(type)
    parts = {language: say(Text("Recused: {type}", type=found), language) for language in ("zh", "en")}
    return Word(reason, **parts)


def conflict(type: str) -> Word:
    """What a type of conflict is called."""
    known = conflict_types.types().get(type)
    return Word(type, zh=type, en=type) if known is None else Word(type, zh=known.zh, en=known.en)


def until(moment: datetime) -> Word:
    """A moment until which something may be done, as clocks in China show it; programs get it in UTC."""
    shown = end_of_day(local_time(moment))
    return Word(moment.astimezone(UTC).isoformat(), zh=shown, en=shown)


def at(moment: str) -> Word:
    """A moment as clocks in China show it; programs get it as it is written."""
    shown = local_time(datetime.fromisoformat(moment))
    return Word(moment, zh=shown, en=shown)


def labelled(code: str, *names: str) -> Word:
    """What a code of these vocabularies (those of expertise) is called; an unknown one is its own word."""
    for name in names or vocabularies.EXPERTISE:
        term = vocabularies.load(name).terms.get(code)
        if term is not None:
            return Word(code, zh=term.zh, en=term.en)
    return Word(code, zh=code, en=code)
