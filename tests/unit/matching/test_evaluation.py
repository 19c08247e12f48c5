"""Evaluation of a tiny judged set from files, and the faults that files can have."""

import json

import numpy as np
import pytest

from matching import (
    Analyser,
    FileFault,
    JudgedRequest,
    Judgment,
    Pivot,
    Profile,
    Query,
    evaluate,
    read_experts,
    read_judgments,
    read_requests,
)
from matching.evaluation import measured
from tests.reference.pools import CONCEPTS, LEXICON

EXPERTS = [
    {"id": "a", "statement": "电池专利", "items": [{"title": "电池", "text": "", "year": 2020}], "codes": ["FN-SEP"]},
    {"id": "b", "statement": "茶叶商标", "items": [], "codes": ["TM"], "name": {"zh": "别处的字段"}},
    {"id": "c", "statement": ""},
]
REQUESTS = [
    {"id": "r1", "kind": "consultation", "title": "电池", "text": "", "wanted": ["FN-SEP", "NOBODY"]},
    {"id": "r2", "kind": "consultation", "title": "茶叶", "text": "商标"},
]
JUDGMENTS = "request\texpert\tgrade\nr1\ta\t3\nr1\tb\t0\nr2\ta\t0\nr2\tb\t2\n"


def write(folder, experts=EXPERTS, requests=REQUESTS, judgments=JUDGMENTS):
    for name, rows in (("e", experts), ("r", requests)):
        lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
        (folder / f"{name}.jsonl").write_text("\n".join(lines), "utf-8")
    (folder / "j.tsv").write_text(judgments, "utf-8")
    return folder


def read(folder):
    experts, requests = read_experts(folder / "e.jsonl"), read_requests(folder / "r.jsonl")
    known = {request.id for request in requests}, {expert.expert for expert in experts}
    return experts, requests, read_judgments(folder / "j.tsv", *known)


@pytest.mark.parametrize("group_by", ["request", "expert"])
def test_a_perfect_ranking_has_perfect_metrics(tmp_path, group_by):
    ticks = iter((10.0, 12.5))
    result = evaluate(*read(write(tmp_path)), group_by, Analyser(CONCEPTS, Pivot(LEXICON)), lambda: next(ticks))
    perfect = {"value": 1.0, "low": 1.0, "high": 1.0}
    assert result["ndcg@10"] == result["mrr"] == result["recall@10"] == result["coverage@7"] == perfect
    assert result["precision@5"]["value"] == pytest.approx(0.2)
    assert result["pairwise_loss"]["value"] == 0.0
    assert (result["n_requests"], result["n_experts"], result["seconds"]) == (2, 3, 2.5)
    assert set(json.loads(json.dumps(result))) == {
        "ndcg@10", "precision@5", "recall@10", "mrr", "coverage@7", "pairwise_loss", "method", "n_requests",
        "n_experts", "seconds",
    }  # fmt: skip


def test_who_is_relevant_depends_on_the_grades_of_the_request_in_the_group_of_an_expert_too(tmp_path):
    # Expert a has 1 for r1, where another has 3: that is not relevant, so that nothing in their group is.
    read_back = read(write(tmp_path, judgments="r1\ta\t1\nr1\tb\t3\nr2\tb\t2\n"))
    result = evaluate(*read_back, "expert", Analyser(CONCEPTS, Pivot(LEXICON)), lambda: 0.0)
    assert result["recall@10"]["value"] == result["mrr"]["value"] == 1.0
    assert result["precision@5"]["value"] == pytest.approx(0.4)


def test_other_fields_are_ignored_unless_asked_for(tmp_path):
    more = {"kind": "K-PA", "verified": "?", "region": 5, "items": [{"title": "电池", "verified": False, "note": 1}]}
    folder = write(tmp_path, experts=[{"id": "a", "items": [{"title": "电池"}]}, more | {"id": "b"}])
    plain, other = read_experts(folder / "e.jsonl")
    assert (other.items, other.codes, other.statement) == (plain.items, plain.codes, plain.statement)
    served = read_experts(folder / "e.jsonl", as_served=True)[1]
    assert (served.codes, served.items[0].verified) == ({"K-PA"}, False)


def test_metrics_without_data_are_null(tmp_path):
    folder = write(tmp_path, requests=[{"id": "r1", "title": "x"}], judgments="")
    result = evaluate(*read(folder), "request", Analyser(CONCEPTS, Pivot(LEXICON)), lambda: 0.0)
    assert result["coverage@7"] == result["ndcg@10"] == {"value": None, "low": None, "high": None}


