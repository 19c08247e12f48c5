"""Four real processes write at once: no edit is lost, no version is skipped, and a reader that polls misses nothing."""

import multiprocessing
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait

import pytest
from flask import Flask
from sqlalchemy import select

from expertdb.database import transaction
from expertdb.models.corpus import CorpusChange, CorpusState
from expertdb.services.corpus import Corpus
from expertdb.services.pools import Pool
from matching import Query, best
from tests.conftest import caller
from tests.integration import writers

PROCESSES = 4
EDITS = 12  # by each process, of the same expert
ROUNDS = 10  # of entering and curating an expert, by each process
PATIENCE = 60  # seconds


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    """Forked from a process that has imported everything and opened nothing, as gunicorn forks its workers.

    They share nothing but the database; spawning each would import scikit-learn four times over.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([writers.__name__])
    with ProcessPoolExecutor(PROCESSES, context) as pool:
        list(pool.map(writers.warm, range(PROCESSES)))
        yield pool


def url(app: Flask) -> str:
    return str(app.config["SQLALCHEMY_DATABASE_URI"])


def test_no_edit_is_lost_and_losers_are_told(app: Flask, processes: ProcessPoolExecutor) -> None:
    administrator = caller(app, "administrator")
    expert = administrator.made("/experts", {"name": {"zh": "林岚"}, "kind": "K-PA"})
    jobs = [
        processes.submit(writers.edit_repeatedly, url(app), administrator.secret, expert["id"], writer, EDITS)
        for writer in range(PROCESSES)
    ]
    results = [job.result(PATIENCE) for job in jobs]
    answers = Counter(answer for result in results for answer in result["answers"])
    assert set(answers) == {200, 412}
    assert sum(answers.values()) == PROCESSES * EDITS

    after = administrator.get(f"/experts/{expert['id']}").json or {}
    assert after["version"] == expert["version"] + answers[200]
    kept = [line for result in results for line in result["kept"]]
    versions = sorted(int(line.split()[0].strip('"')) for line in kept)
    assert versions == list(range(expert["version"] + 1, after["version"] + 1))
    assert f'"{after["version"]}" {after["statement"]}' in kept


def test_reader_that_polls_sees_every_change(app: Flask, processes: ProcessPoolExecutor) -> None:
    administrator = caller(app, "administrator")
    corpus: Corpus = app.extensions["corpus"]
    jobs = [
        processes.submit(writers.curate, url(app), administrator.secret, writer, ROUNDS) for writer in range(PROCESSES)
    ]
    seen = poll(app, corpus, jobs)
    answers = Counter(answer for job in jobs for answer in job.result())
    assert set(answers) <= {200, 201}

    versions = changed_versions(app)
    assert versions == list(range(1, max(versions) + 1))
    assert seen == sorted(seen)
    assert len(set(seen)) > 1
    with app.app_context(), transaction(read_only=True) as session:
        assert session.scalar(select(CorpusState.version)) == max(versions)
        polled = corpus.refresh(session)
        fresh = Corpus(corpus.parameters).refresh(session)
    assert polled.version == fresh.version == max(versions)
    assert polled.index.experts == fresh.index.experts
    assert affinities(polled, corpus) == affinities(fresh, corpus)


def poll(app: Flask, corpus: Corpus, jobs: list[Future[list[int]]]) -> list[int]:
    """Refresh until all writers are done; the versions that were seen on the way."""
    seen: list[int] = []
    while True:
        finished = wait(jobs, timeout=0.05).not_done == set()
        with app.app_context(), transaction(read_only=True) as session:
            seen.append(corpus.refresh(session).version)
        if finished:
            return seen


def changed_versions(app: Flask) -> list[int]:
    with app.app_context(), transaction(read_only=True) as session:
        return sorted(set(session.scalars(select(CorpusChange.version))))


def affinities(pool: Pool, corpus: Corpus) -> dict[str, float]:
    """Everybody's affinity to one request, by expert."""
    query = Query("锂电池隔膜专利无效", "请推荐熟悉电池专利无效宣告、能读日文现有技术的专家。")
    found = dict(best(pool.index, query, len(pool.index.experts), corpus.parameters))
    assert found.keys() == set(pool.index.experts)
    return found
