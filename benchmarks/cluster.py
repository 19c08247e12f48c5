"""What a cluster needs, reckoned from what one shard took; docs/scale.md says what is assumed."""

from __future__ import annotations

from math import ceil

SIZES = (10_000_000, 100_000_000)
REPLICAS = 2
DISK_ROOM = 1.5  # Segments are rewritten as they are merged.
NODE_MEMORY = 128e9  # bytes, of which half is for points.
NODE_CORES = 16  # Each searches one shard at a time.
PATIENCE = 0.2  # seconds that a search may take on a shard.


def reckon(size: int, milliseconds: float, experts: int) -> None:
    """Print shards and machines for ten and a hundred million experts."""
    each = milliseconds / experts  # An exact search of a sparse index grows with the postings, so with the experts.
    print(f"from {size:,} bytes an expert, and {milliseconds:.1f} ms a search in {experts:,} experts")
    print("experts        disk, one copy  with replicas  shards for a search of 200 ms  machines of 128 GB")
    for pool in SIZES:
        held, shards = pool * size, ceil(round(pool * each / 1e3 / PATIENCE, 6))
        machines = max(ceil(held * REPLICAS / (NODE_MEMORY / 2)), ceil(shards / NODE_CORES), REPLICAS)
        disk = f"{held / 1e12:10.2f} TB {held * REPLICAS * DISK_ROOM / 1e12:13.2f} TB"
        print(f"{pool:<14,} {disk} {shards:12} {machines:25}")
