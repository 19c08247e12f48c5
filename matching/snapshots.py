"""Snapshots: a ranking as plain data from which its numbers can be reckoned again, without index or
vocabulary.

A shortlist on file must still add up years later, when the pool, the vocabulary and the lexicons have moved
on. So a snapshot holds the request's terms with their tf and df, N, the parameters, and each candidate's
items as they were with norms and tf. It keeps the candidates' texts: whoever stores snapshots of people
answers for erasing or pseudonymising them (replace `expert`, empty `title` and `text`; the numbers do not
need them).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from matching.parameters import ALGORITHM, BEFORE, Parameters
from matching.ranges import bounds
from matching.ranking import Candidate, Ranking
from matching.reckoning import Evidence, Hits, Reckoning, Shifts, reckon
from matching.weights import FIELDS, Field, Floats, QueryField, weigh

FORMAT = 2
_SHIFTS = ("baseline", "semantic")  # As `Shifts` has them.


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
            "fields": {field: _stored_field(prepared.fields[field]) for field in FIELDS},
        },
        "entries": _entries(ranking),
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
    parameters = Parameters(**(BEFORE | stored["parameters"]))
    query = stored["query"]
    fields = {field: _query_field(query["fields"][field]) for field in FIELDS}
    entries = stored["entries"]
    evidence = _evidence(entries, fields)
    missing = [entry["missing"] for entry in entries]
    shifts = Shifts(*(_stored_shift(entries, name) if getattr(parameters, name) else None for name in _SHIFTS))
    found = reckon(fields, query["language"], evidence, missing, parameters, shifts).all
    return [(entry["expert"], one) for entry, one in zip(entries, found, strict=True)]


def _entries(ranking: Ranking) -> list[dict[str, Any]]:
    rows = _stored_rows(ranking)
    starts = ranking.evidence.starts.tolist()
    entries = []
    for place, candidate in enumerate(ranking.candidates):
        own = zip(candidate.items, rows[starts[place] : starts[place + 1]], strict=True)
        entries.append(
            {
                "expert": candidate.expert,
                "affinity": candidate.affinity,
                "missing": [line.code for line in candidate.reasons.adjustments if line.name == "missing_must"],
                **_shifts(candidate),
                "items": [{"item": asdict(item), **row} for item, row in own],
            }
        )
    return entries


def _shifts(candidate: Candidate) -> dict[str, float]:
    """Return what was subtracted and added, if anything: a candidate has an affinity left, so that it is all of it."""
    return {line.name: abs(line.value) for line in candidate.reasons.adjustments if line.name in _SHIFTS}


def _stored_shift(entries: Sequence[Mapping[str, Any]], name: str) -> Floats:
    return np.array([entry.get(name, 0.0) for entry in entries], dtype=np.float64)


def _stored_rows(ranking: Ranking) -> list[dict[str, Any]]:
    evidence = ranking.evidence
    rows: list[dict[str, Any]] = [
        {
            "kind": kind,
            "norms": {field: float(evidence.norms[field][row]) for field in FIELDS},
            "tf": {field: {} for field in FIELDS},
        }
        for row, kind in enumerate(evidence.kinds.tolist())
    ]
    for field in FIELDS:
        hits, terms = evidence.hits[field], ranking.prepared.fields[field].terms
        for row, term, tf in zip(hits.rows.tolist(), hits.terms.tolist(), hits.tfs.tolist(), strict=True):
            rows[row]["tf"][field][terms[term]] = tf
    return rows


def _evidence(entries: Sequence[Mapping[str, Any]], fields: Mapping[Field, QueryField]) -> Evidence:
    items = [item for entry in entries for item in entry["items"]]
    return Evidence(
        starts=bounds(np.array([len(entry["items"]) for entry in entries], dtype=np.int64)),
        kinds=np.array([item["kind"] for item in items], dtype=np.uint8),
        norms={field: np.array([item["norms"][field] for item in items], dtype=np.float64) for field in FIELDS},
        hits={field: _hits(items, field, fields[field].terms) for field in FIELDS},
    )


def _hits(items: Sequence[Mapping[str, Any]], field: Field, terms: Sequence[str]) -> Hits:
    at = {term: place for place, term in enumerate(terms)}
    found = [(row, at[term], tf) for row, item in enumerate(items) for term, tf in item["tf"][field].items()]
    return Hits(*np.array(found, dtype=np.int64).reshape(-1, 3).T)


def _stored_field(field: QueryField) -> dict[str, Any]:
    return {
        "terms": list(field.terms),
        "tfs": field.tfs.tolist(),
        "boosts": field.boosts.tolist(),
        "dfs": field.dfs.tolist(),
        "n_items": field.n_items,
        **({"rarities": field.rarities.tolist()} if (field.rarities != 1.0).any() else {}),
    }


def _query_field(stored: Mapping[str, Any]) -> QueryField:
    tfs, dfs = (np.array(stored[name], dtype=np.int64) for name in ("tfs", "dfs"))
    rarities = np.array(stored.get("rarities", [1.0] * len(tfs)), dtype=np.float64)
    boosts, n_items = np.array(stored["boosts"], dtype=np.float64), stored["n_items"]
    weights = weigh(tfs, rarities, boosts, dfs, n_items)
    return QueryField(tuple(stored["terms"]), tfs, rarities, boosts, dfs, n_items, weights)
