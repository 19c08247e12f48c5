"""Who may be ranked while the pool changes: a worker's pool and the rows it reads may be a moment apart."""

from flask import Flask

from expertdb.database import transaction
from expertdb.services.eligibility import sift
from tests.api.people import expert, moved
from tests.callers import Caller
from tests.conftest import START


def test_expert_suspended_since_the_pool_was_read_is_left_out_once(app: Flask, administrator: Caller) -> None:
    one, other = expert(administrator), expert(administrator, "乙某")
    with app.app_context(), transaction(read_only=True) as session:
        pool = app.extensions["corpus"].refresh(session)
    moved(administrator, f"/experts/{one['id']}", "suspended")
    with app.app_context(), transaction(read_only=True) as session:
        eligible = sift(session, pool, {}, START.date())
    assert [expert for expert, _ in pool.index.listed(pool.index.masks(eligible.allowed))] == [other["id"]]
    assert eligible.excluded == {one["id"]: "suspended"}
    assert eligible.counts == {"suspended": 1}
