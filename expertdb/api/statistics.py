"""/api/v1/statistics: the pool and its use in figures."""

from datetime import timedelta
from typing import Any

from expertdb.api.handling import Routes
from expertdb.api.routing import Call, allow, answers, asks
from expertdb.schemas.statistics import StatisticsAnswer, StatisticsQuery
from expertdb.services import statistics

routes = Routes("statistics")

PERIOD = timedelta(days=365)


@routes.get("/statistics")
@allow("administrator", "policy_office", "auditor")
@asks(StatisticsQuery)
@answers(StatisticsAnswer)
def read_statistics(call: Call) -> dict[str, Any]:
    """Read the pool in figures: who is there, who is asked, what is missing, what ends, how long requests take."""
    since = call.query.get("since") or call.now - PERIOD
    return statistics.overview(call.session, call.directory.refresh(call.session), call.query["codes"], since, call.now)
