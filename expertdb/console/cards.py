"""Tables whose rows a telephone shows as cards: `{% filter cards %}<table>…</table>{% endfilter %}` in a template.

console.css lays the rows out below each other. A cell's heading would then stand nowhere near it, so each cell names it
once more, for the eye only; and the parts of the table say what they are, since some browsers take a table that is laid
out otherwise for none.
"""

import re

from markupsafe import Markup, escape

HEADING = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
OPENING = re.compile(r"<(table|thead|tbody|tfoot|tr|th|td)\b([^>]*)>")
SPAN = re.compile(r'colspan="(\d+)"')
ROLES = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tfoot": "rowgroup", "tr": "row", "td": "cell"}


def cards(table: str) -> Markup:
    """A table with one row of headings, each cell labelled by that of its column."""
    head, end, body = str(table).partition("</thead>")
    labels = [_label(found) for found in HEADING.findall(head)]
    place = 0

    def marked(tag: re.Match[str]) -> str:
        nonlocal place
        name, attributes = tag.groups()
        role = ROLES.get(name) or ("columnheader" if 'scope="col"' in attributes else "rowheader")
        if name == "tr":
            place = 0
        if name == "table":
            attributes = _with_class(attributes)
        if name in ("td", "th"):
            label, place = labels[place], place + _width(attributes)
            if name == "td" and label:
                attributes += f' data-label="{label}"'
        return f'<{name} role="{role}"{attributes}>'

    return Markup(OPENING.sub(marked, head) + end + OPENING.sub(marked, body))  # noqa: S704 - what templates wrote.


def _label(heading: str) -> str:
    """The words of a heading, as an attribute has them; none of one that is not shown either."""
    return "" if 'class="hidden"' in heading else str(escape(Markup(heading).striptags()))  # noqa: S704 - as below.


def _width(attributes: str) -> int:
    spanned = SPAN.search(attributes)
    return int(spanned[1]) if spanned else 1


def _with_class(attributes: str) -> str:
    if 'class="' in attributes:
        return attributes.replace('class="', 'class="cards ')
    return f' class="cards"{attributes}'
