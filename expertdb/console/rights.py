"""What the people in the pool may ask for: claims with their answers, consents, a copy of everything held on them."""

from typing import Any

from flask import Response, render_template

from expertdb.console.forms import Form, plain
from expertdb.console.handling import go
from expertdb.console.language import said
from expertdb.console.rules import Reply, Visit, allow, asks, takes
from expertdb.console.site import pages
from expertdb.schemas.experts import ExpertAnswer
from expertdb.schemas.rights import (
    ClaimAnswer,
    ClaimBody,
    ClaimQuery,
    ClaimTransitionBody,
    ConsentAnswer,
    ConsentBody,
    ConsentTransitionBody,
    CopyQuery,
)
from expertdb.services import claims, consents, experts, held, subjects

CURATORS = ("administrator",)
READERS = (*CURATORS, "auditor")
ALL = {"limit": 200}
# What the form of a decision corrects, sealed values apart; anything else is corrected on the profile.
CORRECTED = ("name", "organisation", "position", "region", "title_level", "statement")


@pages.get("/claims")
@allow(*READERS)
@asks(ClaimQuery)
def list_claims(visit: Visit) -> Reply:
    """The claims of everybody, those first that are to be answered first."""
    page = claims.find(visit.session, visit.query)
    names = subjects.names(visit.session, [one.expert_id for one in page.items])
    found = ClaimAnswer(many=True).dump(page.items)
    return render_template(
        "rights/claims.html",
        claims=found,
        names=names,
        query=visit.query,
        next_cursor=page.next_cursor,
        today=visit.today.isoformat(),
    )


@pages.get("/experts/<expert_id>/rights")
@allow(*READERS)
def show_rights(visit: Visit, expert_id: str) -> Reply:
    """What this person claimed and agreed to, and the form for a copy of everything held on them."""
    return render_template("rights/show.html", form=visit.form or Form.blank(), **_of(visit, expert_id))


def _of(visit: Visit, expert_id: str) -> dict[str, Any]:
    return {
        "expert": ExpertAnswer().dump(experts.get(visit.session, expert_id)),
        "claims": ClaimAnswer(many=True).dump(claims.find(visit.session, ALL, expert_id).items),
        "consents": ConsentAnswer(many=True).dump(consents.find(visit.session, expert_id, ALL).items),
        "today": visit.today.isoformat(),
    }


@pages.post("/experts/<expert_id>/rights/copy")
@allow(*CURATORS)
@takes(CopyQuery, again=show_rights)
def copy_personal_data(visit: Visit, expert_id: str) -> Reply:
    """Everything held on this person, restricted values included, as one file for them; the audit log keeps why."""
    file = held.file_of(visit.session, expert_id, visit.body["reason"], actor=visit.actor, now=visit.now)
    headers = {"Content-Disposition": f'attachment; filename="personal-data-{visit.today}.json"'}
    return Response(file.getvalue(), mimetype="application/json", headers=headers)


@pages.get("/experts/<expert_id>/claims/new")
@allow(*CURATORS)
def new_claim(visit: Visit, expert_id: str) -> Reply:
    """The form for a claim that somebody made."""
    expert = ExpertAnswer().dump(experts.get(visit.session, expert_id))
    form = visit.form or Form.blank(received_on=visit.today.isoformat())
    return render_template("rights/new_claim.html", expert=expert, form=form)


@pages.post("/experts/<expert_id>/claims/new")
@allow(*CURATORS)
@takes(ClaimBody, again=new_claim)
def lodge_claim(visit: Visit, expert_id: str) -> Reply:
    """Record the claim."""
    claim = claims.lodge(visit.session, expert_id, visit.body, actor=visit.actor, now=visit.now)
    return go("show_claim", said("The claim is recorded."), expert_id=expert_id, claim_id=claim.id)


