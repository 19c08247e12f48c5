"""What rules ask of an expert, said in one way for panels, draws and batches."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from expertdb.models.experts import Expert
from expertdb.models.organisations import Organisation
from expertdb.models.requests import ConsultationRequest
from expertdb.services.loads import Load
from expertdb.vocabularies import standing_for, upwards
from matching.panel import PanelCandidate

REGION = ("region",)
BUREAU, OFFICIAL = "O-GOV", "K-ADM"


def described(row: Expert | Row[Any], codes: Collection[str], employer: str | None, load: Load) -> dict[str, Any]:
    """An expert as every request sees them, as a plain object that a snapshot keeps; `employer` is what kind it is."""
    return {
        "organisation": row.organisation_id,
        "region": row.region,
        "kind": row.kind,
        "codes": sorted(codes),
        "languages": sorted(row.languages),
        "title_level": row.title_level,
        "regulator": is_official(row, employer),
        "newcomer": not load.served,
        "load": load.count,
        "capacity": row.availability.get("max_load"),
    }


def is_official(row: Expert | Row[Any], employer: str | None) -> bool:
    """Whether somebody is an official of a government bureau, and so of the regulator whoever asks."""
    return row.kind == standing_for(OFFICIAL, ("expert_kind",)) and _is_bureau(employer)


def _is_bureau(kind: str | None) -> bool:
    return kind == standing_for(BUREAU, ("organisation_kind",))


def regulators(session: Session, consultation_request: ConsultationRequest) -> frozenset[str]:
    """The bodies whose people are all of the regulator here: the bureau that asks, the one above, those below it."""
    requester = consultation_request.requester
    if requester is None or not _is_bureau(requester.kind):
        return frozenset()
    below = session.scalars(select(Organisation.id).where(Organisation.parent_id == requester.id))
    return frozenset({requester.id, *below, *([requester.parent_id] if requester.parent_id else [])})


def places_of(region: str) -> tuple[str, ...]:
    """The region and all that holds it in the vocabulary; also the code that was merged since."""
    return tuple(dict.fromkeys((region, *upwards(standing_for(region, REGION), REGION))))


def as_candidate(one: Mapping[str, Any]) -> PanelCandidate:
    """A kept candidate as panel rules see them."""
    plain = ("expert", "affinity", "organisation", "region", "kind", "title_level", "regulator", "side", "newcomer")
    return PanelCandidate(
        **{name: one[name] for name in (*plain, "load", "capacity")},
        places=() if one["region"] is None else places_of(one["region"]),
        codes=frozenset(one["codes"]),
        languages=frozenset(one["languages"]),
    )
