"""A page read by a strict parser that is not the one that made it, and what it finds."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Reader(HTMLParser):
    """Collect elements, ids, links and text; raise where an element is not closed, or closed twice."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.parents: list[tuple[str, ...]] = []
        self.texts: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"<{tag}> repeats an attribute"
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.parents.append(tuple(self.open))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self.open[-1] if self.open else "", data))

    def tags(self, name: str) -> list[dict[str, str]]:
        """Return the attributes of every element of a name."""
        return [attributes for tag, attributes in self.elements if tag == name]

    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]

    def text(self, *, inside: str = "") -> str:
        """Return all text that is shown, or that of one kind of element, with one space between words."""
        hidden = ("style", "script", "title", "desc")
        found = [data for tag, data in self.texts if (tag == inside if inside else tag not in hidden)]
        return " ".join(" ".join(found).split())


def read(page: str) -> Reader:
    """Return a page as it was read to its end."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == [], f"{reader.open} are not closed"
    return reader


def by_id(page: str, name: str) -> str:
    """Return the text of an element of letters only, by its id."""
    start = page.index(f'id="{name}"')
    begin = page.index(">", start) + 1
    return page[begin : page.index("<", begin)]
