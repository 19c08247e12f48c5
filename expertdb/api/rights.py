"""/api/v1/experts/{id}: what the people in the pool may ask for (claims, a copy of everything) and agree to."""

from expertdb.api.handling import Routes
from expertdb.api.routing import Call, Download, allow, answers, asks, downloads, edits, leaves_trace, takes
from expertdb.models.rights import Claim, Consent
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
from expertdb.schemas.shared import PageQuery
from expertdb.services import claims, consents, held
from expertdb.services.paging import Page

routes = Routes("rights")
READERS = ("administrator", "auditor")


@routes.get("/experts/<expert_id>/personal-data")
@allow("administrator")
@leaves_trace
@asks(CopyQuery)
@downloads("application/json")
def copy_personal_data(call: Call, expert_id: str) -> Download:
    """Everything that is held on a person, restricted values included, as one file for them; with a reason."""
    file = held.file_of(call.session, expert_id, call.query["reason"], actor=call.actor, now=call.now)
    return Download(file, "application/json", f"personal-data-{call.now:%Y-%m-%d}.json")


@routes.post("/experts/<expert_id>/claims")
@allow("administrator")
@takes(ClaimBody)
@answers(ClaimAnswer, 201)
def lodge_claim(call: Call, expert_id: str) -> Claim:
    """Record that a person asks for a copy, a correction or the erasure of their data."""
    return claims.lodge(call.session, expert_id, call.body, actor=call.actor, now=call.now)


@routes.get("/experts/<expert_id>/claims")
@allow(*READERS)
@asks(ClaimQuery)
@answers(ClaimAnswer, paged=True)
def list_claims_of_expert(call: Call, expert_id: str) -> Page:
    """List the claims of one expert."""
    return claims.find(call.session, call.query, expert_id)


@routes.get("/claims")
@allow(*READERS)
@asks(ClaimQuery)
@answers(ClaimAnswer, paged=True)
def list_claims(call: Call) -> Page:
    """List the claims of everybody, those first that are to be answered first."""
    return claims.find(call.session, call.query)


@routes.get("/experts/<expert_id>/claims/<claim_id>")
@allow(*READERS)
@answers(ClaimAnswer)
def read_claim(call: Call, expert_id: str, claim_id: str) -> Claim:
    """Read one claim; the ETag is what its answer must bring in If-Match."""
    return claims.get(call.session, expert_id, claim_id)


@routes.post("/experts/<expert_id>/claims/<claim_id>/transitions")
@allow("administrator")
@edits
@takes(ClaimTransitionBody)
@answers(ClaimAnswer)
def decide_claim(call: Call, expert_id: str, claim_id: str) -> Claim:
    """Grant a claim, which carries it out, or refuse it on a ground and with a reason."""
    return claims.decide(
        call.session,
        expert_id,
        claim_id,
        call.body,
        version=call.version,
        actor=call.actor,
        now=call.now,
        rules=call.rules,
    )


@routes.post("/experts/<expert_id>/consents")
@allow("administrator")
@takes(ConsentBody)
@answers(ConsentAnswer, 201)
def record_consent(call: Call, expert_id: str) -> Consent:
    """Record to which version of the privacy notice a person agreed."""
    return consents.record(call.session, expert_id, call.body, actor=call.actor, now=call.now)


@routes.get("/experts/<expert_id>/consents")
@allow(*READERS)
@asks(PageQuery)
@answers(ConsentAnswer, paged=True)
def list_consents(call: Call, expert_id: str) -> Page:
    """List the consents of an expert, the latest first."""
    return consents.find(call.session, expert_id, call.query)


@routes.get("/experts/<expert_id>/consents/<consent_id>")
@allow(*READERS)
@answers(ConsentAnswer)
def read_consent(call: Call, expert_id: str, consent_id: str) -> Consent:
    """Read one consent; the ETag is what its withdrawal must bring in If-Match."""
    return consents.get(call.session, expert_id, consent_id)


@routes.post("/experts/<expert_id>/consents/<consent_id>/transitions")
@allow("administrator")
@edits
@takes(ConsentTransitionBody)
@answers(ConsentAnswer)
def withdraw_consent(call: Call, expert_id: str, consent_id: str) -> Consent:
    """Record that a person takes a consent back."""
    return consents.withdraw(
        call.session, expert_id, consent_id, call.body, version=call.version, actor=call.actor, now=call.now
    )
