"""Ranges and fingerprints."""

import pytest

from matching import Aspect, Parameters


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"native_weight": 1.5}, "native_weight is 1.5; choose from 0 to 1"),
        ({"best": 0}, "best is 0; choose from 1 to 100"),
        ({"best": 2.5}, "best is 2.5; give a whole number"),
        ({"aspect_weight": "3"}, "aspect_weight is '3'; give a number"),
        ({"mean_weight": float("nan")}, "mean_weight is nan; choose from 0 to 1"),
    ],
)
def test_a_wrong_value_is_named_with_its_range(values, message):
    with pytest.raises(ValueError, match=message):
        Parameters(**values)


def test_the_fingerprint_tells_values_apart_and_not_their_spelling():
    assert Parameters(aspect_weight=3).fingerprint() == Parameters(aspect_weight=3.0).fingerprint()
    assert Parameters().fingerprint() != Parameters(best=2).fingerprint()


def test_an_unknown_need_is_refused():
    with pytest.raises(ValueError, match="choose 'must' or 'nice'"):
        Aspect("TM", "should")
