"""Evaluations of experts after they served, their replies, and whom the ratings propose to suspend."""

from expertdb.api.handling import Routes
from expertdb.api.routing import Call, allow, answers, asks, takes
from expertdb.models.evaluations import Evaluation
from expertdb.schemas.evaluations import (
    EvaluationAnswer,
    EvaluationBody,
    EvaluationQuery,
    ReplyBody,
    SuspensionProposal,
)
from expertdb.services import evaluations
from expertdb.services.actors import EXPERT
from expertdb.services.paging import Page

routes = Routes("evaluations")

EVALUATORS = ("administrator", "policy_office", "agency")
READERS = (*EVALUATORS, "auditor", EXPERT)


@routes.post("/evaluations")
@allow(*EVALUATORS)
@takes(EvaluationBody)
@answers(EvaluationAnswer, 201, location="/evaluations")
def evaluate_expert(call: Call) -> Evaluation:
    """Rate how an expert served, within some working days of the delivery."""
    return evaluations.evaluate(call.session, call.body, call.rules, actor=call.actor, now=call.now)


@routes.get("/evaluations")
@allow(*READERS)
@asks(EvaluationQuery)
@answers(EvaluationAnswer, paged=True)
def list_evaluations(call: Call) -> Page:
    """List the evaluations that meet every filter, newest first."""
    return evaluations.find(call.session, call.query, actor=call.actor)


@routes.get("/evaluations/proposals")
@allow("administrator", "reviewer", "auditor")
@answers(SuspensionProposal, paged=True)
def list_proposals(call: Call) -> Page:
    """List whom ratings propose to suspend; an administrator decides, and no rank is touched."""
    return Page(evaluations.proposals(call.session, now=call.now), None)


@routes.get("/evaluations/<evaluation_id>")
@allow(*READERS)
@answers(EvaluationAnswer)
def read_evaluation(call: Call, evaluation_id: str) -> Evaluation:
    """Read one evaluation."""
    return evaluations.load(call.session, evaluation_id, actor=call.actor)


@routes.post("/evaluations/<evaluation_id>/replies")
@allow(EXPERT)
@takes(ReplyBody)
@answers(EvaluationAnswer)
def reply_to_evaluation(call: Call, evaluation_id: str) -> Evaluation:
    """Reply to an evaluation, once and in time."""
    return evaluations.reply(call.session, evaluation_id, call.body["text"], actor=call.actor, now=call.now)
