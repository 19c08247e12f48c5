"""The whole OpenAPI document against the service: calls made from it, singly and in chains along its links.

Pinned (schemathesis): no 500; every answer has a status, type, headers and body that the document names; methods that
it does not know are refused; who has no token is kept out.
`SCHEMATHESIS_EXAMPLES` and `SCHEMATHESIS_CHAINS` raise the numbers; `make soak PARTS=contract` does.
"""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask, Response
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS, Failure, FailureGroup, load_all_checks

from tests.api.people import expert, shortlist
from tests.callers import Caller
from tests.conftest import caller

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "2"))
STEPS = int(os.environ.get("SCHEMATHESIS_CHAINS", "5"))
QUIETLY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
load_all_checks()
# What the service does on purpose, and why the document cannot say so.
NOT_ASKED = {
    # If-Match is answered 428 when it is missing or empty, before anything else is looked at.
    "missing_required_header",
    # A valid body may name an organisation or a code that is not there, or come at a wrong moment: 404, 409, 412, 422.
    "positive_data_acceptance",
    # Bodies are bounded in ways that JSON Schema cannot say (normal forms, combining marks, dates in order).
    "negative_data_rejection",
    # Deleting an expert keeps its shortlists readable.
    "use_after_free",
    # Creating answers with what was made, and it may be read only by roles that are not the creator's.
    "ensure_resource_availability",
    "max_response_time",
    "object_level_authorization",
}
CHECKED = [check for check in CHECKS.get_all() if check.__name__ not in NOT_ASKED]


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def headers(administrator: Caller) -> dict[str, str]:
    """What every call carries: the checks must know that it was meant, not made up."""
    return {"Authorization": f"Bearer {administrator.secret}"}


@pytest.fixture(autouse=True)
def answered(app: Flask) -> Iterator[Counter[str]]:
    """How often each status was answered; the soak prints it."""
    statuses: Counter[str] = Counter()

    def count(answer: Response) -> Response:
        statuses[str(answer.status_code)] += 1
        return answer

    app.after_request_funcs.setdefault(None, []).append(count)
    yield statuses
    print(f"\n{sum(statuses.values())} calls answered: {dict(sorted(statuses.items()))}")


@pytest.fixture
def api(app: Flask, administrator: Caller) -> Any:
    """The document of a service with a little in it, called as an administrator."""
    expert(administrator)
    shortlist(caller(app, "agency", "晋江鞋服产业园知识产权保护工作站"))
    app.testing = False
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


def test_every_operation_keeps_its_contract(api: Any, headers: dict[str, str]) -> None:
    failures = []
    for found in api.get_all_operations():
        operation = found.ok()
        try:
            called(operation, headers)
        except (schemathesis.errors.SchemathesisError, FailureGroup, Failure) as error:
            failures.append(f"{operation.label}: {error}")
    assert failures == []


def called(operation: Any, headers: dict[str, str]) -> None:
    """Call an operation as its description allows, and not."""

    @QUIETLY
    @given(case=operation.as_strategy())
    def call(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKED, headers=headers)

    call()


def test_chains_of_calls_keep_it_too(api: Any, headers: dict[str, str]) -> None:
    class Checked(api.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:
            return {"headers": headers}

        def validate_response(self, response: Any, case: schemathesis.Case, *more: Any, **options: Any) -> None:
            case.validate_response(response, checks=CHECKED, headers=headers)

    Checked.run(settings=settings(QUIETLY, max_examples=STEPS, stateful_step_count=6, phases=[Phase.generate]))
