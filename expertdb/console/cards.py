"""Tables whose rows a telephone shows as cards: `{% filter cards %}<table>…</table>{% endfilter %}` in a template.

console.css lays the rows out below each other. A cell's heading would then stand nowhere near it, so each cell names it
once more, for the eye only; and the parts of the table say what they are, since some browsers take a table that is laid
out otherwise for none.
"""

import re

from markupsafe import Markup

HEADING = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
OPENING = re.compile(r"<(table|thead|tbody|tfoot|tr|th|td)\b([^>]*)>")
SPAN = re.compile(r'colspan="(\d+)"')
ROLES = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tfoot": "rowgroup", "tr": "row", "td": "cell"}


def cards(table: Markup) -> Markup:
    """A table with one row of headings, each cell labelled by that of its column."""
    head = table[: table.find("</thead>")]
    labels = [_label(head[found.start(1) : found.end(1)]) for found in HEADING.finditer(head)]
    pieces, done, place = [], 0, 0
    for tag in OPENING.finditer(table):
        name, attributes = tag[1], table[tag.start(2) : tag.end(2)]
        role = ROLES.get(name) or ("columnheader" if 'scope="col"' in attributes else "rowheader")
        if name == "tr":
            place = 0
        if name == "table":
            attributes = _with_class(attributes)
        pieces += [table[done : tag.start()], Markup('<{} role="{}"').format(name, role), attributes]
        if name in ("td", "th"):
            label, place = labels[place], place + _width(attributes)
            if name == "td" and label:
                pieces.append(Markup(' data-label="{}"').format(label))
        pieces.append(Markup(">"))
        done = tag.end()
    return Markup("").join([*pieces, table[done:]])


def _label(heading: Markup) -> str:
    """The words of a heading; none of one that is not shown either."""
    return "" if 'class="hidden"' in heading else heading.striptags()


def _width(attributes: str) -> int:
    spanned = SPAN.search(attributes)
    return int(spanned[1]) if spanned else 1


def _with_class(attributes: Markup) -> Markup:
    if 'class="' in attributes:
        return attributes.replace(Markup('class="'), Markup('class="cards '))
    return Markup(' class="cards"') + attributes