@pages.get("/experts/<expert_id>/claims/<claim_id>")
@allow(*READERS)
def show_claim(visit: Visit, expert_id: str, claim_id: str) -> Reply:
    """One claim, and the form for the decision on it; a correction is made with it."""
    claim = claims.get(visit.session, expert_id, claim_id)
    expert = ExpertAnswer().dump(experts.get(visit.session, expert_id))
    stated = plain({name: expert[name] for name in CORRECTED})
    return render_template(
        "rights/claim.html",
        expert=expert,
        claim=ClaimAnswer().dump(claim),
        names=subjects.names(visit.session, [claim.recorded_by, claim.decided_by or ""]),
        form=(visit.form or Form.blank(changes=stated)).of_version(claim.version),
    )


@pages.post("/experts/<expert_id>/claims/<claim_id>")
@allow(*CURATORS)
@takes(ClaimTransitionBody, again=show_claim)
def decide_claim(visit: Visit, expert_id: str, claim_id: str) -> Reply:
    """Grant the claim, which carries it out, or refuse it on a ground and with a reason."""
    claims.decide(
        visit.session,
        expert_id,
        claim_id,
        visit.body | _corrections(visit, expert_id),
        version=visit.version,
        actor=visit.actor,
        now=visit.now,
        rules=visit.rules,
    )
    return go("show_rights", said("The decision is recorded."), expert_id=expert_id)


def _corrections(visit: Visit, expert_id: str) -> dict[str, Any]:
    """What the form of a decision changes of the profile: what stands in it as it was is no correction."""
    if "changes" not in visit.body:
        return {}
    now = plain(ExpertAnswer(only=CORRECTED).dump(experts.get(visit.session, expert_id)))
    stated = visit.body["changes"]
    sealed = {name: value for name, value in stated.get("restricted", {}).items() if value}
    changed = {name: value for name, value in stated.items() if name in CORRECTED and not _same(value, now.get(name))}
    return {"changes": changed | ({"restricted": sealed} if sealed else {})}


def _same(stated: Any, stored: Any) -> bool:
    """Whether a field of the form holds what is stored; a form sends other line ends than it was given."""
    if isinstance(stated, str) and isinstance(stored, str):
        return stated.split() == stored.split()
    return (stated or None) == (stored or None)


@pages.get("/experts/<expert_id>/consents/new")
@allow(*CURATORS)
def new_consent(visit: Visit, expert_id: str) -> Reply:
    """The form for a consent that somebody gave."""
    expert = ExpertAnswer().dump(experts.get(visit.session, expert_id))
    form = visit.form or Form.blank(given_on=visit.today.isoformat())
    return render_template("rights/new_consent.html", expert=expert, form=form)


@pages.post("/experts/<expert_id>/consents/new")
@allow(*CURATORS)
@takes(ConsentBody, again=new_consent)
def record_consent(visit: Visit, expert_id: str) -> Reply:
    """Record the consent."""
    consents.record(visit.session, expert_id, visit.body, actor=visit.actor, now=visit.now)
    return go("show_rights", said("The consent is recorded."), expert_id=expert_id)


@pages.get("/experts/<expert_id>/consents/<consent_id>")
@allow(*READERS)
def show_consent(visit: Visit, expert_id: str, consent_id: str) -> Reply:
    """One consent, and the form to note that it was taken back."""
    consent = consents.get(visit.session, expert_id, consent_id)
    form = visit.form or Form.blank(to="withdrawn", on=visit.today.isoformat())
    return render_template(
        "rights/consent.html",
        expert=ExpertAnswer().dump(experts.get(visit.session, expert_id)),
        consent=ConsentAnswer().dump(consent),
        form=form.of_version(consent.version),
    )


@pages.post("/experts/<expert_id>/consents/<consent_id>")
@allow(*CURATORS)
@takes(ConsentTransitionBody, again=show_consent)
def withdraw_consent(visit: Visit, expert_id: str, consent_id: str) -> Reply:
    """Note that the consent was taken back; an erasure stays a claim of its own."""
    consents.withdraw(
        visit.session,
        expert_id,
        consent_id,
        visit.body,
        version=visit.version,
        actor=visit.actor,
        now=visit.now,
    )
    return go("show_rights", said("Saved."), expert_id=expert_id)
