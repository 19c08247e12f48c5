"""Prints the figures of docs/quality.md: `make quality`."""

from dataclasses import replace

import numpy as np

from expertdb.services.analysers import concepts, default_analyser
from matching import Analyser, Concepts, Parameters, Pivot, meaning
from matching.metrics import Interval, mean_interval
from tests.quality.judged import (
    SETS,
    JudgedSet,
    Scorer,
    best,
    figures,
    is_for_tuning,
    load,
    matcher,
    ndcgs,
    retold,
    scikit_learn_defaults,
    translations,
)
from tests.quality.naming import ALL, confirming, draws, held, ndcgs_of_draws, offered, suggested

CUTS = (
    ("whole list", None, None),
    ("zh→zh", "zh", "zh"),
    ("en→en", "en", "en"),
    ("zh→en", "zh", "en"),
    ("en→zh", "en", "zh"),
)
# What the targets are stated for: the whole list, a request's own language, and the other one. Cuts as above.
TARGETS = {"whole list": 0.75, "within a language": 0.83, "across languages": 0.78}
TARGET_CUTS = {
    "whole list": ((None, None),),
    "within a language": (("zh", "zh"), ("en", "en")),
    "across languages": (("zh", "en"), ("en", "zh")),
}
SHOWN = ("ndcg@10", "precision@5", "recall@10", "mrr", "coverage@7", "pairwise_loss")


def scorers() -> dict[str, Scorer]:
    """Ours, ours with one part taken away, and the peer."""
    full = default_analyser()
    alike = {"with likeness in meaning": _alike} if meaning.is_installed() else {}
    return {
        "as it is": matcher(full),
        "words by their rarity in requests": matcher(full, Parameters(request_rarity=1.0)),
        **alike,
        "without curated codes": matcher(full, codes=False),
        "without glossary and lexicon": matcher(Analyser(concepts(), Pivot({}))),
        "without concepts and codes": matcher(Analyser(Concepts(), Pivot.load()), codes=False),
        "native words only": matcher(Analyser(Concepts(), Pivot({})), Parameters(native_weight=1.0), codes=False),
        "scikit-learn defaults": scikit_learn_defaults,
    }


def _alike(judged: JudgedSet) -> np.ndarray:
    return matcher(default_analyser(with_meanings=True), Parameters(semantic=0.2))(judged)


def main() -> None:
    """Print all tables as Markdown."""
    for name in SETS:
        judged = load(name)
        print(f"## {name}\n\n{len(judged.requests)} requests, {len(judged.experts)} experts, ", end="")
        print(f"{len(judged.judgments)} grades\n")
        _print_targets(judged)
        _print_by_language(judged)
        _print_variants(judged)
        if name == "first":
            _print_agreement(judged)
        _print_suggestions(judged)
        _print_naming(judged)
        _print_each_request(judged)
        print()


def _print_targets(judged: JudgedSet) -> None:
    print("| nDCG@10 | target | all requests | half for tuning | half for confirming |\n|---|---|---|---|---|")
    for name, cuts in TARGET_CUTS.items():
        values = [(id, one) for cut in cuts for id, one in ndcgs(judged.cut(*cut), scorers()["as it is"]).items()]
        halves = (lambda id: True, is_for_tuning, lambda id: not is_for_tuning(id))
        cells = [_interval(mean_interval([one for id, one in values if half(id)])) for half in halves]
        print(f"| {name} | {TARGETS[name]} |", " | ".join(cells), "|")
    print()


def _interval(found: Interval) -> str:
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"


def _print_by_language(judged: JudgedSet) -> None:
    print("| request→profile |", " | ".join(SHOWN), "|")
    print("|---" * (len(SHOWN) + 1) + "|")
    for name, asked, written in CUTS:
        found = figures(judged.cut(asked, written), scorers()["as it is"])
        cells = [_cell(found[metric]) for metric in SHOWN]
        print(f"| {name} |", " | ".join(cells), "|")


def _cell(value: dict[str, float | None]) -> str:
    return "-" if value["value"] is None else "{value:.3f} [{low:.3f}, {high:.3f}]".format(**value)


def _print_variants(judged: JudgedSet) -> None:
    print("\n| nDCG@10 |", " | ".join(name for name, *_ in CUTS), "|")
    print("|---" * (len(CUTS) + 1) + "|")
    for name, score in scorers().items():
        cells = [figures(judged.cut(*cut), score)["ndcg@10"]["value"] for _, *cut in CUTS]
        print(f"| {name} |", " | ".join(f"{cell:.3f}" for cell in cells), "|")


def _print_agreement(judged: JudgedSet) -> None:
    first = best(judged, scorers()["as it is"])
    for name, pairs in (("translated", translations()), ("told by two offices", retold())):
        shared = [len(set(first[one]) & set(first[other])) for one, other in pairs]
        each = ", ".join(f"{one}/{other} {count}" for (one, other), count in zip(pairs, shared, strict=True))
        print(f"\noverlap@10 of requests {name}: mean {sum(shared) / len(shared):.1f} of 10; {each}")


def _print_suggestions(judged: JudgedSet) -> None:
    found = [(offered().intersection(suggested(one)), one.wanted) for one in judged.requests]
    right = sum(len(codes & wanted) for codes, wanted in found)
    precision, recall = right / sum(len(s) for s, _ in found), right / sum(len(w) for _, w in found)
    print(f"\nsuggested aspects against `wanted`: precision {precision:.2f}, recall {recall:.2f}")


def _print_naming(judged: JudgedSet) -> None:
    score = scorers()["as it is"]
    wanted = [(name, draws(judged, count)) for name, count in (("one", 1), ("three", 3), ("all", ALL))]
    print("\n| aspects named |", " | ".join(TARGETS), "| of the named codes the first seven hold | none named |")
    print("|---" * (len(TARGETS) + 3) + "|")
    for name, named in [("none", [judged]), ("what its words point to", [confirming(judged)]), *wanted]:
        cells = [_interval(_mean_of_draws(named, cuts, score)) for cuts in TARGET_CUTS.values()]
        compared = () if name == "none" else (named, [judged] * len(named))
        shares = [f"{held(sets, named, score):.3f}" for sets in compared] or ["", ""]
        print(f"| {name} |", " | ".join([*cells, *shares]), "|")


def _mean_of_draws(named: list[JudgedSet], cuts: tuple[tuple[str | None, str | None], ...], score: Scorer) -> Interval:
    by_cut = [ndcgs_of_draws([one.cut(*cut) for one in named], score) for cut in cuts]
    return mean_interval([value for found in by_cut for value in found.values()])


def _print_each_request(judged: JudgedSet) -> None:
    print("\n| request | nDCG@10 | grades of the best ten |\n|---|---|---|")
    grades = {(one.request, one.expert): int(one.grade) for one in judged.judgments}
    first = best(judged, scorers()["as it is"])
    for one in judged.requests:
        alone = replace(judged, requests=(one,), judgments=tuple(j for j in judged.judgments if j.request == one.id))
        value = figures(alone, scorers()["as it is"])["ndcg@10"]["value"]
        seen = " ".join(str(grades[one.id, expert]) for expert in first[one.id])
        print(f"| {one.id} {one.query.title} | {value:.2f} | {seen} |")


if __name__ == "__main__":
    main()
