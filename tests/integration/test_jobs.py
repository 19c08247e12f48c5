"""Jobs are done once, whoever works at them: progress, cancellation, dead workers, lost leases, on both engines.

The kinds here stand for any kind; `tests/integration/test_workers.py` kills real processes.
"""

import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from expertdb import worker
from expertdb.database import transaction
from expertdb.errors import NotFound
from expertdb.keys import AuditKeys
from expertdb.models.jobs import Job
from expertdb.services import jobs
from expertdb.services.actors import SYSTEM, Actor
from expertdb.worker import Crew, Kind, Work
from tests.callers import Caller, Clock
from tests.conftest import caller

OTHER = Actor("somebody", "somebody", "reviewer", frozenset({"read", "write"}))


def count(work: Work) -> list[int]:
    found = []
    for number in range(work.input["to"]):
        work.step("counting", number, work.input["to"])
        found.append(number)
    return found


def keep(session: Session, work: Work, outcome: list[int]) -> Mapping[str, Any]:
    return {"counted": outcome}


KINDS = {"count": Kind(count, keep)}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step notes the progress, and so sees a cancellation."""
    monkeypatch.setattr(worker, "SHORTEST", 0.0)


def submitted(app: Flask, kind: str = "count", actor: Actor = SYSTEM, **input: Any) -> str:
    with app.app_context(), transaction() as session:
        return jobs.submit(session, kind, input or {"to": 3}, actor=actor, now=app.extensions["clock"]()).id


def read(app: Flask, job: str) -> dict[str, Any]:
    answer = caller(app, "administrator").get(f"/jobs/{job}")
    assert answer.status_code == 200
    return dict(answer.json or {})


def leased(app: Flask, by: str, kinds: Mapping[str, Kind] = KINDS) -> str | None:
    with app.app_context(), transaction() as session:
        job = jobs.lease(session, by, kinds.keys(), app.extensions["clock"]())
        return None if job is None else job.id


def test_job_is_done_and_its_result_stored(app: Flask) -> None:
    job = submitted(app)
    assert read(app, job)["status"] == "queued"
    assert worker.run_once(app, KINDS)
    done = read(app, job)
    assert (done["status"], done["result"], done["attempts"]) == ("done", {"counted": [0, 1, 2]}, 1)
    assert (done["stage"], done["done"], done["total"]) == ("counting", 3, 3)
    assert not worker.run_once(app, KINDS)


def test_oldest_job_is_done_first_and_others_kinds_are_left(app: Flask, clock: Clock) -> None:
    first = submitted(app)
    clock.forward(seconds=1)
    second = submitted(app)
    foreign = submitted(app, "something else")
    assert leased(app, "w") == first
    assert leased(app, "w") == second
    assert leased(app, "w") is None
    assert read(app, foreign)["status"] == "queued"


def test_job_of_a_dead_worker_is_taken_up_when_its_lease_runs_out(app: Flask, clock: Clock) -> None:
    job = submitted(app)
    assert leased(app, "dead") == job
    assert leased(app, "alive") is None
    clock.forward(seconds=61)
    assert worker.run_once(app, KINDS)
    assert (read(app, job)["status"], read(app, job)["attempts"]) == ("done", 2)


def test_lease_that_is_renewed_is_kept(app: Flask, clock: Clock) -> None:
    job = submitted(app)
    leased(app, "slow")
    for _ in range(5):
        clock.forward(seconds=50)
        with app.app_context(), transaction() as session:
            jobs.beat(session, job, "slow", ("solving", 0, 0), clock())
        assert leased(app, "other") is None


def test_worker_that_lost_its_lease_stores_nothing(app: Flask, clock: Clock) -> None:
    def overtaken(work: Work) -> list[int]:
        clock.forward(seconds=61)
        assert leased(app, "quicker") == work.job_id
        return [1]

    job = submitted(app)
    assert worker.run_once(app, {"count": Kind(overtaken, keep)})
    found = read(app, job)
    assert (found["status"], found["result"], found["attempts"]) == ("running", None, 2)


def test_job_that_workers_die_of_is_given_up(app: Flask, clock: Clock) -> None:
    job = submitted(app)
    for number in range(jobs.ATTEMPTS):
        assert leased(app, f"w{number}") == job
        clock.forward(seconds=61)
    assert leased(app, "w") is None
    found = read(app, job)
    assert (found["status"], found["fault"]) == (
        "failed",
        "3 workers ended in the middle of this job; it was given up.",
    )


def test_waiting_job_is_cancelled_at_once(app: Flask, administrator: Caller) -> None:
    job = submitted(app)
    etag = administrator.get(f"/jobs/{job}").headers["ETag"]
    answer = administrator.post(f"/jobs/{job}/transitions", {"to": "cancelled", "reason": "wrong list"}, etag=etag)
    assert (answer.status_code, answer.json["status"]) == (200, "cancelled")
    assert not worker.run_once(app, KINDS)
    again = administrator.post(
        f"/jobs/{job}/transitions", {"to": "cancelled", "reason": "again"}, etag=answer.headers["ETag"]
    )
    assert again.status_code == 409


def test_running_job_is_cancelled_at_its_next_step(app: Flask, administrator: Caller) -> None:
    steps: list[int] = []

    def interrupted(work: Work) -> list[int]:
        for number in range(100):
            work.step("counting", number, 100)
            steps.append(number)
            if number == 3:
                etag = administrator.get(f"/jobs/{work.job_id}").headers["ETag"]
                body = {"to": "cancelled", "reason": "enough"}
                answer = administrator.post(f"/jobs/{work.job_id}/transitions", body, etag=etag)
                assert (answer.json["status"], answer.json["cancel_requested"]) == ("running", True)
        return steps

    job = submitted(app)
    worker.run_once(app, {"count": Kind(interrupted, keep)})
    found = read(app, job)
    assert (found["status"], found["result"], steps) == ("cancelled", None, [0, 1, 2, 3])


def test_cancellation_while_the_result_is_being_stored_undoes_the_storing(app: Flask) -> None:
    def late(session: Session, work: Work, outcome: list[int]) -> Mapping[str, Any]:
        job = session.get(Job, work.job_id)
        assert job is not None
        job.cancel_requested = True
        jobs.submit(session, "left behind", {}, actor=SYSTEM, now=work.now)
        return {}

    job = submitted(app)
    worker.run_once(app, {"count": Kind(count, late)})
    # The request to cancel was part of what was undone; the job ends as cancelled all the same.
    assert read(app, job)["status"] == "cancelled"
    listed = caller(app, "administrator").get("/jobs").json or {}
    assert [one["kind"] for one in listed["items"]] == ["count"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotFound("request", "r1"), "There is no request with the id r1."),
        (ZeroDivisionError(), "This is a fault of ours. Quote the job's id."),
    ],
)
def test_work_that_fails_says_why(app: Flask, error: Exception, said: str) -> None:
    def fail(work: Work) -> None:
        raise error

    job = submitted(app)
    worker.run_once(app, {"count": Kind(fail, keep)})
    assert (read(app, job)["status"], read(app, job)["fault"]) == ("failed", said)


def test_fault_is_said_in_the_callers_language(app: Flask, administrator: Caller) -> None:
    def fail(work: Work) -> None:
        raise NotFound("request", "r1")

    job = submitted(app)
    worker.run_once(app, {"count": Kind(fail, keep)})
    answer = administrator.get(f"/jobs/{job}", headers={"Accept-Language": "zh-CN"})
    assert "请求" in (answer.json or {})["fault"]


def test_nobody_but_offices_sees_others_jobs(app: Flask) -> None:
    own = submitted(app, actor=OTHER)
    foreign = submitted(app)
    with app.app_context(), transaction(read_only=True) as session:
        assert jobs.get(session, own, actor=OTHER).id == own
        with pytest.raises(NotFound):
            jobs.get(session, foreign, actor=OTHER)
        page = jobs.find(session, {"limit": 50}, actor=OTHER)
        assert [job.id for job in page.items] == [own]


def test_threads_share_the_jobs_and_each_is_done_once(app: Flask) -> None:
    done: list[str] = []

    def note(work: Work) -> str:
        done.append(work.job_id)
        return work.job_id

    kinds = {"count": Kind(note, lambda session, work, outcome: {"by": outcome})}
    wanted = [submitted(app) for _ in range(12)]
    stop = threading.Event()
    threads = [threading.Thread(target=drain, args=(app, kinds, stop)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(done) == sorted(wanted)
    assert {read(app, job)["status"] for job in wanted} == {"done"}


def drain(app: Flask, kinds: Mapping[str, Kind], stop: threading.Event) -> None:
    while worker.run_once(app, kinds):
        pass


def test_thread_of_a_server_does_jobs_as_they_come(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "POLL", 0.02)
    crew = Crew(app, KINDS)
    job = submitted(app)
    for _ in waiting():
        if read(app, job)["status"] == "done":
            break
    crew.leave()
    assert read(app, job)["status"] == "done"


def test_job_is_left_to_whoever_knows_the_key_that_seals_the_log(
    app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "POLL", 0.02)
    old = app.extensions["audit_keys"]
    app.extensions["audit_keys"] = new = AuditKeys((*old.ordered, b"n" * 32), clock())
    job, somebody = submitted(app), caller(app, "administrator")
    app.extensions["audit_keys"] = old
    crew = Crew(app, KINDS)
    for _ in waiting():
        if somebody.get(f"/jobs/{job}").json["done"]:
            break
    assert somebody.get(f"/jobs/{job}").json["status"] == "running"
    app.extensions["audit_keys"] = new
    clock.forward(seconds=61)
    for _ in waiting():
        if read(app, job)["status"] == "done":
            break
    crew.leave()
    assert read(app, job)["status"] == "done"


def test_process_that_leaves_hands_its_job_back(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "POLL", 0.02)
    begun, end = threading.Event(), threading.Event()

    def slow(work: Work) -> list[int]:
        begun.set()
        end.wait(10)
        return [1]

    job = submitted(app)
    crew = Crew(app, {"count": Kind(slow, keep)})
    assert begun.wait(10)
    crew.leave()
    assert (read(app, job)["status"], read(app, job)["attempts"]) == ("queued", 0)
    assert worker.run_once(app, KINDS)
    end.set()
    assert (read(app, job)["result"], read(app, job)["attempts"]) == ({"counted": [0, 1, 2]}, 1)


def waiting() -> Iterator[int]:
    """Up to ten seconds, by twentieths."""
    pause = threading.Event()
    for turn in range(200):
        yield turn
        pause.wait(0.05)


def deeds(app: Flask, job: str) -> list[tuple[str, str, dict[str, str]]]:
    """What the audit log has of a job, oldest first."""
    log = caller(app, "auditor").get("/audit", query_string={"subject": job}).json or {}
    return [(row["action"], row["person"], row["details"]) for row in log["items"]][::-1]


def test_what_was_done_for_whom_is_in_the_audit_log(app: Flask) -> None:
    job = submitted(app)
    worker.run_once(app, KINDS)
    assert [deed[0] for deed in deeds(app, job)] == ["job.submitted", "job.done"]


def test_end_of_a_job_that_no_worker_works_at_is_in_the_audit_log(app: Flask, clock: Clock) -> None:
    given_up = submitted(app, actor=OTHER)
    for number in range(jobs.ATTEMPTS + 1):
        leased(app, f"w{number}")
        clock.forward(seconds=61)
    assert deeds(app, given_up)[1:] == [("job.failed", OTHER.person, {"work": "count"})]


def test_waiting_job_is_cancelled_in_one_deed_by_whoever_did(app: Flask, administrator: Caller) -> None:
    job = submitted(app, actor=OTHER)
    body = {"to": "cancelled", "reason": "wrong list"}
    assert administrator.post(f"/jobs/{job}/transitions", body, etag="*").status_code == 200
    (cancelled,) = deeds(app, job)[1:]
    assert (cancelled[0], cancelled[1] != OTHER.person) == ("job.cancelled", True)
    assert cancelled[2] == {"reason": "wrong list", "work": "count"}


def test_job_that_was_to_end_and_lost_its_worker_ends_in_the_audit_log(
    app: Flask, administrator: Caller, clock: Clock
) -> None:
    job = submitted(app)
    leased(app, "dead")
    body = {"to": "cancelled", "reason": "wrong list"}
    assert administrator.post(f"/jobs/{job}/transitions", body, etag="*").json["status"] == "running"
    clock.forward(seconds=61)
    assert leased(app, "alive") is None
    assert [deed[0] for deed in deeds(app, job)[1:]] == ["job.cancelled", "job.cancelled"]
    assert [deed[2] for deed in deeds(app, job)[1:]] == [{"reason": "wrong list"}, {"work": "count"}]
