"""Forms: the names of their fields are JSON pointers, so that the API's schemas read them and its faults find them.

What a form holds, typed or stored, is one nested value; a fault at `/items/2/title` stands at the field of that name.
Rows left blank are passed over. When two people edit one thing, what each changed is put together (`Form.merged`).
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from marshmallow import Schema, fields
from werkzeug.datastructures import MultiDict

from expertdb.errors import Fault
from expertdb.numerals import whole
from expertdb.schemas.fields import Bool, Choice, Code, Int

SEPARATORS = re.compile(r"[\s,;，；、]+")
LINES = re.compile(r"[\r\n]+")
Typed = dict[str, Any]


def raw_body(schema: Schema, form: MultiDict[str, str], prefix: str = "") -> Typed:
    """The JSON body that a form stands for: fields it does not hold are left out, cleared ones are null or left out.

    A group of fields (a term, an endorsement) that is left blank says nothing; where what is stored was `seen`, it was
    cleared.
    """
    body: Typed = {}
    for name, kind in schema.fields.items():
        pointer = f"{prefix}/{name}"
        if isinstance(kind, fields.Nested):
            inner = raw_body(kind.schema, form, pointer)
            is_cleared = (kind.required or form.get("seen")) and any(key.startswith(f"{pointer}/") for key in form)
            if inner or is_cleared:
                body[name] = inner
        elif isinstance(kind, fields.List):
            if f"{pointer}" in form or any(key.startswith(f"{pointer}/") for key in form):
                body[name] = _several(kind, form, pointer)
        elif pointer in form:
            value = _scalar(kind, form.getlist(pointer)[-1])
            if value is not None or kind.allow_none:
                body[name] = value
    return body


def _several(kind: fields.List[Any], form: MultiDict[str, str], pointer: str) -> list[Any]:
    if isinstance(kind.inner, fields.Nested):
        rows = (raw_body(kind.inner.schema, form, f"{pointer}/{place}") for place in _places(form, pointer))
        return [row for row in rows if _says_something(row, kind.inner.schema)]
    # One field for each value, or several in one: codes with spaces or commas between, anything else in lines.
    between = SEPARATORS if isinstance(kind.inner, Code | Choice) else LINES
    given = [part.strip() for value in form.getlist(pointer) for part in between.split(value)]
    return [value for value in dict.fromkeys(given) if value]


def _places(form: MultiDict[str, str], pointer: str) -> list[int]:
    found = {key.removeprefix(f"{pointer}/").partition("/")[0] for key in form if key.startswith(f"{pointer}/")}
    return sorted(place for place in map(whole, found) if place is not None)


def _says_something(row: Typed, schema: Schema) -> bool:
    """Whether a row holds more than the choices that every blank row begins with."""
    return any(value not in (None, "", False) for name, value in row.items() if not _is_choice(schema.fields[name]))


def _is_choice(kind: fields.Field[Any]) -> bool:
    return "enum" in kind.metadata or isinstance(kind, Bool)


def _scalar(kind: fields.Field[Any], text: str) -> Any:
    text = text.replace("\r\n", "\n")
    if isinstance(kind, Bool):
        return text == "true"
    if isinstance(kind, Int) and re.fullmatch(r"\s*[0-9]{1,12}\s*", text):
        return int(text)
    if isinstance(kind, fields.Float) and re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,9})?", text.strip()):
        return float(text)
    return text if text.strip() else None


@dataclass(frozen=True)
class Clash:
    """A field that somebody else changed meanwhile: what is stored now, and what was typed here."""

    name: str
    stored: Any
    typed: Any


@dataclass(frozen=True)
class Form:
    """What a form shows: values, faults by field, and of which version of the stored thing."""

    values: Typed
    faults: Mapping[str, list[str]] = field(default_factory=dict)
    version: int | None = None
    seen: str = ""
    is_clash: bool = False
    clashes: tuple[Clash, ...] = ()
    taken_over: tuple[Clash, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)  # Filled as the fields are written, read by the summary.

    @classmethod
    def blank(cls, **values: Any) -> "Form":
        """An empty form, but for what is given."""
        return cls(values)

    def of_version(self, version: int) -> "Form":
        """The form, as one of this version of the stored thing."""
        return replace(self, version=version)

    @classmethod
    def stored(cls, dumped: Mapping[str, Any], version: int | None) -> "Form":
        """A form that shows what is stored."""
        values = plain(dumped)
        return cls(values, version=version, seen=json.dumps({name: _mark(value) for name, value in values.items()}))

    @classmethod
    def faulty(cls, typed: Typed, faults: tuple[Fault, ...], version: int | None = None, seen: str = "") -> "Form":
        """What was typed, with its faults."""
        found: dict[str, list[str]] = {}
        for fault in faults:
            found.setdefault(fault.pointer, []).append(fault.detail)
        return cls(typed, found, version, seen)

    def merged(self, dumped: Mapping[str, Any], version: int | None) -> "Form":
        """What was typed here put together with what somebody else stored meanwhile.

        A field that only one of the two changed keeps that change; one that both changed is a clash, and shows what was
        typed here.
        """
        now, was = plain(dumped), _marks(self.seen)
        before = {name: was.get(name, NOTHING) for name in self.values}
        changed = [
            Clash(name, now.get(name), typed)
            for name, typed in self.values.items()
            if before[name] != _mark(now.get(name)) and _mark(typed) != _mark(now.get(name))
        ]
        taken_over = tuple(one for one in changed if before[one.name] == _mark(one.typed))
        values = self.values | {one.name: one.stored for one in taken_over}
        fresh = Form.stored(dumped, version)
        clashes = tuple(one for one in changed if one not in taken_over)
        return replace(fresh, values=values, is_clash=True, clashes=clashes, taken_over=taken_over)

    def value(self, pointer: str) -> Any:
        """What stands in a field; None when nothing does."""
        found: Any = self.values
        for step in pointer.strip("/").split("/"):
            if isinstance(found, list):
                place = whole(step)
                found = found[place] if place is not None and place < len(found) else None
            else:
                found = found.get(step) if isinstance(found, Mapping) else None
        return found

    def rows(self, pointer: str) -> list[Any]:
        """The rows of a list, empty when there are none."""
        found = self.value(pointer)
        return found if isinstance(found, list) else []

    def described(self, pointer: str, hint: str) -> dict[str, str]:
        """The attributes that tie a field to its hint and fault for those who hear the page."""
        wrong = bool(self.fault(pointer))
        ids = [f"{field_id(pointer)}-{what}" for what, there in (("hint", hint), ("fault", wrong)) if there]
        described = {"aria-describedby": " ".join(ids)} if ids else {}
        return described | ({"aria-invalid": "true"} if wrong else {})

    def named(self, pointer: str) -> str:
        """The field that a fault is of: itself, or the list that it is a value of; nothing where the form has none."""
        while pointer and pointer not in self.labels:
            pointer = pointer.rpartition("/")[0]
        return pointer

    def names_any(self, faults: Mapping[str, list[str]]) -> bool:
        """Whether one of the faults is of a field; otherwise it is the step that is refused, whatever was typed."""
        return any(self.named(pointer) for pointer in faults)

    def field_of(self, pointer: str) -> str:
        """The field that a fault is shown at: its own, or else the first of the form."""
        return self.named(pointer) or next(iter(self.labels), "")

    def faults_among(self, fields: list[str]) -> dict[str, list[str]]:
        """The faults to be told above one of the page's forms, the one with these fields."""
        return {at: said for at, said in self.faults.items() if self.field_of(at) in fields}

    def fault(self, pointer: str) -> list[str]:
        """What is wrong with a field, or with one value of the list that it is; a row of its own says it itself."""
        at_values = re.compile(rf"{re.escape(pointer)}(/[0-9]+)?")
        places = [at for at in self.faults if at_values.fullmatch(at) and (at == pointer or at not in self.labels)]
        return [said for at in places for said in self.faults[at]]


def field_id(pointer: str) -> str:
    """The id of a field's element."""
    return f"f{pointer}".replace("/", "-")


def plain(value: Any) -> Any:
    """A dumped value as a form holds it: pointers to other things by name, nothing of ids, nothing empty."""
    if isinstance(value, Mapping):
        if set(value) >= {"id", "name"}:
            return next(iter(value["name"].values()), value["id"])
        return {name: plain(inner) for name, inner in value.items() if name != "id" and inner is not None}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def _mark(value: Any) -> str:
    """A short hash of a value, alike for what is stored and the same thing typed."""
    text = json.dumps(_bare(value), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _bare(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: bare for name, inner in value.items() if (bare := _bare(inner))} or ""
    if isinstance(value, list | tuple):
        return [_bare(inner) for inner in value] or ""
    if isinstance(value, bool):
        return "true" if value else ""
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _marks(seen: str) -> dict[str, str]:
    try:
        found = json.loads(seen)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


NOTHING = _mark(None)
