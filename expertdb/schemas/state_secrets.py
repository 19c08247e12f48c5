"""State secrets must not enter this system: whatever bears their mark is refused, wherever in a body it stands."""

import re
from typing import Any

from marshmallow import Schema, ValidationError, validates_schema

from expertdb.wording import Text

# How a document of the state says that it is secret: 绝密★30年, 机密★, 秘密★1年.
MARK = re.compile(r"(绝密|机密|秘密)\s{0,3}[★☆]")
DEEPEST = 12  # No field takes anything nested more deeply.


class WithoutStateSecrets(Schema):
    """A body of which every text is looked at as it was sent: no field that is added can be forgotten."""

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def holds_no_state_secret(self, data: Any, original: Any, **kwargs: Any) -> None:
        if found := _marked(original, DEEPEST):
            raise ValidationError(found)


def _marked(value: Any, depth: int) -> Any:
    """What is wrong with each text in a JSON value, where it stands; nothing where no text bears the mark."""
    if isinstance(value, str):
        found = MARK.search(value)
        detail = "This bears the mark of a state secret ({mark}); state secrets must not enter this system."
        return [Text(detail, mark=found[0])] if found else None
    parts = value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
    if depth == 0:
        return None
    inner = {key: _marked(key, depth) or _marked(part, depth - 1) for key, part in parts}
    return {key: wrong for key, wrong in inner.items() if wrong}
