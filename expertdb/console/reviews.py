"""Entry into the pool: the queue of candidates, and the list that is made public."""

from flask import render_template

from expertdb.console.rules import Reply, Visit, allow
from expertdb.console.site import pages
from expertdb.schemas.experts import ExpertAnswer
from expertdb.services import facets, reviews

REVIEWERS = ("administrator", "reviewer", "auditor")
MOST = 200
SHOWN = ExpertAnswer(many=True, exclude=("restricted",))


@pages.get("/reviews")
@allow(*REVIEWERS)
def show_queue(visit: Visit) -> Reply:
    """The candidates that wait, longest first."""
    waiting = SHOWN.dump(reviews.queue(visit.session, MOST))
    return render_template("reviews/queue.html", experts=waiting, today=visit.today)


@pages.get("/publicity")
@allow(*REVIEWERS)
def show_publicity(visit: Visit) -> Reply:
    """The candidates in publicity, as a list to print and post: what anybody may see of them, and until when."""
    census = visit.directory.refresh(visit.session)
    page = facets.find(visit.session, census, {"status": "publicity", "limit": MOST})
    return render_template("reviews/publicity.html", experts=SHOWN.dump(page.items), days=visit.rules.publicity_days)
