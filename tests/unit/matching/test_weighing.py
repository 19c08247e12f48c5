"""Compiled or not: the same experts, with the same digits, whatever profiles hold."""

from hypothesis import example, given
from hypothesis import strategies as st

from matching import Analyser, Aspect, Filter, Index, Item, Parameters, Pivot, Profile, Query, ask, find_best
from matching.weights import FIELDS
from tests.examples import tried
from tests.reference.pools import CONCEPTS, EXPERTS, LEXICON, pools, profile_of, queries

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))
OFTEN = Profile("often", "电池 " * 300, (Item("battery " * 70_000, verified=False), Item("商标")))
ALIKE = Profile("alike", "", (Item("电池 alpha"), Item("电池 gamma"), Item("电池 delta")))
parameters = st.sampled_from(
    (
        Parameters(),
        Parameters(baseline=0.5),
        Parameters(aspect_floor=0.0, missing_must_factor=0.3),
        Parameters(aspect_weight=2.0),
        Parameters(best=1, mean_weight=0.2),
        Parameters(best=9, native_weight=0.9, unverified_factor=0.5),
        Parameters(diversify=0.6),
    )
)
edits = st.lists(st.tuples(st.booleans(), st.sampled_from(EXPERTS).flatmap(profile_of)), max_size=3)


@tried(60)
@given(pools, edits, queries, st.integers(1, 7), parameters)
@example(
    [OFTEN, Profile("b", "电池 商标")], [], Query("电池 battery", aspects=(Aspect("TM", "must"),)), 2, Parameters()
)
@example([ALIKE, Profile("b", "alpha gamma delta")], [], Query("电池"), 2, Parameters(best=2))
def test_both_ways_reckon_the_same_digits(pool, steps, query, k, stated):
    found = []
    for kernel in ("numba", "scipy"):
        index = Index.build(pool, ANALYSER, kernel=kernel)
        for keep, profile in steps:
            index = index.apply([profile]) if keep else index.apply(deletes=[profile.expert])
        found.append(find_best(index, ask(query, ANALYSER), k, stated, index.select(Filter())))
    compiled, plain = found
    assert compiled.experts == plain.experts
    assert compiled.affinities == plain.affinities
    (evidence, reckonings, covered), (plain_evidence, plain_reckonings, plain_covered) = (
        one.reckoned() for one in found
    )
    assert covered == plain_covered
    assert list(compiled.affinities) == reckonings.affinities.tolist() == plain_reckonings.affinities.tolist()
    assert list(reckonings.adjustments) == list(plain_reckonings.adjustments)
    assert reckonings.shares.tolist() == plain_reckonings.shares.tolist()
    assert reckonings.contributions.tolist() == plain_reckonings.contributions.tolist()
    assert evidence.starts.tolist() == plain_evidence.starts.tolist()
    assert evidence.kinds.tolist() == plain_evidence.kinds.tolist()
    for field in FIELDS:
        assert evidence.norms[field].tolist() == plain_evidence.norms[field].tolist()
        assert _hits(evidence.hits[field]) == _hits(plain_evidence.hits[field])


def _hits(hits):
    return sorted(zip(hits.rows.tolist(), hits.terms.tolist(), hits.tfs.tolist(), strict=True))
