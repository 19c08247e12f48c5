"""Invented experts and requests of any size: affinities from topics that they share, attributes as rosters have."""

import numpy as np

from matching.panel import PanelCandidate

KINDS = ("K-LAW", "K-TECH", "K-ADM", "K-ACA", "K-CIPO", "K-ASSN", "K-PA", "K-EX")
CITIES = ("350100", "350200", "350300", "350400", "350500", "350600", "350700", "350800", "350900", "FJ-PT")
TOPICS, PER_ORGANISATION, RECUSED = 40, 6, 0.03


def affinities(requests: int, experts: int, seed: int = 0) -> np.ndarray:
    """Fit by shared topics with noise, shape (requests, experts), 0 to 1; not a number for who is recused."""
    chance = np.random.default_rng(seed)
    people, matters = (chance.gamma(0.15, 1.0, (count, TOPICS)) for count in (experts, requests))
    people, matters = (rows / np.linalg.norm(rows, axis=1)[:, None] for rows in (people, matters))
    found = np.clip(matters @ people.T * 0.6 + chance.normal(0, 0.03, (requests, experts)), 0, 1)
    found[chance.random(found.shape) < RECUSED] = np.nan
    return found


def experts(count: int, seed: int = 1) -> list[PanelCandidate]:
    """People of eight kinds in ten cities, six to an organisation on average, a third of them new."""
    chance = np.random.default_rng(seed)
    return [
        PanelCandidate(
            f"e{number:05}",
            0.0,
            organisation=f"o{chance.integers(0, max(1, count // PER_ORGANISATION))}",
            region=CITIES[chance.integers(0, len(CITIES))],
            kind=(kind := KINDS[chance.integers(0, len(KINDS))]),
            regulator=kind == "K-ADM",
            newcomer=bool(chance.random() < 0.35),
            side="dissenting" if chance.random() < 0.2 else None,
        )
        for number in range(count)
    ]
