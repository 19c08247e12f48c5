"""Snapshots: a ranking as plain data from which its numbers can be reckoned again, without index or
vocabulary.

A shortlist on file must still add up years later, when the pool, the vocabulary and the lexicons have moved
on. So a snapshot holds the request's terms with their tf and df, N, the parameters, and each candidate's
items as they were with norms and tf. It keeps the candidates' texts: whoever stores snapshots of people
answers for erasing or pseudonymising them (replace `expert`, empty `title` and `text`; the numbers do not
need them).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from matching.parameters import ALGORITHM, Parameters
from matching.profile import Item
from matching.ranking import Candidate, Ranking
from matching.reckoning import Evidence, Reckoning, reckon
from matching.weights import FIELDS, Field, QueryField, QueryTerm

FORMAT = 1


def snapshot(ranking: Ranking) -> dict[str, Any]:
    """Return a JSON-able record of a ranking; see the module's docstring."""
    prepared = ranking.prepared
    return {
        "format": FORMAT,
        "algorithm": ALGORITHM,
        "parameters": asdict(ranking.parameters),
        "fingerprint": ranking.parameters.fingerprint(),
        "query": {
            "title": prepared.query.title,
            "text": prepared.query.text,
            "aspects": [asdict(aspect) for aspect in prepared.query.aspects],
            "language": prepared.language,
            "fields": {field: asdict(prepared.fields[field]) for field in FIELDS},
        },
        "entries": [_entry(candidate) for candidate in ranking.candidates],
        "gaps": list(ranking.gaps),
    }


def recompute(stored: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Return expert and affinity of every entry, in order, reckoned anew: the same digits as when it was stored.

    Raises ValueError if the snapshot was made by a version of the algorithm that this code does not hold.
    """
    return [(expert, found.affinity) for expert, found in reckonings(stored)]


def reckonings(stored: Mapping[str, Any]) -> list[tuple[str, Reckoning]]:
    """Return expert and reckoning, with every term and adjustment, of each entry; raises ValueError as `recompute`."""
    made = (stored["format"], stored["algorithm"])
    if made != (FORMAT, ALGORITHM):
        raise ValueError(f"snapshot of format {made[0]}, algorithm {made[1]}; this code holds {FORMAT}, {ALGORITHM}")
    parameters = Parameters(**stored["parameters"])
    query = stored["query"]
    fields = {field: _query_field(query["fields"][field]) for field in FIELDS}
    return [(entry["expert"], _reckoned(entry, fields, query["language"], parameters)) for entry in stored["entries"]]


def _reckoned(
    entry: Mapping[str, Any], fields: Mapping[Field, QueryField], language: str, parameters: Parameters
) -> Reckoning:
    evidence = [_evidence(item) for item in entry["items"]]
    return reckon(fields, language, evidence, entry["missing"], parameters)


def _entry(candidate: Candidate) -> dict[str, Any]:
    return {
        "expert": candidate.expert,
        "affinity": candidate.affinity,
        "missing": [line.code for line in candidate.reasons.adjustments if line.name == "missing_must"],
        "items": [asdict(evidence) for evidence in candidate.evidence],
    }


def _query_field(stored: Mapping[str, Any]) -> QueryField:
    return QueryField(tuple(QueryTerm(**term) for term in stored["terms"]), stored["n_items"])


def _evidence(stored: Mapping[str, Any]) -> Evidence:
    return Evidence(Item(**stored["item"]), stored["language"], stored["norms"], stored["tf"])
