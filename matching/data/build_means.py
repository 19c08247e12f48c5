"""Work out the mean vector of the background of requests in each language, for the encoder of the extra `semantic`.

    python -m matching.data.build_means

writes `means.json` anew; to be run when `requests.tsv` or the encoder changes (tests/unit/matching/test_likeness.py,
with --every-engine, says when). It takes half a minute, which no process need spend at its start.
"""

import json
from pathlib import Path

from matching.meaning import means_of, only_encoder

if __name__ == "__main__":
    encoder = only_encoder()
    means = {language: [round(one, 6) for one in mean.tolist()] for language, mean in means_of(encoder).items()}
    path = Path(__file__).with_name("means.json")
    path.write_text(json.dumps({"encoder": encoder.name, "means": means}) + "\n", encoding="utf-8")
    print(f"{path.name}: {encoder.name}")
