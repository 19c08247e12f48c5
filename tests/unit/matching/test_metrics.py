"""Metrics against values worked out by hand, and what happens without data."""

import math

import pytest

from matching.metrics import (
    Group,
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


def test_without_data_there_is_no_value():
    nothing = mean_interval([None])
    assert (nothing.value, nothing.low, nothing.high) == (None, None, None)
    assert ratio_interval([(0.0, 0.0)]) == nothing
