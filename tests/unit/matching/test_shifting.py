"""Whatever moves affinities besides words: sums stay exact, stored lists recompute, edits and places agree."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from matching import Analyser, Index, Parameters, Pivot, best, places, rank, recompute, snapshot
from matching.meaning import Meanings
from tests.examples import tried
from tests.reference.encoder import Characters
from tests.reference.pools import CONCEPTS, EXPERTS, LEXICON, by_id, pools, profile_of, queries

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON), Meanings(Characters()))
parameters_of = st.builds(
    Parameters, baseline=st.sampled_from((0.0, 0.3, 0.7, 1.0)), semantic=st.sampled_from((0.0, 0.2, 0.6, 1.0))
)


@tried(60)
@given(pools, queries, parameters_of, st.randoms(use_true_random=False))
def test_lines_sum_to_the_affinity_and_a_stored_list_recomputes_to_the_same_digits(pool, query, parameters, random):
    ranking = rank(Index.build(pool, ANALYSER), query, 9, by_id(pool), parameters)
    for candidate in ranking.candidates:
        reasons = candidate.reasons
        lines = [*(one.contribution for one in reasons.terms), *(one.value for one in reasons.adjustments)]
        lines.append(reasons.rest)
        random.shuffle(lines)
        assert 0 < sum(lines) == candidate.affinity <= 1
    assert recompute(json.loads(json.dumps(snapshot(ranking)))) == [
        (one.expert, one.affinity) for one in ranking.candidates
    ]


@tried(40)
@given(pools, st.sampled_from(EXPERTS).flatmap(profile_of), queries, parameters_of)
def test_an_edited_index_ranks_as_a_fresh_one_and_the_old_one_as_before(pool, edited, query, parameters):
    index = Index.build(pool, ANALYSER)
    before = best(index, query, 4, parameters)
    after = index.apply([edited])
    fresh = Index.build((by_id(pool) | {edited.expert: edited}).values(), ANALYSER)
    for stated in (parameters, replace(parameters, diversify=0.3)):
        assert best(after, query, 4, stated) == best(fresh, query, 4, stated)
    assert best(index, query, 4, parameters) == before


@tried(40)
@given(pools, queries, parameters_of)
def test_everybody_stands_where_the_whole_list_has_them(pool, query, parameters):
    index = Index.build(pool, ANALYSER)
    listed = best(index, query, 99, parameters)
    found = places(index, query, [expert for expert, _ in listed], parameters)
    assert found.ranks == {expert: rank for rank, (expert, _) in enumerate(listed, start=1)}
    assert found.affinities == dict(listed)
    assert best(index, query, 2, parameters) == listed[:2]
