"""Tables as cards: each cell is labelled by the heading of its column, and every part says what it is."""

import re

from markupsafe import Markup

from expertdb.console.cards import cards

TABLE = Markup(
    '<table class="counts"><thead><tr><th scope="col">Name</th>'
    '<th scope="col" class="number">A &amp; "B" &lt;i&gt;</th>'
    '<th scope="col"><span class="hidden">What can be done</span></th></tr></thead>'
    '<tbody><tr><th scope="row">甲</th><td class="number">1</td><td>Edit</td></tr></tbody>'
    '<tfoot><tr><th scope="row" colspan="2">All</th><td>2</td></tr></tfoot></table>'
)


def test_cell_names_the_heading_of_its_column() -> None:
    shown = cards(TABLE)
    assert '<td role="cell" class="number" data-label="A &amp; &#34;B&#34; &lt;i&gt;">1</td>' in shown
    assert '<td role="cell">Edit</td>' in shown
    assert '<td role="cell">2</td>' in shown


def test_every_part_says_what_it_is() -> None:
    shown = cards(TABLE)
    assert re.findall(r'role="(\w+)"', shown) == [
        *("table", "rowgroup", "row", "columnheader", "columnheader", "columnheader"),
        *("rowgroup", "row", "rowheader", "cell", "cell"),
        *("rowgroup", "row", "rowheader", "cell"),
    ]
    assert '<table role="table" class="cards counts">' in shown
    assert '<table role="table" class="cards">' in cards(Markup("<table><thead></thead></table>"))


def test_nothing_else_changes() -> None:
    shown = re.sub(r' (role|data-label)="[^"]*"', "", cards(TABLE)).replace("cards ", "")
    assert shown == TABLE