def test_an_unknown_grouping_is_refused(tmp_path):
    with pytest.raises(ValueError, match="choose 'request' or 'expert'"):
        evaluate(*read(write(tmp_path)), "pair", Analyser(CONCEPTS, Pivot(LEXICON)), lambda: 0.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"experts": ["{"]}, "e.jsonl, line 1, line: not JSON"),
        ({"experts": ["[]"]}, "e.jsonl, line 1, line: a JSON object is needed"),
        ({"experts": [{"id": ""}]}, "e.jsonl, line 1, id: ''; a non-empty string is needed"),
        ({"experts": [{"id": "a"}, "", {"id": "a"}]}, "e.jsonl, line 3, id: 'a' has come before"),
        ({"experts": [{"id": "a", "statement": 3}]}, "statement: 3; a string is needed"),
        ({"experts": [{"id": "a", "items": [{"year": "1"}]}]}, r"items\[0\].year: '1'; a whole number is needed"),
        ({"experts": [{"id": "a", "items": [{"year": True}]}]}, r"items\[0\].year: True; a whole number is needed"),
        ({"experts": [{"id": "a", "items": [{}, {"title": 1}]}]}, "line 1, title: 1; a string is needed"),
        ({"experts": [{"id": "a", "items": {}}]}, "items: {}; a list of objects is needed"),
        ({"experts": [{"id": True}]}, "id: True; a non-empty string is needed"),
        ({"experts": [{"id": "a", "codes": [1]}]}, r"codes: \[1\]; a list of strings is needed"),
        ({"requests": [{"id": "r", "aspects": [{"need": "must"}]}]}, "aspects: each needs a code"),
        ({"requests": [{"id": "r", "aspects": [{"code": "TM", "need": "maybe"}]}]}, "aspects: .*'maybe'"),
        ({"judgments": "r1 a 3"}, "j.tsv, line 1, line: 1 columns"),
        ({"judgments": "r1\tz\t3"}, "j.tsv, line 1, expert: 'z' is not among the 3 experts read"),
        ({"judgments": "r1\ta\t-1"}, "j.tsv, line 1, grade: '-1'; a number from 0 to 1000 is needed"),
        ({"judgments": "r1\ta\t1001"}, "grade: '1001'; a number from 0 to 1000"),
        ({"judgments": "r1\ta\tnan"}, "grade: 'nan'; a number from 0 to 1000"),
        ({"judgments": "r1\ta\t1e"}, "grade: '1e'; a number from 0 to 1000"),
        ({"judgments": "r1\ta\t1_0"}, "grade: '1_0'; a number from 0 to 1000"),
        ({"judgments": "r1\ta\t1\nr1\ta\t1"}, "line 2, expert: 'a' is judged twice for 'r1'"),
    ],
)
def test_a_fault_names_file_line_and_field(tmp_path, change, message):
    with pytest.raises(FileFault, match=message):
        read(write(tmp_path, **change))


EIGHT = [Profile(f"e{number}", codes=frozenset({f"C{number}"})) for number in range(8)]


def intervals(rows, judgments, group_by="request", wanted=frozenset({"C6", "C7"})):
    """The metrics for a table of affinities, whose columns are in no order of ids."""
    names = tuple(one.expert for one in reversed(EIGHT))
    requests = [JudgedRequest(f"r{number}", Query(""), wanted) for number in range(len(rows))]
    table = np.array([row[::-1] for row in rows])
    return measured(table, names, EIGHT, requests, judgments, group_by)


def found_in(*asked, **changed):
    return {name: one["value"] for name, one in intervals(*asked, **changed).items()}


def test_equal_experts_are_ranked_by_their_ids_and_cover_with_the_first_seven():
    found = found_in([[0.5] * 8], [Judgment("r0", "e1", 2.0)])
    assert (found["mrr"], found["coverage@7"]) == (1 / 2, 1 / 2)
    assert found_in([[*[0.5] * 7, 0.6]], [Judgment("r0", "e1", 2.0)])["mrr"] == 1 / 3


def test_a_request_without_judgments_is_no_group_but_its_coverage_counts():
    found = found_in([[0.5] * 8, [0.0] * 7 + [1.0]], [Judgment("r1", "e7", 1.0)])
    assert (found["mrr"], found["coverage@7"]) == (1.0, (1 / 2 + 1 / 2) / 2)
    rows = [[first, 0.2, *[0.5] * 6] for first in (0.1, 0.2, 0.3, 0.3)]
    judgments = [Judgment(f"r{row}", f"e{one}", 1.0 - one) for row in range(4) for one in range(2)]
    assert intervals([*rows, *rows], judgments)["pairwise_loss"] == intervals(rows, judgments)["pairwise_loss"]


def test_what_nobody_of_the_pool_holds_is_not_missed():
    judgments = [Judgment("r0", "e0", 1.0)]
    assert found_in([[0.5] * 8], judgments, wanted=frozenset({"C0", "NOBODY"}))["coverage@7"] == 1.0
    assert found_in([[0.5] * 8], judgments, wanted=frozenset({"NOBODY"}))["coverage@7"] is None


def test_the_group_of_an_expert_ranks_requests():
    rows = [[0.1] * 8, [0.2] * 8, [0.2] * 8]
    judgments = [Judgment("r0", "e0", 0.0), Judgment("r2", "e0", 1.0), Judgment("r0", "e3", 1.0)]
    found = found_in(rows, judgments, "expert")
    assert found["mrr"] == pytest.approx((1 / 2 + 1 / 3) / 2)
    assert found["pairwise_loss"] == 0.0
