"""Metrics against values worked out by hand, and what happens without data."""

import math

import numpy as np
import pytest

from matching.metrics import (
    Group,
    Interval,
    least_relevant,
    mean_interval,
    ndcg,
    pairwise_loss,
    precision,
    ratio_interval,
    recall,
    reciprocal_rank,
)

RANKED = tuple("abcdefghijkl")


def group(scores=None, **grades):
    relevant = frozenset(one for one, grade in grades.items() if grade >= least_relevant(grades.values()))
    return Group(RANKED, scores or dict.fromkeys(grades, 0.0), grades, relevant)


def test_ndcg_is_gain_over_that_of_the_ideal_list_of_the_judged():
    found = 1 / math.log2(3) + 7 / math.log2(4)
    assert ndcg(group(b=1, c=3, l=2)) == pytest.approx(found / (7 + 3 / math.log2(3) + 1 / math.log2(4)))


def test_relevant_is_grade_two_unless_no_grade_exceeds_one():
    assert group(a=1, b=2).relevant == {"b"}
    assert group(a=1, b=0).relevant == {"a"}


def test_precision_recall_and_reciprocal_rank_count_the_relevant():
    judged = group(b=2, c=3, k=2, a=1)
    assert (precision(judged), recall(judged), reciprocal_rank(judged)) == (0.4, 2 / 3, 0.5)


@pytest.mark.parametrize("metric", [ndcg, precision, recall, reciprocal_rank])
def test_a_group_without_anything_relevant_is_left_out(metric):
    assert metric(group(a=0)) is None


def test_pairwise_loss_counts_grade_differences_of_misordered_pairs_and_half_of_ties():
    judged = group({"a": 0.9, "b": 0.5, "c": 0.5}, a=1, b=3, c=0)
    assert pairwise_loss(judged) == (2 + 3 / 2, 2 + 1 + 3)


def test_intervals_hold_the_value_and_are_the_same_every_time():
    first = mean_interval([0.0, 0.5, None, 1.0])
    assert first == mean_interval([0.0, 0.5, None, 1.0])
    assert first.value == 0.5
    assert 0.0 <= first.low < 0.5 < first.high <= 1.0


def test_interval_is_that_of_a_percentile_bootstrap_worked_out_one_by_one():
    parts = [(1.0, 2.0), (0.0, 3.0), (4.0, 4.0), (2.5, 5.0), (0.0, 0.0), (3.0, 3.5)]
    chance = np.random.default_rng(0).integers(0, 6, (1000, 6)).tolist()
    drawn = [(sum(parts[one][0] for one in own), sum(parts[one][1] for one in own)) for own in chance]
    ratios = sorted(lost / most for lost, most in drawn if most)

    def percentile(share):
        """Between two of them where it falls between two, in proportion."""
        place = share * (len(ratios) - 1)
        below = int(place)
        return ratios[below] + (place - below) * (ratios[below + 1] - ratios[below])

    found = ratio_interval(parts)
    assert found.value == 10.5 / 17.5
    assert (found.low, found.high) == (pytest.approx(percentile(0.025)), pytest.approx(percentile(0.975)))


def test_resamples_with_nothing_to_divide_by_are_left_out():
    parts = [(1.0, 2.0), (0.0, 0.0)]  # A quarter of the resamples are of the latter alone.
    assert ratio_interval(parts) == Interval(0.5, 0.5, 0.5)


def test_depth_is_ten_for_recall_and_gain_and_five_for_precision():
    at = lambda place: group(**{RANKED[place]: 1, "z": 1})  # noqa: E731
    assert [recall(at(place)) for place in (9, 10)] == [0.5, 0.0]
    assert [ndcg(at(place)) for place in (9, 10)] == [pytest.approx(1 / math.log2(11) / (1 + 1 / math.log2(3))), 0.0]
    assert [precision(at(place)) for place in (4, 5)] == [0.2, 0.0]
    assert reciprocal_rank(at(11)) == 1 / 12


def test_ideal_list_is_as_deep_as_the_ranked_one():
    grades = dict.fromkeys(RANKED, 1)
    assert ndcg(group(**grades)) == 1.0


def test_without_data_there_is_no_value():
    nothing = mean_interval([None])
    assert (nothing.value, nothing.low, nothing.high) == (None, None, None)
    assert ratio_interval([(0.0, 0.0)]) == nothing
