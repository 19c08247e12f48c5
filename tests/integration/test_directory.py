"""The census follows the database whatever happens to it, on both engines.

Pinned: after any edits, by services or past them, what it counts is what statements count; a transaction sees the
census of its own state; a restored database and another edition of the vocabularies are counted anew.
"""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Select, delete, func, insert, select, update

from expertdb import vocabularies
from expertdb.database import db, transaction
from expertdb.models import completeness as parts
from expertdb.models.corpus import CorpusChange, CorpusState, CorpusVersion
from expertdb.models.experts import STATUSES, Expert, ExpertCode, ExpertItem
from expertdb.models.restricted import RestrictedValue
from expertdb.services import completeness, experts, facets, statistics
from expertdb.services import directory as directory_module
from expertdb.services import vocabularies as vocabulary_service
from expertdb.services.actors import SYSTEM
from expertdb.services.census import Census
from expertdb.services.corpus import again_while_moving
from expertdb.services.directory import Directory
from expertdb.workdays import local_day
from tests.conftest import START

CODES = ("PAT", "PAT-INV", "PAT-UM", "TM", "LG", "LG-INV", "SE05", "C39", "H01M")
REGIONS = ("350000", "350100", "350200", "110000", None)
NAMES = ({"zh": "陈陶瓷"}, {"zh": "张三", "en": "Mary-Jane Lin"}, {"en": "Linda 100%_ O'Neill"}, {"zh": "𠮷林"})
EDITS = 25


@pytest.fixture(autouse=True)
def in_application(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def census_of(app: Flask) -> Census:
    with transaction(read_only=True) as session:
        found: Census = app.extensions["directory"].refresh(session)
        return found


def entered(**changes: Any) -> str:
    """The id of a new expert."""
    body = {"name": {"zh": "林岚"}, "kind": "K-PA", "status": "active", "codes": ["PAT-INV"], "reason": "接收"}
    with transaction() as session:
        return experts.create(session, body | changes, actor=SYSTEM, now=START).id


def past_us(*statements: Any) -> None:
    """Write past the services, as a script or a person at the database would."""
    with db.engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)


def edit(chance: random.Random, ids: list[str]) -> None:
    """One edit of any kind, by a service or past it."""
    one = chance.choice(ids)
    codes = chance.sample(CODES, chance.randrange(4))
    item = {"kind": "case", "title": "陶瓷", "verified": chance.random() < 0.5}
    contact = {"id": f"r{chance.random()}", "expert_id": one, "field": chance.choice(["phone", "address"])}
    contact |= {"position": 0, "sealed_by": "", "box": b"", "updated_at": START}
    written = {"status": chance.choice(STATUSES[:-1]), "region": chance.choice(REGIONS)}
    due = chance.choice([None, local_day(START).replace(year=2020)])
    kinds = {
        "new": lambda: ids.append(entered(codes=codes, status=chance.choice(("draft", "active", "suspended")))),
        "name": lambda: edited(one, {"name": chance.choice(NAMES)}),
        "edit": lambda: edited(one, {"codes": codes, "items": [item] * chance.randrange(3), "region": "350200"}),
        "write": lambda: past_us(update(Expert).where(Expert.id == one).values(**written, confirmation_due=due)),
        "codes": lambda: past_us(delete(ExpertCode).where(ExpertCode.expert_id == one)),
        "items": lambda: past_us(update(ExpertItem).where(ExpertItem.expert_id == one).values(verified=True)),
        "contact": lambda: past_us(insert(RestrictedValue).values(contact)),
        "no contact": lambda: past_us(update(RestrictedValue).values(field="address")),
        "gone": lambda: past_us(delete(Expert).where(Expert.id == ids.pop(ids.index(one)))),
    }
    kinds[chance.choice(list(kinds))]()


