"""The long forms of the life tests, both engines: `make soak` runs this; `make test` runs the short forms.

500 experts week by week through three years, and hypothesis trying a thousand orders of events.
"""

import os
import sys
from pathlib import Path
from typing import TypeVar

import pytest

SWITCH = "EXPERTDB_LONG_LIFE"
ASKED = SWITCH in os.environ
Value = TypeVar("Value")


def pick(short: Value, long: Value) -> Value:
    """The short value in `make test`, the long one in `make soak`."""
    return long if ASKED else short


if __name__ == "__main__":
    os.environ[SWITCH] = "1"
    sys.exit(pytest.main([str(Path(__file__).parent), "-q", "-s", "-p", "no:cacheprovider", *sys.argv[1:]]))
