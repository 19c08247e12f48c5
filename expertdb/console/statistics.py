"""Statistics: the pool and its use in figures, for those who may."""

from datetime import datetime, timedelta
from typing import Any

from flask import render_template

from expertdb.console.charts import heat_table
from expertdb.console.rules import Reply, Visit, allow, asks
from expertdb.console.site import pages
from expertdb.schemas.statistics import CODED, StatisticsQuery
from expertdb.services import shown, statistics

READERS = ("administrator", "policy_office", "auditor")
PERIOD = timedelta(days=365)


AT_A_GLANCE = "service_kind"
MOST_ROWS = 10  # Sixty would push what waits for the visitor off the screen.


@pages.get("/statistics")
@allow(*READERS)
@asks(StatisticsQuery)
def show_statistics(visit: Visit) -> Reply:
    """Who is there, who is asked, what is missing, what ends, how long requests take."""
    codes = visit.query["codes"]
    figures = _figures(visit, codes, visit.query.get("since") or visit.now - PERIOD)
    most = {expert for expert, _ in figures["found"]["concentration"].most}
    names = shown.names(visit.session, most)
    return render_template("statistics/page.html", vocabularies=CODED, names=names, **figures)


@pages.get("/statistics/glance")
@allow(*READERS)
def glance_at_pool(visit: Visit) -> Reply:
    """The part of the home page that is fetched once the rest is there: services by city, evenness, requests."""
    figures = _figures(visit, AT_A_GLANCE, visit.now - PERIOD)
    most = sorted(figures["rows"], key=lambda row: -row[2])[:MOST_ROWS]
    return render_template("statistics/glance.html", **figures | {"rows": most})


def _figures(visit: Visit, codes: str, since: datetime) -> dict[str, Any]:
    found = statistics.overview(visit.session, visit.directory.refresh(visit.session), codes, since, visit.now)
    return {"found": found, "codes": codes, "rows": heat_table(found["cells"], codes)}
