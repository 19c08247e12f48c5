"""A matcher to compare ours with: the formula of DESIGN §6, written down with scikit-learn and loops, and
slowly.

It shares the analyser (text → terms) with the real one and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import linear_kernel

from matching import Analyser, Item, Parameters, Profile, Query
from matching.baseline import background
from matching.documents import is_padding
from matching.rarity import requests
from matching.reading import Analysed
from matching.text import normalise, tokens
from tests.reference.reading import SlowPivot, english_words


def naive_affinities(
    profiles: Sequence[Profile], query: Query, analyser: Analyser, parameters: Parameters
) -> dict[str, float]:
    """Return the affinity of every expert, by refitting two TfidfVectorizers on the whole pool."""
    if parameters.baseline:
        return naive_corrected(profiles, query, analyser, parameters)
    owners, items, texts = [], [], []
    for profile in profiles:
        for item, terms in naive_items(profile, analyser, parameters.max_items):
            owners.append(profile.expert)
            items.append(item)
            texts.append(terms)
    asked = analyser.analyse(f"{query.title}\n{query.text}")
    cosines = {
        field: naive_cosines(
            [list(getattr(one, field)) for one in texts],
            list(getattr(asked, field)),
            query,
            parameters,
            naive_factor(analyser, asked.language, field, f"{query.title}\n{query.text}", parameters),
        )
        for field in ("native", "pivot")
    }
    scores: dict[str, list[float]] = {profile.expert: [] for profile in profiles}
    for place, owner in enumerate(owners):
        same = asked.language == texts[place].language or "" in (asked.language, texts[place].language)
        share = parameters.native_weight if same else 0.0
        score = share * cosines["native"][place] + (1 - share) * cosines["pivot"][place]
        scores[owner].append(score * (parameters.unverified_factor if items[place].verified is False else 1.0))
    factors = naive_factors(profiles, query, analyser, parameters)
    pooled = {expert: naive_pool(own, parameters) for expert, own in scores.items()}
    raised = naive_raised(pooled, profiles, query, analyser, parameters)
    return {expert: affinity * factors[expert] for expert, affinity in raised.items()}


def naive_corrected(
    profiles: Sequence[Profile], query: Query, analyser: Analyser, parameters: Parameters
) -> dict[str, float]:
    """Return the affinities less a share of the mean over the background, none below 0; then likeness, and the
    must-have factor.
    """
    plain = replace(parameters, baseline=0.0, semantic=0.0, missing_must_factor=1.0)
    means = [naive_affinities(profiles, one, analyser, plain) for one in background()]
    factors = naive_factors(profiles, query, analyser, parameters)
    left = {
        expert: affinity - parameters.baseline * sum(one[expert] for one in means) / len(means)
        for expert, affinity in naive_affinities(profiles, query, analyser, plain).items()
    }
    corrected = {expert: affinity if affinity > 1e-12 else 0.0 for expert, affinity in left.items()}
    raised = naive_raised(corrected, profiles, query, analyser, parameters)
    return {expert: affinity * factors[expert] for expert, affinity in raised.items()}


def naive_raised(
    affinities: dict[str, float],
    profiles: Sequence[Profile],
    query: Query,
    analyser: Analyser,
    parameters: Parameters,
) -> dict[str, float]:
    """Return the affinities, those above 0 raised by the share of likeness in meaning, up to 1."""
    if not parameters.semantic:
        return affinities
    asked = f"{query.title}\n{query.text}"
    wanted = [number / 256 for number in analyser.meanings.request(asked, analyser.analyse(asked).language).tolist()]
    raised = dict(affinities)
    for profile in profiles:
        rows = []
        for item, _ in naive_items(profile, analyser, parameters.max_items):
            own = naive_vector(f"{item.title}\n{item.text}" if item.title else item.text, analyser)
            cosine = sum(one * other for one, other in zip(own, wanted, strict=True))
            rows.append(cosine * (parameters.unverified_factor if item.verified is False else 1.0))
        if affinities[profile.expert] > 0:
            added = parameters.semantic * max(0.0, naive_pool(rows, parameters))
            raised[profile.expert] = min(1.0, affinities[profile.expert] + added)
    return raised


def naive_vector(text: str, analyser: Analyser) -> list[float]:
    """Return the vector of an item's text as it is kept: no text, no vector."""
    language = analyser.analyse(text).language if text else ""
    (vector,) = analyser.meanings.items([text], [language])
    return [number / 256 for number in vector.tolist()]


def naive_factors(
    profiles: Sequence[Profile], query: Query, analyser: Analyser, parameters: Parameters
) -> dict[str, float]:
    """Return what the must-haves that each expert does not hold leave of an affinity, 0 to 1."""
    must = {aspect.code for aspect in query.aspects if aspect.need == "must"}
    held = {
        profile.expert: {
            term[1:]
            for _, terms in naive_items(profile, analyser, parameters.max_items)
            for term in terms.native
            if term.startswith("=")
        }
        for profile in profiles
    }
    return {expert: parameters.missing_must_factor ** len(must - own) for expert, own in held.items()}


