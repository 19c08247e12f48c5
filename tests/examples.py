"""How many examples a property is tried on: a third of them in `make test`, all of them in `make soak`."""

import os

from hypothesis import settings

SHARE = float(os.environ.get("EXAMPLES", "0.34"))


def tried(examples: int) -> settings:
    """The settings of a property that is tried on so many examples in `make soak`."""
    return settings(max_examples=max(1, int(examples * SHARE)), deadline=None)
