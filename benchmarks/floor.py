"""The floor: Flask under gunicorn that reads a JSON body and dumps the same answer, and does nothing else."""

import json
import os
from pathlib import Path
from typing import Any

from flask import Flask, request

app = Flask("floor")
ANSWER = json.loads(Path(os.environ["FLOOR_ANSWER"]).read_text("utf-8"))


@app.post("/")
def answer() -> Any:
    """The answer, dumped anew for each call."""
    request.get_json()
    return app.response_class(json.dumps(ANSWER, ensure_ascii=False), mimetype="application/json")
