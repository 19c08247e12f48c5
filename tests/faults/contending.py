"""Several at once on the same experts and requests: what each was answered, and what stands there afterwards."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.api.people import ASKED, TERM
from tests.serving import Service

FIELDS = {"experts": "statement", "requests": "title"}


@dataclass
class Contest:
    """Edits that were acknowledged, by the path that was edited, with the versions they made."""

    won: dict[str, list[tuple[int, str]]]
    statuses: Counter[int] = field(default_factory=Counter)

    def lost(self, service: Service) -> list[str]:
        """What is not as it must be: every version once and in a row, and the last edit the one that stands."""
        wrong = []
        for path, edits in self.won.items():
            after = service.get(path).json
            versions = sorted(version for version, _ in edits)
            if versions != list(range(after["version"] - len(versions) + 1, after["version"] + 1)):
                wrong.append(f"{path}: versions {versions}, now {after['version']}")
            stands = after[FIELDS[path.partition("/")[0]]]
            if edits and (after["version"], stands) != max(edits):
                wrong.append(f"{path}: {stands} stands, {max(edits)} was acknowledged last")
        return wrong


def at_once(count: int, work: Callable[[int], None]) -> None:
    """Do it so many times at the same moment; what goes wrong in one is raised here."""
    wrong: list[BaseException] = []

    def safely(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=safely, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def contend(service: Service, editors: int, edits: int, things: int = 1) -> Contest:
    """So many edit so many times, each reading before; they share `things` experts and as many requests."""
    person = {"name": {"zh": "林岚"}, "kind": "K-PA", "status": "active", "term": TERM}
    paths = [f"experts/{service.post('experts', person).json['id']}" for _ in range(things)]
    paths += [f"requests/{service.post('requests', ASKED).json['id']}" for _ in range(things)]
    contest = Contest({path: [] for path in paths})

    def edit(number: int) -> None:
        chance = random.Random(number)
        for turn in range(edits):
            path = chance.choice(paths)
            said = f"editor {number} turn {turn}"
            etag = service.get(path).headers["etag"]
            body = {FIELDS[path.partition("/")[0]]: said}
            answer = service.call("PATCH", path, body, If_Match=etag)
            contest.statuses[answer.status] += 1
            if answer.status == 200:
                contest.won[path].append((answer.json["version"], said))

    at_once(editors, edit)
    return contest
