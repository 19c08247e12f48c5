"""Where an expert or a request may go from each state: data, read by the services."""

from expertdb.errors import ExpertIsErased, TransitionNotAllowed

EXPERT_WAYS: dict[str, tuple[str, ...]] = {
    "draft": ("submitted", "withdrawn"),
    "submitted": ("under_review", "draft", "withdrawn"),
    "under_review": ("publicity", "draft", "removed", "withdrawn"),
    "publicity": ("active", "under_review", "removed", "withdrawn"),
    "active": ("on_leave", "suspended", "expired", "renewed", "removed", "withdrawn"),
    "on_leave": ("active", "suspended", "expired", "removed", "withdrawn"),
    "suspended": ("active", "expired", "removed", "withdrawn"),
    "expired": ("renewed", "removed", "withdrawn"),
    "renewed": ("active", "expired", "removed", "withdrawn"),
    "removed": ("under_review", "active", "suspended", "expired", "erased"),
    "withdrawn": ("erased",),
    "erased": (),
}
PANEL_WAYS: dict[str, tuple[str, ...]] = {
    "proposed": ("confirmed", "rejected", "superseded"),
    "confirmed": ("superseded",),
    "rejected": (),
    "superseded": (),
}
ENGAGEMENT_WAYS: dict[str, tuple[str, ...]] = {
    "invited": ("accepted", "declined", "silent", "withdrawn"),
    "accepted": ("delivered", "withdrawn"),
    "declined": (),
    "silent": (),
    "withdrawn": (),
    "delivered": (),
}
REQUEST_WAYS: dict[str, tuple[str, ...]] = {
    "draft": ("submitted", "cancelled"),
    "submitted": ("returned", "accepted", "shortlisted", "cancelled"),
    "returned": ("submitted", "cancelled"),
    "accepted": ("shortlisted", "confirmed", "cancelled"),
    "shortlisted": ("confirmed", "cancelled"),
    "confirmed": ("invited", "shortlisted", "accepted", "cancelled"),
    "invited": ("engaged", "cancelled"),
    "engaged": ("delivered", "cancelled"),
    "delivered": ("evaluated", "closed"),
    "evaluated": ("closed",),
    "closed": (),
    "cancelled": (),
}
# An agency sends, takes back and sends again; everything else is an office's decision.
AGENCY_WAYS = ("submitted", "cancelled")


def check(kind: str, ways: dict[str, tuple[str, ...]], current: str, to: str) -> None:
    """Raise TransitionNotAllowed, which names the ways there are, unless `to` is one of them; `kind` is what moves."""
    if to not in ways[current]:
        raise TransitionNotAllowed(kind, current, to, ways[current])


def refuse_erased(expert_id: str, status: str) -> None:
    """Raise ExpertIsErased for somebody on whom nothing may be entered again."""
    if status == "erased":
        raise ExpertIsErased(expert_id)
