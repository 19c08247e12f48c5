"""Statistics of the pool and of its use: who is there, who is asked, what is missing, how long things take.

Each function answers one question, from the census or in one or two statements; `overview` asks them all.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from expertdb import vocabularies
from expertdb.models.engagements import Engagement
from expertdb.models.experts import SERVING, Expert
from expertdb.models.organisations import Organisation
from expertdb.models.requests import ConsultationRequest, RequestTransition
from expertdb.models.shortlists import Shortlist, ShortlistEntry
from expertdb.services import completeness, duties
from expertdb.services.census import Census
from expertdb.workdays import local_day

Holders = defaultdict[str, Counter[str | None]]
ENDING_DAYS = 90
MOST_ASKED = 10
STEPS = ("shortlisted", "confirmed", "delivered")


@dataclass(frozen=True)
class Cell:
    """How many active experts of a kind hold a code in a region."""

    code: str
    region: str | None
    kind: str
    count: int


@dataclass(frozen=True)
class Gap:
    """A code and how many active experts hold it or one below it; `cities` are those in which nobody does."""

    code: str
    held_by: int
    cities: tuple[str, ...]


@dataclass(frozen=True)
class Concentration:
    """How evenly the active experts are asked: `gini` is 0 when all are asked alike, near 1 when one is always.

    `top_tenth` is the share of all that went to the tenth asked most, `never` how many were not asked at all.
    """

    asked: int
    experts: int
    never: int
    gini: float | None
    top_tenth: float | None
    most: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Uncovered:
    """Of how many requests with a list nobody covered something, and what; `empty` lists named nobody at all."""

    requests: int
    uncovered: int
    empty: int
    codes: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Span:
    """How long a step took, in hours, over the requests that reached it."""

    reached: int
    median_hours: float | None
    slowest_tenth_hours: float | None


@dataclass(frozen=True)
class Turnaround:
    """From a request's submission to each step, for one kind of body and the month of submission."""

    organisation_kind: str | None
    month: str
    requests: int
    shortlisted: Span
    confirmed: Span
    delivered: Span


def by_status(census: Census) -> dict[str, int]:
    """How many experts stand in each status."""
    return dict(sorted(census.count("status", census.everybody()).items()))


def cells(census: Census, vocabulary: str) -> list[Cell]:
    """The active experts by code of one vocabulary, region and kind; whoever holds three codes is in three cells."""
    codes, active = vocabularies.load(vocabulary).terms, census.having("status", ["active"])
    counted = census.cross(codes, ("region", "kind"), active, own=True)
    found = [Cell(code or "", region, kind or "", count) for (code, region, kind), count in counted.items()]
    return sorted(found, key=lambda cell: (cell.code, cell.region or "", cell.kind))


def holders(census: Census, vocabulary: str) -> Holders:
    """How many active experts hold each code or one below it, by region: whoever holds three codes below is one."""
    codes, active = vocabularies.load(vocabulary).terms, census.having("status", ["active"])
    found: Holders = defaultdict(Counter)
    for (code, region), count in census.cross(codes, ("region",), active).items():
        found[code or ""][region] = count
    return found


def gaps(holders: Holders, vocabulary: str) -> list[Gap]:
    """The codes that nobody active holds, or nobody in some city; those held by fewest first."""
    terms = vocabularies.load(vocabulary)
    cities = [term.code for term in vocabularies.load("region") if term.parent]
    made = [
        Gap(term.code, holders[term.code].total(), tuple(city for city in cities if not holders[term.code][city]))
        for term in terms
        if not term.deprecated
    ]
    return sorted((gap for gap in made if gap.cities), key=lambda gap: (gap.held_by, gap.code))


def ending(session: Session, today: date) -> dict[str, int]:
    """How many terms end within 90 days, by month."""
    last = today + timedelta(days=ENDING_DAYS)
    days = select(Expert.term_end, func.count()).where(
        Expert.status.in_(SERVING), Expert.term_end >= today, Expert.term_end <= last
    )
    months: Counter[str] = Counter()
    for day, count in session.execute(days.group_by(Expert.term_end)):
        months[f"{day:%Y-%m}"] += count
    return dict(sorted(months.items()))


def concentration(session: Session, since: datetime) -> Concentration:
    """How evenly the active experts stood on the shortlists drawn up since then."""
    listed = (
        select(ShortlistEntry.expert_id, func.count())
        .join(Shortlist, Shortlist.id == ShortlistEntry.shortlist_id)
        .where(Shortlist.created_at >= since)
        .group_by(ShortlistEntry.expert_id)
    )
    return _spread(session, listed)


def service(session: Session, since: datetime) -> Concentration:
    """How evenly the active experts were invited since then, whatever they answered."""
    invited = select(Engagement.expert_id, func.count()).where(Engagement.created_at >= since)
    return _spread(session, invited.group_by(Engagement.expert_id))


