"""From the form of a draw to the body that the service takes, and records of draws as text."""

import json
from collections.abc import Mapping
from typing import Any

from flask import abort

from expertdb import strict_json
from expertdb.console.forms import Typed
from expertdb.console.panel_forms import PARAMETERS, added, rule_of
from expertdb.errors import Fault, InvalidInput
from expertdb.schemas.draws import DrawBody
from expertdb.wording import Text

# A draw knows upper limits only.
LIMITED = ("max_per_organisation", "max_per_city", "max_per_region", "max_per", "max_share", "at_most", "keep_apart")
LIMITS = {type: PARAMETERS[type] for type in (*LIMITED, "odd", "max_load", "min_affinity")}


def body_of(form: Mapping[str, Any]) -> Typed:
    """The body for the service."""
    rows = ("rules", "strata", "not_before")
    plain = {name: value for name, value in form.items() if value not in (None, []) and name not in rows}
    stated = plain | {"not_before": form["not_before"].isoformat()}
    strata = [{name: value for name, value in row.items() if value not in (None, [])} for row in form.get("strata", ())]
    loaded: Typed = DrawBody().load(stated | ({"strata": strata} if strata else {}))
    return loaded | {"rules": [rule_of(row) for row in form.get("rules", ())]}


def changed(typed: Typed, form: Mapping[str, str]) -> Typed:
    """The form with a row more or less, as the button that was pressed says."""
    strata = list(typed.get("strata", ()))
    return added(typed, form) | {"strata": [*strata, {}] if "add_stratum" in form else strata}


def published(record: Mapping[str, Any] | None) -> str:
    """A record as the file that is published; there is none before the reveal."""
    if record is None:
        abort(404)
    return json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True)


def record_of(text: str) -> Any:
    """What a pasted record says; raises InvalidInput."""
    try:
        return strict_json.loads(text.encode())
    except strict_json.NotJson as error:
        detail = Text("This cannot be read as JSON: {reason}.", reason=error.reason)
        raise InvalidInput(Fault("/record", detail)) from error
