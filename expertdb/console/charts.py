"""Charts as SVG with attributes only, for nothing may be styled inline; each has a table behind it on the page."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from expertdb import vocabularies
from expertdb.console.filtering import HOME_PROVINCE
from expertdb.console.language import said
from expertdb.console.words import label, terms
from matching.panel.candidates import city_of

TOP, CELL, ROW = 26, 66, 20
WIDE, NARROW = 12, 6.6  # What a Chinese character and a Latin one take of a line.
MOST_ROWS = 80
SQUARE = Markup(
    '<rect class="heat" x="{}" y="{}" width="{}" height="{}" fill-opacity="{:.2f}"/>'
    '<text class="{}" x="{}" y="{}" text-anchor="middle">{}</text>'
)
MONTH, WIDEST = 64, 220
BAR = Markup('<rect class="part-concept" x="{}" y="{}" width="{}" height="{}"/>')
WORDS = Markup('<text x="{}" y="{}"{}>{}</text>')
FRAME = Markup(
    '<svg class="heatmap" width="{0}" height="{1}" viewBox="0 0 {0} {1}" role="img" aria-label="{2}">{3}</svg>'
)


def cities() -> list[tuple[str, str]]:
    """The cities of the province and what stands beside them, in the order of their codes."""
    regions = vocabularies.load("region").terms
    return [(code, words) for code, words in terms("region") if regions[code].parent == HOME_PROVINCE]


def heat_table(cells: Iterable[Any], vocabulary: str) -> list[tuple[str, list[int], int]]:
    """Code, active experts in each city, and in all: every code of the vocabulary, also where nobody is."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in cells:
        counts[one.code, _city(one.region)] += one.count
    columns = [code for code, _ in cities()]
    everywhere: Counter[str] = Counter()
    for (code, _), count in counts.items():
        everywhere[code] += count
    codes = [code for code, _ in terms(vocabulary)]
    shown = codes if len(codes) <= MOST_ROWS else [code for code in codes if everywhere[code]][:MOST_ROWS]
    return [(code, [counts[code, city] for city in columns], everywhere[code]) for code in shown]


def _city(region: str | None) -> str:
    return "" if region is None else city_of(vocabularies.upwards(region, ("region",)))


def heat_map(rows: Sequence[tuple[str, list[int], int]], vocabulary: str) -> Markup:
    """Services by cities, the darker the more; a nought stands out by being empty."""
    columns = cities()
    most = max((count for _, counts, _ in rows for count in counts), default=0) or 1
    labels = [_short(label(code, vocabulary)) for code, _, _ in rows]
    left = max(map(_width, labels), default=0) + 10  # On a telephone every column counts.
    parts = Markup()
    for place, (_, words) in enumerate(columns):
        middle = Markup(' text-anchor="middle" font-size="11"')
        parts += WORDS.format(left + place * CELL + CELL // 2, TOP - 8, middle, _in_a_column(words))
    for line, (_, counts, _) in enumerate(rows):
        y = TOP + line * ROW
        parts += WORDS.format(0, y + 14, "", labels[line])
        for place, count in enumerate(counts):
            share = count / most
            ink = "on-dark" if share > 0.72 else "on-light"
            x = left + place * CELL
            parts += SQUARE.format(x, y, CELL - 2, ROW - 2, share, ink, x + CELL // 2, y + 14, count or "")
    width, height = left + len(columns) * CELL, TOP + len(rows) * ROW
    return FRAME.format(width, height, said("Active experts by code and city; the table below has the figures"), parts)


def _in_a_column(words: str) -> str:
    """The name of a city as a column has room for it: 福州, 平潭, Pingtan."""
    return words.removesuffix("市").removesuffix("综合实验区").split()[0][:9]


def _short(words: str) -> str:
    room = 38 if words.isascii() else 18
    return words if len(words) <= room else words[: room - 1] + "…"


def _width(words: str) -> int:
    return round(sum(WIDE if ord(one) > 0x2E80 else NARROW for one in words))


def volume(found: Iterable[Any]) -> list[tuple[str, int]]:
    """How many requests came in each month that had any, whatever body sent them."""
    counts: Counter[str] = Counter()
    for one in found:
        counts[one.month] += one.requests
    return sorted(counts.items())


def month_bars(rows: Sequence[tuple[str, int]]) -> Markup:
    """Requests by month as bars."""
    most = max((count for _, count in rows), default=0) or 1
    parts = Markup()
    for line, (month, count) in enumerate(rows):
        y, width = line * ROW, WIDEST * count // most
        parts += WORDS.format(0, y + 14, "", month)
        parts += BAR.format(MONTH, y, width, ROW - 4)
        parts += WORDS.format(MONTH + width + 6, y + 14, "", count)
    size = MONTH + WIDEST + 50, len(rows) * ROW
    return FRAME.format(*size, said("Requests by month; the table below has the figures"), parts)


def share(value: float | None) -> str:
    """A share as a percentage."""
    return "—" if value is None else f"{100 * value:.0f}%"


def hours(value: float | None) -> str:
    """Hours as days and hours."""
    if value is None:
        return "—"
    days, rest = divmod(round(value), 24)
    return said("{days} d {hours} h", days=days, hours=rest)


FILTERS: Mapping[str, Any] = {"share": share, "hours": hours}
GLOBALS: Mapping[str, Any] = {"heat_map": heat_map, "heat_cities": cities, "volume": volume, "month_bars": month_bars}
