"""Matching of requests to experts: a pure library, with no web, database, clock or unseeded chance in it.

    analyser = Analyser(Concepts([Concept("LG-INV", ("无效宣告", "invalidity"))]), Pivot.load())
    pool = {"e-1": Profile("e-1", "专利无效十五年", (Item("某电池专利无效案"),), frozenset({"LG-INV"}))}
    index = Index.build(pool.values(), analyser)
    index = index.apply(upserts=[...], deletes=["e-2"])     # a new index; the old one still answers
    ranking = rank(index, Query("Validity of a battery patent"), 8, pool)
    ranking.candidates[0].reasons.terms                     # contributions that sum to the affinity, exactly
    stored = snapshot(ranking)                              # JSON; recompute(stored) gives the same digits

`evaluate` with the `read_*` functions measures the matcher on a judged set. README.md has the formula.
"""

from matching.analysis import Analyser
from matching.asking import Asked, ask
from matching.auditing import Differences, differences
from matching.comparison import Difference, compare
from matching.concepts import Concept, Concepts, Span
from matching.evaluation import evaluate
from matching.explanation import ItemReason, Reasons, TermReason
from matching.index import Index, Scores
from matching.judged import FileFault, JudgedRequest, Judgment, read_experts, read_judgments, read_requests
from matching.parameters import Parameters
from matching.pivot import Pivot
from matching.placing import Places, places
from matching.profile import Aspect, Filter, Item, Profile, Query
from matching.ranking import Candidate, ProfileMoved, Ranking, best, explained, find_best, gaps, rank
from matching.reckoning import Adjustment
from matching.saving import UnusableSnapshot
from matching.saving import current as current_snapshot
from matching.saving import load as load_snapshot
from matching.saving import save as save_snapshot
from matching.snapshots import reckonings, recompute, snapshot
from matching.suggestion import Suggestion, suggest, suggested

__all__ = [
    "Adjustment",
    "Analyser",
    "Asked",
    "Aspect",
    "Candidate",
    "Concept",
    "Concepts",
    "Difference",
    "Differences",
    "FileFault",
    "Filter",
    "Index",
    "Item",
    "ItemReason",
    "JudgedRequest",
    "Judgment",
    "Parameters",
    "Pivot",
    "Places",
    "Profile",
    "ProfileMoved",
    "Query",
    "Ranking",
    "Reasons",
    "Scores",
    "Span",
    "Suggestion",
    "TermReason",
    "UnusableSnapshot",
    "ask",
    "best",
    "compare",
    "current_snapshot",
    "differences",
    "evaluate",
    "explained",
    "find_best",
    "gaps",
    "load_snapshot",
    "places",
    "rank",
    "read_experts",
    "read_judgments",
    "read_requests",
    "reckonings",
    "recompute",
    "save_snapshot",
    "snapshot",
    "suggest",
    "suggested",
]