def naive_items(profile: Profile, analyser: Analyser, cap: int):  # type: ignore[no-untyped-def]
    """Return the items of a profile that count, with their terms."""
    kept, seen = [], set()
    for item in sorted(profile.items, key=lambda item: item.year or 0, reverse=True):
        text = f"{item.title}\n{item.text}" if item.title else item.text
        key = " ".join(normalise(text).casefold().split())
        terms = analyser.analyse(text)
        if key not in seen and (terms.native or terms.pivot) and not is_padding(terms) and len(kept) < cap:
            kept.append((item, terms.with_codes(profile.codes)))
        seen.add(key)
    statement = analyser.analyse(profile.statement)
    if (statement.native or statement.pivot) and not is_padding(statement):
        kept.insert(0, (Item("", profile.statement), statement.with_codes(profile.codes)))
    if len(kept) > 1:
        kept.append(naive_whole(kept, profile))
    curated = analyser.analyse("").with_codes(profile.codes)
    return [(Item(""), curated)] * bool(profile.codes) + kept


def naive_whole(kept, profile: Profile):  # type: ignore[no-untyped-def]
    """Return all texts as one item, with its terms: each as often as texts hold it, then the codes once."""
    bare = [
        replace(terms, native=without(terms.native, profile), pivot=without(terms.pivot, profile)) for _, terms in kept
    ]
    sizes = {
        language: sum(len(one.native) for one in bare if one.language == language) for language in ("", "en", "zh")
    }
    joined = Analysed(
        max(("", "en", "zh"), key=sizes.__getitem__),
        tuple(term for one in bare for term in sorted(set(one.native))),
        tuple(term for one in bare for term in sorted(set(one.pivot))),
    )
    unverified = [item.verified is False for item, _ in kept]
    return Item("", verified=False if sum(unverified) * 2 > len(kept) else None), joined.with_codes(profile.codes)


def without(terms: tuple[str, ...], profile: Profile) -> tuple[str, ...]:
    """Return the terms without the curated codes, which stand at the end."""
    return terms[: len(terms) - len(profile.codes)]


def naive_factor(
    analyser: Analyser, language: str, field: str, text: str, parameters: Parameters
) -> Callable[[str], float]:
    """Return what says how much a mention of a term counts: by its rarity, and of a word's glosses each its share."""
    rarity = naive_rarity(analyser, language, field)
    normalised = normalise(text)
    mentions: dict[str, list[float]] = {}
    for token in tokens(normalised):
        for _, _, stems in english_words(token.text) if token.kind == "word" else ():
            mentions.setdefault(*stems, []).append(1.0)
    pivot = SlowPivot(analyser._pivot)
    for token in tokens(normalised):
        for _, _, stems in pivot.cut(token.text) if token.kind == "han" else ():
            for stem in stems:
                mentions.setdefault(stem, []).append(1 / len(stems))

    def factor(term: str) -> float:
        shares = mentions.get(term, [1.0]) if field == "pivot" else [1.0]
        return rarity(term) ** parameters.request_rarity * (sum(shares) / len(shares)) ** parameters.gloss_damping

    return factor


def naive_rarity(analyser: Analyser, language: str, field: str) -> Callable[[str], float]:
    """Return what says how rare a term is in requests of a language; codes always are."""
    held = naive_background(analyser, language, field)

    def rarity(term: str) -> float:
        df = 0 if term.startswith("=") else sum(term in one for one in held)
        return float((1 + np.log((1 + len(held)) / (1 + df))) / (1 + np.log(1 + len(held))))

    return rarity


@lru_cache(maxsize=16)
def naive_background(analyser: Analyser, language: str, field: str) -> list[set[str]]:
    """Return the terms of every request of the background in a language."""
    return [set(getattr(analyser.analyse(text), field)) for own, text in requests() if own == language]


def naive_cosines(
    texts: list[list[str]],
    asked: list[str],
    query: Query,
    parameters: Parameters,
    factor: Callable[[str], float],
) -> np.ndarray:
    """Return the cosine of the request and every text; its tf counts by `factor`, and aspects as well."""
    if not any(texts):
        return np.zeros(len(texts))
    vectorizer = TfidfVectorizer(analyzer=list, sublinear_tf=True)
    matrix = vectorizer.fit_transform(texts)
    vector = np.zeros(matrix.shape[1])
    for term, column in vectorizer.vocabulary_.items():
        tf = asked.count(term)
        level = tf**parameters.repetition if parameters.repetition else 1 + np.log(max(tf, 1))
        weight = level * factor(term) if tf else 0.0
        if term.startswith("=") and term[1:] in {aspect.code for aspect in query.aspects}:
            weight = max(weight, parameters.aspect_floor) + parameters.aspect_weight
        vector[column] = weight * vectorizer.idf_[column]
    norm = np.linalg.norm(vector)
    return linear_kernel((vector / norm if norm else vector).reshape(1, -1), matrix)[0]


def naive_pool(scores: list[float], parameters: Parameters) -> float:
    """Return an expert's affinity from the item scores."""
    if not scores:
        return 0.0
    best = sorted(scores, reverse=True)[: parameters.best]
    mean, best_mean = sum(scores) / len(scores), sum(best) / parameters.best
    return parameters.mean_weight * mean + (1 - parameters.mean_weight) * best_mean