def edited(expert: str, body: dict[str, Any]) -> None:
    with transaction() as session:
        experts.edit(session, expert, body, version=None, actor=SYSTEM, now=START)


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_edited_counts_are_those_of_statements(app: Flask, seed: int) -> None:
    chance = random.Random(seed)
    ids = [entered(codes=[code], region=region) for code, region in zip(CODES, REGIONS * 2, strict=False)]
    for _ in range(EDITS):
        edit(chance, ids)
        if chance.random() < 0.5:
            check(app, chance)
    check(app, chance)


def check(app: Flask, chance: random.Random) -> None:
    """Compare everything the census counts with the database."""
    filters = {"status": "active", "kind": "K-PA", "region": "350000", "subject": "PAT", "service": "LG"}
    filters |= {"industry": "SE05", "missing": chance.choice(list(parts.PARTS)), "complete": False}
    filters["q"] = chance.choice(("陶瓷", "瓷", "林", "lin", "l", "陈 陶瓷", "zhang-san", "mary-jane", "100%_", "|lin"))
    query = {name: value for name, value in filters.items() if chance.random() < 0.25}
    with transaction(read_only=True) as session:
        census = app.extensions["directory"].refresh(session)
        fresh = Directory().refresh(session)
        assert plain(census) == plain(fresh)
        found = facets.chosen(session, census, query)
        assert sorted(census.ids(found.others().nonzero()[0])) == sorted(session.scalars(listed(query, Expert.id)))
        for name, counts in facets.counted(found).items():
            of_filter = {key: value for key, value in query.items() if key != name}
            for value, count in counts.items():
                assert count == session.scalar(listed(of_filter | {name: value}, func.count(Expert.id))) > 0
        assert statistics.by_status(census) == dict(session.execute(by(Expert.status)).all())
        assert Counter({(one.code, one.region, one.kind): one.count for one in cells(census)}) == cells_read(session)
        assert completeness.count(census, START)["missing"] == {
            name: session.scalar(active().where(part.lacking())) for name, part in parts.PARTS.items()
        }
        figures = completeness.count(census, START)
        assert figures["stale"] == session.scalar(active().where(parts.stale(local_day(START))))
        assert figures["complete"] == session.scalar(active().where(*parts.conditions({"complete": True})))
        items = select(func.count(ExpertItem.id)).join(Expert).where(Expert.status == "active")
        assert figures["items"] == session.scalar(items)
        assert figures["verified_items"] == session.scalar(items.where(ExpertItem.verified))


def plain(census: Census) -> list[tuple[Any, ...]]:
    """What a census holds, whatever numbers its names have."""
    named, held = census.names.listed, census.held
    ids = census.ids(held["row"])
    rows = [(one[0], *(named[number] for number in one[1:4]), *one[4:]) for one in census.rows.tolist()]
    texts = [one.texts() for texts in (census.search_forms, census.contents) for one in texts.blocks]
    return [
        *rows,
        *texts,
        *sorted((one, str(named[code]), own) for one, (_, code, own) in zip(ids, held.tolist(), strict=True)),
    ]


def listed(query: dict[str, Any], what: Any) -> Select[Any]:
    return experts.narrowed(select(what), query)


def by(*columns: Any) -> Select[Any]:
    return select(*columns, func.count()).group_by(*columns)


def active() -> Select[Any]:
    return select(func.count(Expert.id)).where(Expert.status == "active")


def cells(census: Census) -> list[statistics.Cell]:
    return statistics.cells(census, "ip_subject")


def cells_read(session: Any) -> Counter[tuple[Any, ...]]:
    codes = vocabularies.load("ip_subject").terms
    columns = (ExpertCode.code, Expert.region, Expert.kind)
    counted = by(*columns).join(Expert, Expert.id == ExpertCode.expert_id)
    rows = session.execute(counted.where(Expert.status == "active", ExpertCode.code.in_(codes)))
    return Counter({tuple(row[:3]): row[3] for row in rows})


