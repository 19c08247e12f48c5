"""JSON as it is written: what Python's own writer would say, in UTF-8 and without spaces between.

Reading is tested where a body comes in (`tests/api/test_bad_input.py`).
"""

import json
from typing import Any

import pytest

from expertdb.strict_json import written
from expertdb.wording import Text, Word


@pytest.mark.parametrize(
    "value",
    [
        {"专利": [1, -0.0, 0.1, 1e-07, 1.5e300, None, True], "": {}, "a": '\u2028"\\\n\x00'},
        2**63 - 1,
        2**80,
        [-(2**70)],
        {"sentence": Text("The term ends before it begins."), "word": Word("LG", zh="法律", en="Law")},
    ],
)
def test_written_as_python_writes_it(value: Any) -> None:
    assert json.loads(written(value)) == json.loads(json.dumps(value))
    assert list(map(repr, _numbers(json.loads(written(value))))) == list(map(repr, _numbers(value)))


def test_halves_of_characters_are_no_json() -> None:
    with pytest.raises(UnicodeEncodeError):
        written({"name": "\ud800"})


def test_what_is_no_plain_data_is_not_written() -> None:
    with pytest.raises(TypeError):
        written({"what": object()})


def _numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [number for one in value for number in _numbers(one)]
    return [value] if isinstance(value, (int, float)) else []
