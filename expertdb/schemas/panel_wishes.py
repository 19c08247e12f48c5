"""How a panel should be made up: said on a request as a wish, and where the panel is formed."""

from marshmallow import Schema

from expertdb.schemas.fields import Choice, Int, Several
from expertdb.schemas.personal import Stated
from matching.panel import TYPES, presets

LARGEST_PANEL = 100
MOST_RULES = 100
RULES = {"description": f"objects with a `type` and its parameters (docs/panels.md); types: {', '.join(TYPES)}"}


class PanelWish(Schema):
    """A preset, rules of one's own, sizes."""

    preset = Choice(presets(), allow_none=True)
    rules = Several(Stated(), maximum=MOST_RULES, metadata=RULES)
    size = Int(low=1, high=LARGEST_PANEL, allow_none=True)
    reserves = Int(low=0, high=LARGEST_PANEL, allow_none=True)
