"""What a browser would send for a form of a page if its reader changed nothing."""

from html.parser import HTMLParser

Fields = dict[str, list[str]]


class _Forms(HTMLParser):
    """Collects the successful controls of every form; `template` and `noscript` hold no controls in a browser."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: dict[str, Fields] = {}
        self._form: Fields | None = None
        self._by_id: dict[str, Fields] = {}
        self._inert = 0
        self._select: tuple[Fields | None, str, list[tuple[str, bool]], bool] | None = None
        self._area: tuple[str, str] | None = None

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in pairs}
        # A control may name the form it belongs to instead of standing in it.
        form = self._by_id.get(given["form"]) if "form" in given else self._form
        if tag in ("template", "noscript"):
            self._inert += 1
        elif tag == "form" and given.get("method") == "post":
            self._form = self.forms.setdefault(given.get("action", ""), {})
            self._by_id[given.get("id", "")] = self._form
        elif tag == "input" and given.get("name"):
            ticked = given.get("type") not in ("checkbox", "radio") or "checked" in given
            self._add(form, given["name"], given.get("value", "")) if ticked else None
        elif tag == "select":
            self._select = (form, given.get("name", ""), [], "multiple" in given)
        elif tag == "option" and self._select:
            self._select[2].append((given.get("value", ""), "selected" in given))
        elif tag == "textarea":
            self._area = (given.get("name", ""), "")

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area = (self._area[0], self._area[1] + data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("template", "noscript"):
            self._inert -= 1
        elif tag == "form":
            self._form = None
        elif tag == "select" and self._select:
            form, name, options, is_multiple = self._select
            chosen = [value for value, selected in options if selected]
            chosen = chosen if chosen or is_multiple else [value for value, _ in options[:1]]
            self._add(form, name, *chosen)
            self._select = None
        elif tag == "textarea" and self._area:
            self._add(self._form, self._area[0], self._area[1].removeprefix("\n"))
            self._area = None

    def _add(self, form: Fields | None, name: str, *values: str) -> None:
        if form is not None and not self._inert and name:
            form.setdefault(name, []).extend(values)


def filled(page: str, action: str) -> Fields:
    """The fields of the form that is sent to `action`, each with its values."""
    parser = _Forms()
    parser.feed(page)
    return parser.forms[action]
