"""Statistics: the pool and its use in figures, for those who may."""

from datetime import timedelta

from flask import render_template

from expertdb.console.charts import heat_table
from expertdb.console.rules import Reply, Visit, allow, asks
from expertdb.console.site import pages
from expertdb.schemas.statistics import CODED, StatisticsQuery
from expertdb.services import shown, statistics

READERS = ("administrator", "policy_office", "auditor")
PERIOD = timedelta(days=365)


@pages.get("/statistics")
@allow(*READERS)
@asks(StatisticsQuery)
def show_statistics(visit: Visit) -> Reply:
    """Who is there, who is asked, what is missing, what ends, how long requests take."""
    codes = visit.query["codes"]
    found = statistics.overview(visit.session, codes, visit.query.get("since") or visit.now - PERIOD, visit.now)
    most = {expert for expert, _ in found["concentration"].most}
    return render_template(
        "statistics.html",
        found=found,
        codes=codes,
        vocabularies=CODED,
        rows=heat_table(found["cells"], codes),
        names=shown.names(visit.session, most),
    )
