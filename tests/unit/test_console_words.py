"""Codes in words: every code that a page can show is in the tables, and every entry of a table is somebody's code."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from expertdb import conflict_types, vocabularies
from expertdb.console.tables import TABLES
from expertdb.models import (
    draws,
    engagements,
    evaluations,
    experts,
    jobs,
    notices,
    objections,
    opinions,
    panels,
    requests,
    restricted,
    rights,
    sanctions,
    tokens,
)
from expertdb.models import vocabularies as vocabulary_models
from expertdb.schemas import imports
from expertdb.schemas.audit import ROLES_IN_LOG
from expertdb.schemas.experts import ITEM_KINDS, ExpertPatch
from expertdb.schemas.exports import FORMATS
from expertdb.schemas.requests import NEEDS, RequestPatch
from expertdb.schemas.shortlists import Filters
from expertdb.schemas.users import UserPatch
from expertdb.schemas.vocabularies import SUGGESTION_STATUSES
from expertdb.services import (
    answers,
    author_records,
    batches,
    eligibility,
    exclusions,
    lifecycle,
    matter_duties,
    shown,
    sweep,
)
from expertdb.worker import KINDS
from matching.assignment import FAIRNESS
from matching.panel import GROUPINGS, TYPES, preset, presets

ROOT = Path(__file__).parents[2]
EXACT: dict[str, Iterable[str]] = {
    "expert_status": experts.STATUSES,
    "expert_move": {to for ways in lifecycle.EXPERT_WAYS.values() for to in ways},
    "entry_source": experts.ENTRY_SOURCES,
    "mode": experts.MODES,
    "item_kind": ITEM_KINDS,
    "request_status": requests.STATUSES,
    "request_move": {to for ways in lifecycle.REQUEST_WAYS.values() for to in ways},
    "request_kind": requests.KINDS,
    "urgency": requests.URGENCIES,
    "secrecy": requests.SECRECIES,
    "stage": requests.STAGES,
    "need": NEEDS,
    "role": tokens.ROLES,
    "audit_role": ROLES_IN_LOG,
    "scope": tokens.SCOPES,
    "ground": sanctions.GROUNDS,
    "sanction_kind": sanctions.SANCTION_KINDS,
    "sanction_status": sanctions.SANCTION_STATES,
    "objector": objections.OBJECTORS,
    "objection_ground": objections.OBJECTION_GROUNDS,
    "objection_status": objections.OBJECTION_STATES,
    "restricted": restricted.FIELDS,
    "vocabulary": vocabularies.NAMES,
    "filter": Filters().fields,
    "gap": (shown.HELD_BY_NOBODY, shown.HELD_BY_LEFT_OUT, shown.HELD_OUTSIDE_FILTERS),
    "draw_status": draws.DRAW_STATES,
    "engagement_status": engagements.ENGAGEMENT_STATES,
    "engagement_move": {to for ways in lifecycle.ENGAGEMENT_WAYS.values() for to in ways},
    "declaring": engagements.WAYS_OF_DECLARING,
    "own_answer": answers.OWN_WAYS,
    "position": opinions.POSITIONS,
    "adoption": opinions.ADOPTIONS,
    "criterion": evaluations.CRITERIA,
    "duty": notices.DUTIES,
    "matter_duty": matter_duties.KINDS,
    "effect": conflict_types.EFFECTS,
    "certainty": conflict_types.CERTAINTIES,
    "panel_status": panels.PANEL_STATES,
    "choice": panels.CHOICES,
    "rule": {*TYPES, "size"},
    "grouping": GROUPINGS,
    "vocabulary_deed": vocabulary_models.DEEDS,
    "suggestion_status": SUGGESTION_STATUSES,
    "job_status": jobs.JOB_STATES,
    "job_kind": KINDS,
    "swept": {step.name for step in sweep.STEPS},
    "job_stage": (batches.READING, batches.SOLVING),
    "fairness": FAIRNESS,
    "claim_kind": rights.CLAIM_KINDS,
    "claim_status": rights.CLAIM_STATES,
    "refusal": rights.REFUSALS,
    "consent_form": rights.CONSENT_FORMS,
    "notice_kind": notices.NOTICE_KINDS,
    "notice_status": notices.NOTICE_STATES,
    "export_format": FORMATS,
    "import_policy": imports.POLICIES,
    "no_work": (author_records.NO_TITLE, *author_records.NO_WORKS),
    "import_decision": imports.DECISIONS,
    "import_prefer": imports.PREFERENCES,
}
AT_LEAST: dict[str, Iterable[str]] = {
    "action": {f"job.{status}" for status in jobs.ENDED},
    "left_out": {
        *experts.STATUSES,
        *(exclusions.TERM_NOT_CURRENT, eligibility.OUTSIDE_FILTERS, shown.NOT_AVAILABLE, "lower_rank", "no_affinity"),
    },
    "preset_rule": {rule["name"] for name in presets() for rule in preset(name, requester_region="350200").rules},
    "field": ({*ExpertPatch().fields, *RequestPatch().fields, *UserPatch().fields} - {"entry", "restricted"}),
}


@pytest.mark.parametrize("table", EXACT)
def test_table_holds_the_codes_that_there_are(table: str) -> None:
    assert set(TABLES[table]) == set(EXACT[table])


@pytest.mark.parametrize("table", AT_LEAST)
def test_table_holds_at_least_these_codes(table: str) -> None:
    assert set(AT_LEAST[table]) - set(TABLES[table]) == set()


def recorded() -> Iterator[tuple[str, str]]:
    """Action and kind of thing of every call of `audit.record`, as far as they are written down there."""
    for path in sorted((ROOT / "expertdb").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("audit.record", "_audit")):
                actions = [one.value for one in node.args if isinstance(one, ast.Constant) and "." in str(one.value)]
                kinds = [
                    one.value.value
                    for one in node.keywords
                    if one.arg == "kind" and isinstance(one.value, ast.Constant)
                ]
                yield from ((str(action), str(kinds[0]) if kinds else "") for action in actions)


def details() -> Iterator[str]:
    """What the calls of `audit.record` keep besides, by its name: in the call, or in a dictionary beside it."""
    for path in sorted((ROOT / "expertdb").rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            calls = [
                node
                for node in ast.walk(function)
                if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("audit.record", "_audit"))
            ]
            yield from (one.arg for call in calls for one in call.keywords if one.arg not in (None, "kind", "id"))
            spread = {ast.unparse(one.value) for call in calls for one in call.keywords if one.arg is None}
            for node in ast.walk(function):
                if isinstance(node, ast.Assign | ast.AugAssign) and isinstance(node.value, ast.Dict):
                    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                    if ast.unparse(target) in spread:
                        yield from (str(key.value) for key in node.value.keys if isinstance(key, ast.Constant))


def test_every_detail_that_is_recorded_has_words() -> None:
    found = set(details())
    assert len(found) > 40
    assert sorted(found - set(TABLES["detail"]) - {"kind", "id"}) == []


def test_every_deed_that_is_recorded_has_words() -> None:
    found = list(recorded())
    assert len(found) > 30
    assert sorted({action for action, _ in found} - set(TABLES["action"])) == []
    assert sorted({kind for _, kind in found if kind} - set(TABLES["subject"])) == []
