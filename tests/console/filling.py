"""What a browser would send for a form of a page if its reader changed nothing."""

from html.parser import HTMLParser


class _Forms(HTMLParser):
    """Collects the successful controls of every form; `template` and `noscript` hold no controls in a browser."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: dict[str, dict[str, list[str]]] = {}
        self._form: dict[str, list[str]] | None = None
        self._inert = 0
        self._select: tuple[str, list[tuple[str, bool]], bool] | None = None
        self._area: tuple[str, str] | None = None

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in pairs}
        if tag in ("template", "noscript"):
            self._inert += 1
        elif tag == "form" and given.get("method") == "post":
            self._form = self.forms.setdefault(given.get("action", ""), {})
        elif tag == "input" and given.get("name") and "form" not in given:
            ticked = given.get("type") not in ("checkbox", "radio") or "checked" in given
            self._add(given["name"], given.get("value", "")) if ticked else None
        elif tag == "select":
            self._select = (given.get("name", ""), [], "multiple" in given)
        elif tag == "option" and self._select:
            self._select[1].append((given.get("value", ""), "selected" in given))
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
            name, options, is_multiple = self._select
            chosen = [value for value, selected in options if selected]
            chosen = chosen if chosen or is_multiple else [value for value, _ in options[:1]]
            self._add(name, *chosen)
            self._select = None
        elif tag == "textarea" and self._area:
            self._add(self._area[0], self._area[1].removeprefix("\n"))
            self._area = None

    def _add(self, name: str, *values: str) -> None:
        if self._form is not None and not self._inert and name:
            self._form.setdefault(name, []).extend(values)


def filled(page: str, action: str) -> dict[str, list[str]]:
    """The fields of the form that is sent to `action`, each with its values."""
    parser = _Forms()
    parser.feed(page)
    return parser.forms[action]
