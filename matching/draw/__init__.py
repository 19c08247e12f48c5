"""Draws: selection by lot that nobody can steer and anybody can re-run.

    frozen = freeze(candidates, [Stratum("law", 2, reserves=1, who=Who(kinds=("K-LAW",)))], rules, secret=…,
                    public_source="…", not_before="2026-12-24T12:00:00Z", frozen_at="2026-12-20T08:00:00Z")
    frozen.pool_hash, frozen.commitment                        # published now
    record = reveal(frozen, secret=…, public_value="…", revealed_at="2026-12-24T13:00:00Z")
    verify(record, {"commitment": …, "pool_hash": …})          # () when sound, else each problem

`algorithm` specifies every step; `docs/verify_draw.py` checks a record with nothing but Python.
"""

from matching.draw.algorithm import VERSION
from matching.draw.drawing import Frozen, Stratum, check_public_value, freeze, reveal, wrong
from matching.draw.errors import BadDrawInput
from matching.draw.verifying import verify

__all__ = ["VERSION", "BadDrawInput", "Frozen", "Stratum", "check_public_value", "freeze", "reveal", "verify", "wrong"]
