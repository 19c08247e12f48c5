"""Files of judged sets: what is read, and how people write them; `test_evaluation.py` has most faults."""

import pytest

from matching import Aspect, FileFault, Query, read_experts, read_judgments, read_requests


def written(folder, text):
    file = folder / "file"
    file.write_bytes(text.encode())
    return file


def test_files_are_read_as_people_write_them(tmp_path):
    odd = '\ufeff{"id": 7, "statement": "电池\u2028专利", "items": null}\r\n\r\n{"id": "b"}'
    experts = read_experts(written(tmp_path, odd))
    judgments = read_judgments(written(tmp_path, " r1 \t 7\t1e3\r\n\nr1\tb\t0\n"), {"r1"}, {"7", "b"})
    assert [(one.expert, one.statement) for one in experts] == [("7", "电池\u2028专利"), ("b", "")]
    assert [(one.request, one.expert, one.grade) for one in judgments] == [("r1", "7", 1000.0), ("r1", "b", 0.0)]


def test_a_heading_stands_in_the_first_line_alone(tmp_path):
    with pytest.raises(FileFault, match="line 2, request: 'request' is not among the 2 requests read"):
        read_judgments(written(tmp_path, "\nrequest\texpert\tgrade\n"), {"r1", "r2"}, set())


def test_aspects_of_a_request_are_asked_for_and_what_it_wants_is_not(tmp_path):
    line = '{"id": "r", "aspects": [{"code": "TM", "need": "must"}, {"code": "GI"}], "wanted": ["X"]}'
    (request,) = read_requests(written(tmp_path, line))
    assert request.query == Query("", "", (Aspect("TM", "must"), Aspect("GI", "nice")))
    assert request.wanted == {"X"}


def test_whether_an_item_is_verified_is_true_or_false(tmp_path):
    file = written(tmp_path, '{"id": "a", "items": [{"title": "电池", "verified": "no"}]}')
    assert read_experts(file)[0].items[0].verified is None
    with pytest.raises(FileFault, match=r"items\[0\].verified: 'no'; true or false is needed"):
        read_experts(file, as_served=True)


def test_a_file_in_another_encoding_is_refused(tmp_path):
    file = tmp_path / "e.jsonl"
    file.write_bytes('{"id": "a", "statement": "电池"}'.encode("gb18030"))
    with pytest.raises(FileFault, match="not UTF-8"):
        read_experts(file)
