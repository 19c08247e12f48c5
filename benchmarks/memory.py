"""Whether a process grows: the same lists asked for again and again, and its memory after each round."""

from __future__ import annotations

import gc
import json
from dataclasses import replace

from benchmarks.corpora import requests
from benchmarks.growth import resident
from benchmarks.serving import TOKEN, filled, settings
from expertdb.app import create_app

ROUNDS = 4


def grow(experts: int, count: int) -> None:
    """Print the memory of this process after each round of so many lists.

    In the first round every request has words that were not met before; in the others none has.
    """
    folder = filled(experts, 0)
    app = create_app(replace(settings(folder, str(folder / "index")), log_level="ERROR"))
    client, headers = app.test_client(), {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    bodies = [json.dumps({"text": one.text}) for one in requests(count)]
    print(f"{experts} experts; MB of the process's own after each round of {count} different lists")
    for number in range(1, ROUNDS + 1):
        for body in bodies:
            answer = client.post("/api/v1/shortlists/preview", data=body, headers=headers)
            if answer.status_code != 200:
                raise RuntimeError(answer.get_data(as_text=True))
        gc.collect()
        print(f"round {number}: {resident()[0]:.1f}", flush=True)
