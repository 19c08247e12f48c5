"""How complete, fresh and verified the profiles of the pool are, in figures."""

from datetime import datetime
from typing import Any

import numpy as np

from expertdb.models.completeness import PARTS
from expertdb.services.census import Census
from expertdb.workdays import local_day


def count(census: Census, now: datetime) -> dict[str, Any]:
    """Of the active experts: how many profiles are complete, stale, or lack a part, and how many items are verified."""
    active = census.having("status", ["active"])
    due, today = census.rows["due"][active], local_day(now).toordinal()
    return {
        "experts": len(due),
        "complete": int(np.count_nonzero(census.complete() & active)),
        "stale": int(np.count_nonzero((due > 0) & (due < today))),  # The active are among the APPOINTED.
        "missing": {name: int(np.count_nonzero(census.lacking(name) & active)) for name in PARTS},
        "items": int(census.rows["items"][active].sum()),
        "verified_items": int(census.rows["verified"][active].sum()),
    }
