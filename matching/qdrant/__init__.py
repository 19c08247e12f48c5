"""The same ranking from Qdrant, for pools that outgrow one machine; docs/scale.md says when."""

from matching.qdrant.client import ClientEngine
from matching.qdrant.engine import Engine, EngineFault, Hit, Point
from matching.qdrant.index import QdrantIndex

__all__ = ["ClientEngine", "Engine", "EngineFault", "Hit", "Point", "QdrantIndex"]
