"""What codes of the system are called in people's words. A test holds every table to its model, and to its Chinese."""

from expertdb import vocabularies
from expertdb.console.language import tongue
from expertdb.wording import Text, say

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
REQUEST_KIND = {"consultation": Text("Consultation"), "policy_drafting": Text("Policy drafting")}
NEED = {"must": Text("Required"), "nice": Text("Desirable")}
URGENCY = {"normal": Text("Normal"), "urgent": Text("Urgent"), "critical": Text("Critical")}
ITEM_KIND = {
    "publication": Text("Publication"),
    "patent": Text("Patent"),
    "case": Text("Case"),
    "project": Text("Project"),
    "policy_draft": Text("Policy draft"),
    "standard": Text("Standard"),
    "training": Text("Training"),
}
MODE = {
    "written": Text("In writing"),
    "meeting": Text("Meeting"),
    "commissioned": Text("Commissioned study"),
    "on_site": Text("On site"),
    "online": Text("Online"),
}
REASON_FIELD = {
    "concept": Text("Subject or service"),
    "native": Text("Words"),
    "pivot": Text("Across languages"),
    "adjustment": Text("Adjustment"),
    "rest": Text("All other words"),
}
TABLES = {
    "expert_status": EXPERT_STATUS,
    "request_status": REQUEST_STATUS,
    "role": ROLE,
    "scope": SCOPE,
    "request_kind": REQUEST_KIND,
    "need": NEED,
    "urgency": URGENCY,
    "item_kind": ITEM_KIND,
    "mode": MODE,
    "reason_field": REASON_FIELD,
}


def word(table: str, value: str | None) -> str:
    """What a code is called in the language of this page; an unknown one as it is, nothing for none."""
    if value is None:
        return ""
    known = TABLES[table].get(value)
    return value if known is None else say(known, tongue())


def options(table: str) -> list[tuple[str, str]]:
    """The codes of a table with their words, as a list to choose from."""
    return [(value, word(table, value)) for value in TABLES[table]]


def label(code: str | None, *names: str) -> str:
    """A vocabulary code in the language of this page, looked up in the vocabularies named (those of expertise)."""
    for name in names or vocabularies.EXPERTISE:
        term = vocabularies.load(name).terms.get(code or "")
        if term is not None:
            return term.zh if tongue() == "zh" else term.en
    return code or ""


def person_name(name: dict[str, str]) -> str:
    """A name as wire forms hold it: in the language of this page first, the other in brackets."""
    first, second = ("zh", "en") if tongue() == "zh" else ("en", "zh")
    both = [name[language] for language in (first, second) if name.get(language)]
    return both[0] + (f" ({both[1]})" if len(both) > 1 else "") if both else "—"
