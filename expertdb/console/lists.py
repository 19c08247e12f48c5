"""What the pages of shortlists draw and say: bars, terms in words, filters in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from expertdb.console.evidence import marked
from expertdb.console.filtering import at_home
from expertdb.console.language import colon, comma, said, semicolon
from expertdb.console.words import label, person_name, terms, word
from expertdb.wording import COMMA

WIDTH, HEIGHT = 160, 12
BAR = Markup('<rect class="part-{}" x="{:.1f}" width="{:.1f}" height="{}"/>')
FRAME = Markup('<svg class="bar" width="{0}" height="{1}" viewBox="0 0 {0} {1}" role="img" aria-label="{2}">{3}</svg>')
FIELDS = ("concept", "native", "pivot", "semantic", "rest")
FILTER_VOCABULARY = {"region": ("region",), "kind": ("expert_kind",), "language": ("language",), "code": ()}


def affinity_bar(entry: Mapping[str, Any], top: float) -> Markup:
    """An affinity as a bar, next to the longest of the list, in parts: what each field of terms gave, and likeness."""
    parts = dict.fromkeys(FIELDS, 0.0)
    parts["semantic"] = _likeness(entry)
    for term in entry["reasons"]["terms"]:
        parts[term["field"] if term["field"] in parts else "rest"] += max(term["contribution"], 0.0)
    whole = sum(parts.values()) or 1.0
    length = WIDTH * entry["affinity"] / top if top > 0 else 0.0
    x, bars = 0.0, Markup()
    for field, share in parts.items():
        width = length * share / whole
        bars += BAR.format(field, x, width, HEIGHT)
        x += width
    return FRAME.format(WIDTH, HEIGHT, said("Affinity {value}", value=f"{entry['affinity']:.3f}"), bars)


def parts_of(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """The parts that bars of these entries have; likeness where meaning counted."""
    return [field for field in FIELDS if field != "semantic" or any(map(_likeness, entries))]


def _likeness(entry: Mapping[str, Any]) -> float:
    return float(sum(one["value"] for one in entry["reasons"]["adjustments"] if one["name"] == "semantic"))


def difference_bar(line: Mapping[str, Any], found: Any) -> Markup:
    """A line of a comparison as a bar to the left (the first gains) or to the right (the second does)."""
    longest = max((abs(one["first"] - one["second"]) for one in found.lines), default=1.0) or 1.0
    value = line["first"] - line["second"]
    width = WIDTH / 2 * abs(value) / longest
    start, colour = (WIDTH / 2 - width, "concept") if value > 0 else (WIDTH / 2, "pivot")
    return FRAME.format(WIDTH, HEIGHT, f"{value:+.4f}", BAR.format(colour, start, width, HEIGHT))


def term_label(term: Mapping[str, Any]) -> str:
    """A term of a reason in words: a code's label, the words themselves, or how many are not listed."""
    if term["field"] == "concept":
        return label(term["term"])
    if term["field"] == "rest":
        return said("{count} more", count=term["label"].partition(" ")[0])
    return _listed(str(term["label"]))


def _listed(words: str) -> str:
    """The words of a line, with the signs of this page between them: stored are those of English."""
    return words.replace(COMMA["en"], comma())


def compared(line: Mapping[str, Any]) -> str:
    """A line of a comparison in words."""
    name, _, code = str(line["term"]).partition(" ")
    if line["field"] == "adjustment":
        return word("adjustment", name) + (f"{colon()}{label(code)}" if code else "")
    return label(line["term"]) if line["field"] == "concept" else _listed(str(line["label"]))


def why_before(found: Any) -> str:
    """In one sentence, why the one with the higher affinity of two stands before the other: the largest lines."""
    if not round(found.difference, 4):
        return said("Both have the same affinity.")
    sign = 1 if found.difference > 0 else -1
    above, below = (found.first, found.second) if sign > 0 else (found.second, found.first)
    values = [(compared(line), sign * (line["first"] - line["second"])) for line in found.lines]
    rest = said("all other lines together"), sign * found.rest
    told = {
        "above": person_name(above["expert"]["name"]),
        "below": person_name(below["expert"]["name"]),
        "gains": _largest(values, rest, 3),
        "losses": _largest([(words, -value) for words, value in values], (rest[0], -rest[1]), 2),
    }
    if not told["losses"]:
        return said("{above} stands before {below} above all by {gains}.", **told)
    return said("{above} stands before {below} above all by {gains}. In favour of {below}: {losses}.", **told)


def _largest(values: Sequence[tuple[str, float]], rest: tuple[str, float], most: int) -> str:
    """The largest of some lines in words, each with what it counts; behind them all others, where they count more."""
    gains = sorted((one for one in values if round(one[1], 4) > 0), key=lambda one: -one[1])[:most]
    gains += [rest] if rest[1] > (gains[-1][1] if gains else 0) else []
    return semicolon().join(f"{words} {value:.4f}" for words, value in gains)


def filter_label(name: str, value: str) -> str:
    """A filter's value in words."""
    return word("mode", value) if name == "mode" else label(value, *FILTER_VOCABULARY[name])


def places_of_province() -> list[tuple[str, str]]:
    """The province and its cities, to choose from."""
    return [(code, words) for code, words in terms("region") if at_home(code)]


FILTERS: dict[str, Any] = {"marked": marked, "compared": compared, "parts_of": parts_of}
GLOBALS: dict[str, Any] = {
    "affinity_bar": affinity_bar,
    "difference_bar": difference_bar,
    "term_label": term_label,
    "why_before": why_before,
    "filter_label": filter_label,
    "places_of_province": places_of_province,
}
