"""What Prometheus may ask: counters and times of this process and its siblings, and what the database says of itself.

Under gunicorn each process writes its figures into files of one folder (`PROMETHEUS_MULTIPROC_DIR`, which
config/gunicorn.py sets before this is imported), and whoever answers `/metrics` adds them up. Labels are rules and
codes, never addresses or names: few values each, and nothing personal.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
METHODS = ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS")
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

_requests = Counter("expertdb_requests", "Answers, by rule, method and status.", ["rule", "method", "status"])
_seconds = Histogram("expertdb_request_seconds", "Time to answer, by rule.", ["rule"], buckets=SECONDS)
_ranking = Histogram("expertdb_ranking_seconds", "Time to bring the index up to date and rank.", buckets=SECONDS)
_refused = Counter("expertdb_refused", "Requests that never reached the application, by status.", ["status"])
_index = Gauge(
    "expertdb_index_version",
    "Corpus version of the index: the oldest among live processes. One that is asked for nothing stays behind.",
    multiprocess_mode="livemin",
)


def answered(rule: str, method: str, status: int, seconds: float) -> None:
    """Count one answer of the application."""
    _requests.labels(rule, method if method in METHODS else "other", str(status)).inc()
    _seconds.labels(rule).observe(seconds)


def refused(status: int) -> None:
    """Count a request that the server turned away before the application saw it."""
    _refused.labels(str(status)).inc()


@contextmanager
def ranking() -> Iterator[None]:
    """Time a ranking."""
    started = perf_counter()
    yield
    _ranking.observe(perf_counter() - started)


def index_is_at(version: int) -> None:
    """Note the corpus version that this process ranks with."""
    _index.set(version)


def text(facts: Mapping[str, tuple[str, Mapping[str, float]]]) -> bytes:
    """All metrics in Prometheus' text format, with `facts` besides: name to (help, value by label "state")."""
    registry = CollectorRegistry()
    registry.register(_Facts(facts))
    return _of_processes() + generate_latest(registry)


@dataclass(frozen=True, eq=False)
class _Facts(Collector):
    """Figures as they are now. Gauges would be kept in the processes' folder, and be given once more from there."""

    facts: Mapping[str, tuple[str, Mapping[str, float]]]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield each with its values."""
        for name, (meaning, values) in self.facts.items():
            labelled = set(values) != {""}
            family = GaugeMetricFamily(name, meaning, labels=["state"] if labelled else [])
            for state, value in values.items():
                family.add_metric([state] if labelled else [], value)
            yield family


def _of_processes() -> bytes:
    if FOLDER not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
