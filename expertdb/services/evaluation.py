"""Measuring the matcher on judged files; needs no database and no settings."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from expertdb.services.analysers import analyser_for
from matching import Parameters, evaluate, read_experts, read_judgments, read_requests


def measure(
    experts: Path,
    requests: Path,
    judgments: Path,
    group_by: Literal["request", "expert"],
    *,
    as_served: bool,
    parameters: Parameters,
    clock: Callable[[], float],
) -> dict[str, Any]:
    """The metrics of `matching.evaluate` for these files; raises matching.FileFault that names file and line, and
    RuntimeError where the parameters take an extra that is not installed. `as_served`: see
    `matching.read_experts`.
    """
    analyser = analyser_for(parameters)
    profiles, asked = read_experts(experts, as_served=as_served), read_requests(requests)
    judged = read_judgments(judgments, {one.id for one in asked}, {one.expert for one in profiles})
    return evaluate(profiles, asked, judged, group_by, analyser, clock, parameters)
