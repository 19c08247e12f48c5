"""Check a draw's published record, with Python alone: python3 verify_draw.py record.json [commitment published before]
The algorithm is specified in matching/draw/algorithm.py; this file shares no code with it."""

import hashlib
import hmac
import json
import pathlib
import sys

canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def digest(label, x):
    return hashlib.sha256(f"expertdb-draw/1/{label}\n{canonical(x)}".encode()).hexdigest()


def shuffled(people, seed, stratum, attempt):
    people, key = sorted(people), bytes.fromhex(seed)
    blocks = (hmac.digest(key, canonical([stratum, attempt, i]).encode(), "sha256") for i in range(2**62))
    numbers = (int.from_bytes(block[i : i + 8], "big") for block in blocks for i in (0, 8, 16, 24))
    for i in range(len(people) - 1):
        n = len(people) - i
        j = i + next(x for x in numbers if x < n * (2**64 // n)) % n
        people[i], people[j] = people[j], people[i]
    return iter(people)


def draw(terms, seed, attempt):
    orders, found, taken = {}, {"seats": [], "reserves": []}, set()
    for what, (place, s) in [(what, one) for what in found for one in enumerate(terms["strata"])]:
        inside = [p["expert"] for p in terms["pool"] if p["stratum"] == s["name"]]
        order = orders.setdefault(place, shuffled(inside, seed, s["name"], attempt))
        wanted = s[what]
        while wanted and (one := next(order, None)) is not None:
            if all(one not in m["experts"] or len(taken & {*m["experts"]}) < m["limit"] for m in terms["limits"]):
                taken.add(one)
                found[what].append({"expert": one, "stratum": s["name"]})
                wanted -= 1
    return found["seats"], found["reserves"]


def checks(r, published=None):
    t, seats = r["terms"], sum(s["seats"] for s in r["terms"]["strata"])
    tries = ((n, draw(t, r["seed"], n)) for n in range(1, 1001))
    again = next(((n, *d) for n, d in tries if len(d[0]) == seats), None)
    yield "version", r["version"] == "expertdb-draw/1"
    yield "somebody twice in the pool", len({p["expert"] for p in t["pool"]}) == len(t["pool"])
    yield "published commitment", published in (None, r["commitment"])
    yield "pool_hash", r["pool_hash"] == digest("pool", t)
    yield "commitment", r["commitment"] == digest("commitment", [r["secret"], r["pool_hash"]])
    yield "seed", r["seed"] == digest("seed", [r["secret"], r["public_value"], r["pool_hash"]])
    yield "times", t["frozen_at"] < t["not_before"] <= r["revealed_at"]
    yield "attempt, members or reserves", again == (r["attempt"], r["members"], r["reserves"])


if __name__ == "__main__":
    record = json.loads(pathlib.Path(sys.argv[1]).read_text("utf-8"))
    wrong = [name for name, sound in checks(record, *sys.argv[2:]) if not sound]
    print("valid" if not wrong else "wrong: " + "; ".join(wrong))
    sys.exit(bool(wrong))