def test_a_transaction_that_began_before_an_edit_sees_the_census_as_it_was(app: Flask) -> None:
    entered()
    with transaction(read_only=True) as session:
        before = app.extensions["directory"].refresh(session)
        elsewhere(app, lambda: past_us(update(Expert).values(status="suspended")))
        assert app.extensions["directory"].refresh(session) is before
        assert statistics.by_status(before) == {"active": 1}
    assert statistics.by_status(census_of(app)) == {"suspended": 1}


def elsewhere(app: Flask, work: Any) -> None:
    """Do this in another thread, whose censuses are those of this process."""

    def run() -> None:
        with app.app_context():
            work()
            census_of(app)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()


def test_a_transaction_that_many_edits_have_passed_is_begun_anew(app: Flask) -> None:
    entered()
    census_of(app)
    tries: list[bool] = []

    def counted() -> dict[str, int]:
        with transaction(read_only=True) as session:
            session.scalar(active())  # From here on it sees one state.
            if not tries:
                for _ in range(directory_module.KEPT + 1):
                    elsewhere(app, entered)
            tries.append(True)
            return statistics.by_status(app.extensions["directory"].refresh(session))

    assert again_while_moving(counted) == {"active": directory_module.KEPT + 2}
    assert len(tries) == 2


def test_a_database_with_another_history_is_read_anew(app: Flask) -> None:
    kept, lost = entered(), entered()
    assert len(census_of(app).rows) == 2
    past_us(
        delete(Expert).where(Expert.id == lost),
        delete(CorpusChange),
        delete(CorpusVersion),
        update(CorpusState).values(stamp="of another", version=1),
    )
    assert census_of(app).ids(census_of(app).rows_of([kept, lost])) == [kept]


def test_another_edition_of_the_vocabularies_is_counted_by_its_own_codes(app: Flask) -> None:
    entered(codes=["PAT-UM"])
    assert facets.counted(facets.Chosen(census_of(app), {}))["subject"] == {"PAT": 1, "PAT-UM": 1}
    change = {"do": "add_code", "code": "PAT-NEW", "zh": "新", "en": "New", "parent": "PAT-UM"}
    with transaction() as session:
        vocabulary_service.change(session, "ip_subject", [change], "新", version=None, actor=SYSTEM, now=START)
    entered(codes=["PAT-NEW"])
    assert facets.counted(facets.Chosen(census_of(app), {}))["subject"] == {"PAT": 2, "PAT-UM": 2, "PAT-NEW": 1}


def test_only_what_changed_is_read(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        entered()
    assert len(census_of(app).rows) == 4
    monkeypatch.setattr(directory_module, "CHUNK", 3)
    read: list[int] = []
    reading = directory_module._read

    def noted(session: Any, names: Any, ids: Any) -> Any:
        read.append(len(ids))
        return reading(session, names, ids)

    monkeypatch.setattr(directory_module, "_read", noted)
    entered(region="350200")
    for _ in range(2):
        assert len(census_of(app).rows) == 5
    past_us(update(Expert).values(region=None))
    assert census_of(app).count("region", census_of(app).everybody()) == {}
    assert read == [1, 3, 2]


def test_pages_follow_each_other_whether_the_next_are_few_or_many(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = {entered(name=name) for name in NAMES for _ in range(6)}
    for few in (0, 7, 1000):
        monkeypatch.setattr(facets, "FEW", few)
        seen: list[str] = []
        query: dict[str, Any] = {"limit": 5, "status": "active"}
        while "cursor" not in query or query["cursor"]:
            with transaction(read_only=True) as session:
                found = facets.chosen(session, app.extensions["directory"].refresh(session), query)
                page = experts.find(session, query, *found.next(query))
                seen += [one.id for one in page.items]
            query["cursor"] = page.next_cursor
        with transaction(read_only=True) as session:
            assert seen == list(session.scalars(select(Expert.id).order_by(*experts.KEYS)))
        assert set(seen) == ids
