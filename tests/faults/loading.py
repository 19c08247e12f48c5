"""Many clients for minutes: what they were answered, how long it took, and what became of the memory."""

import contextlib
import io
import json
import random
import socket
import statistics
import threading
import time
from collections import Counter
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from expertdb.database import transaction
from expertdb.services import imports
from expertdb.services.actors import SYSTEM
from expertdb.services.rosters import Upload
from tests.api.people import TERM
from tests.callers import BOOTSTRAP, Clock
from tests.conftest import START, close, make_app
from tests.serving import PATIENCE, Service, call

TOPICS = (
    "外观设计",
    "锂电池隔膜",
    "电商投诉",
    "质押融资",
    "海外侵权",
    "标准必要专利",
    "茶叶地理标志",
    "商业秘密",
    "石材机械",
    "鞋面材料",
)
WORDS = (
    "专利无效",
    "侵权判定",
    "稳定性分析",
    "许可谈判",
    "价值评估",
    "证据固定",
    "平台规则",
    "应诉",
    "风险补偿",
    "布局",
)
CODES = ("LG-INV", "PAT-INV", "LG-OVS", "FN-PLDG", "FN-VAL", "PAT", "SE05", "FN-LIC")
AT_ONCE = 20_000


def profile(number: int, chance: random.Random) -> dict[str, Any]:
    """Somebody invented, as an import line has it."""
    topic, word = chance.choice(TOPICS), chance.choice(WORDS)
    items = [
        {
            "kind": "case",
            "title": f"{chance.choice(TOPICS)}{chance.choice(WORDS)}案",
            "year": chance.randint(2015, 2026),
        }
        for _ in range(chance.randint(1, 4))
    ]
    return {
        "id": f"load-{number}",
        "name": {"en": f"Loaded {number}"},
        "kind": "K-PA",
        "status": "active",
        "term": TERM,
        "region": chance.choice(("350100", "350200", "350500", "350900")),
        "statement": f"执业{chance.randint(2, 30)}年，主攻{topic}的{word}，编号{number}。",
        "codes": chance.sample(CODES, chance.randint(1, 4)),
        "items": items,
    }


def fill(url: str, count: int) -> None:
    """So many experts, by imports."""
    app, chance = make_app(url, Clock(START)), random.Random(count)
    with app.app_context():
        for first in range(0, count, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, count))
            _bring_in(b"\n".join(json.dumps(profile(number, chance)).encode() for number in numbers))
    close(app)


def _bring_in(lines: bytes) -> None:
    upload = Upload("load.jsonl", io.BytesIO(lines))
    with transaction(read_only=True) as session:
        plan = imports.examine(session, upload, imports.Options(), dry_run=False, actor=SYSTEM, now=START)
    assert not plan.report.faults, plan.report.faults[:3]
    with transaction() as session:
        imports.store(session, plan, actor=SYSTEM, now=START)
    plan.close()


def memory_of(processes: list[int]) -> int:
    """Bytes that these processes have of their own (proportional share of what they share)."""
    total = 0
    for process in processes:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += 1024 * int(line.split()[1])
    return total


class Load:
    """Clients on kept connections: most ask for lists, some read, one in sixteen edits."""

    def __init__(self, running: Service, clients: int) -> None:
        self.running, self.clients = running, clients
        self.statuses: Counter[str] = Counter()
        self.seconds: list[float] = []
        self.memory: list[tuple[int, int]] = []  # requests so far, bytes
        self.silent = 0  # connections of clients that said a byte now and then
        self._stop = threading.Event()

    def run(self, seconds: float, silent: int = 0) -> None:
        """Press for so long, with so many silent clients beside, and look at the memory every few seconds."""
        experts = [one["id"] for one in self.running.get("experts?limit=200").json["items"]]
        threads = [threading.Thread(target=self._work, args=(number, experts)) for number in range(self.clients)]
        threads += [threading.Thread(target=self._drip, args=(silent,))]
        for thread in threads:
            thread.start()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(min(5.0, seconds / 20))
            self.memory.append((len(self.seconds), memory_of(self.running.workers())))
        self._stop.set()
        for thread in threads:
            thread.join()

    def _work(self, number: int, experts: list[str]) -> None:
        chance = random.Random(number)
        connection = HTTPConnection("127.0.0.1", self.running.port, timeout=PATIENCE)
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                status = str(self._call(connection, number, chance, experts))
            except OSError as error:
                status = type(error).__name__
                connection.close()
            self.statuses[status] += 1
            self.seconds.append(time.monotonic() - began)

    def _drip(self, count: int) -> None:
        """Hold so many connections whose requests never end, each with one more byte a second; new ones for old."""
        held: list[socket.socket] = []
        while not self._stop.wait(1.0):
            for one in list(held):
                try:
                    one.sendall(b"a")
                except OSError:
                    held.remove(one)
                    one.close()
            while len(held) < count:
                with contextlib.suppress(OSError):
                    held.append(self.running.connect())
                    held[-1].sendall(b"GET /api/v1/requests HTTP/1.1\r\nX-Slow: ")
                    self.silent += 1
        for one in held:
            one.close()

    def _call(self, connection: HTTPConnection, number: int, chance: random.Random, experts: list[str]) -> int:
        said: dict[str, Any] = {"secret": BOOTSTRAP}
        if number % 16 == 0:
            statement = f"主攻{chance.choice(TOPICS)}的{chance.choice(WORDS)}"
            path = f"experts/{chance.choice(experts)}"
            return call(connection, "PATCH", path, {"statement": statement}, If_Match="*", **said).status
        if chance.random() < 0.2:
            return call(connection, "GET", f"experts/{chance.choice(experts)}", **said).status
        title = f"{chance.choice(TOPICS)}{chance.choice(WORDS)}"
        asked = {
            "title": title,
            "text": "请推荐熟悉此事的专家。",
            "aspects": [{"code": chance.choice(CODES)}],
            "size": 10,
        }
        return call(connection, "POST", "shortlists/preview", asked, **said).status

    @property
    def slope(self) -> float:
        """Bytes of memory by which 10,000 requests made the processes grow: least squares over the later half."""
        later = self.memory[len(self.memory) // 2 :]
        fit = statistics.linear_regression([count for count, _ in later], [size for _, size in later])
        return 10_000 * fit.slope

    @property
    def wrong(self) -> dict[str, int]:
        """Answers that nobody should have got."""
        return {status: count for status, count in self.statuses.items() if status not in ("200", "503")}

    def tell(self) -> None:
        """Print the figures."""
        times = sorted(self.seconds)
        p50, p99 = (1000 * times[int(share * len(times))] for share in (0.5, 0.99))
        print(f"{len(times)} requests by {self.clients} clients, answers {dict(self.statuses)}")
        print(f"{self.silent} connections of silent clients beside")
        print(f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, most {1000 * times[-1]:.0f} ms")
        first, last = self.memory[0][1] / 2**20, self.memory[-1][1] / 2**20
        print(f"memory {first:.0f} MB, then {last:.0f} MB; {self.slope / 2**20:+.2f} MB for 10,000 requests")
