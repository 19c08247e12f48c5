"""What the READMEs show is what a user gets. `make readme` writes the outputs anew."""

import pytest
from flask import Flask

from tests.readme import Example, examples, output


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("example", examples(), ids=lambda one: f"{one.readme}: {one.body[11:30]}")
def test_output_of_the_readme_is_real(pool_app: Flask, example: Example) -> None:
    assert output(pool_app, example.body, example.tongue) == example.claimed


def test_both_readmes_work_a_request_in_each_language() -> None:
    assert [one.readme for one in examples()] == ["README.md"] * 2 + ["README.zh.md"] * 2