def _spread(session: Session, counted: Select[str, int]) -> Concentration:
    counts = Counter(dict(session.execute(counted).all()))
    active = session.scalar(select(func.count()).where(Expert.status == "active")) or 0
    return spread_of(counts, active)


def spread_of(counts: Counter[str], active: int) -> Concentration:
    """The concentration of these counts over so many active experts; those who left meanwhile count as well."""
    experts = max(active, len(counts))
    ordered = sorted(counts.values(), reverse=True)
    total = sum(ordered)
    return Concentration(
        asked=total,
        experts=experts,
        never=experts - len(ordered),
        gini=gini(ordered, experts) if total else None,
        top_tenth=sum(ordered[: -(-experts // 10)]) / total if total else None,
        most=tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST_ASKED]),
    )


def gini(ordered: Sequence[int], experts: int) -> float:
    """The Gini coefficient of counts in falling order, filled up with noughts to so many experts.

    G = (n + 1 − 2 Σᵢ i·xᵢ / Σ xᵢ) / n with the greatest first (i = 1), so that G = 0 when all are equal and
    (n − 1) / n when one has everything: https://en.wikipedia.org/wiki/Gini_coefficient, turned round to falling order.
    """
    weighted = sum(place * count for place, count in enumerate(ordered, start=1))
    return (experts + 1 - 2 * weighted / sum(ordered)) / experts


def uncovered(session: Session, since: datetime) -> Uncovered:
    """What nobody covered, by the latest list of each request since then."""
    lists = select(Shortlist.request_id, Shortlist.id, Shortlist.gaps).where(Shortlist.created_at >= since)
    in_turn = lists.order_by(Shortlist.created_at, Shortlist.id)  # Of two in one instant the later id is the later.
    latest = {request: (id, gaps) for request, id, gaps in session.execute(in_turn)}
    filled = select(ShortlistEntry.shortlist_id).join(Shortlist).where(Shortlist.created_at >= since).distinct()
    named = set(session.scalars(filled))
    codes = Counter(gap["code"] for _, found in latest.values() for gap in found)
    return Uncovered(
        requests=len(latest),
        uncovered=sum(bool(found) for _, found in latest.values()),
        empty=sum(id not in named for id, _ in latest.values()),
        codes=tuple(sorted(codes.items(), key=lambda one: (-one[1], one[0]))),
    )


def turnaround(session: Session, since: datetime) -> list[Turnaround]:
    """How long the requests made since then took to each step, by kind of the body that asked and by month."""
    reached = (
        select(
            ConsultationRequest.id,
            ConsultationRequest.created_at,
            Organisation.kind,
            RequestTransition.to_status,
            func.min(RequestTransition.at),
        )
        .join(RequestTransition, RequestTransition.request_id == ConsultationRequest.id)
        .outerjoin(Organisation, Organisation.id == ConsultationRequest.requester_id)
        .where(ConsultationRequest.created_at >= since, RequestTransition.to_status.in_(("submitted", *STEPS)))
        .group_by(ConsultationRequest.id, Organisation.kind, RequestTransition.to_status)
    )
    moments: dict[tuple[str, str | None], dict[str, datetime]] = defaultdict(dict)
    for id, created_at, kind, status, at in session.execute(reached):
        moments[id, kind] |= {"submitted": created_at} | moments[id, kind] | {status: at}
    groups: dict[tuple[str, str], list[dict[str, datetime]]] = defaultdict(list)
    for (_, asker), steps in moments.items():
        groups[asker or "", f"{local_day(steps['submitted']):%Y-%m}"].append(steps)
    return [_turnaround(body or None, month, groups[body, month]) for body, month in sorted(groups)]


def _turnaround(kind: str | None, month: str, requests: list[dict[str, datetime]]) -> Turnaround:
    return Turnaround(kind, month, len(requests), **{step: _span(requests, step) for step in STEPS})


def _span(requests: list[dict[str, datetime]], step: str) -> Span:
    hours = sorted((one[step] - one["submitted"]).total_seconds() / 3600 for one in requests if step in one)
    if not hours:
        return Span(0, None, None)
    return Span(len(hours), round(median(hours), 2), round(hours[-(-9 * len(hours) // 10) - 1], 2))


def overview(session: Session, census: Census, vocabulary: str, since: datetime, now: datetime) -> dict[str, Any]:
    """Everything at once: the pool by code of one vocabulary, its use since a moment."""
    return {
        "as_of": now,
        "since": since,
        "by_status": by_status(census),
        "cells": cells(census, vocabulary),
        "gaps": gaps(holders(census, vocabulary), vocabulary),
        "terms_ending": ending(session, local_day(now)),
        "waiting": {one["kind"]: one["count"] for one in duties.count(session, now)},
        "profiles": completeness.count(census, now),
        "concentration": concentration(session, since),
        "service": service(session, since),
        "uncovered": uncovered(session, since),
        "turnaround": turnaround(session, since),
    }
