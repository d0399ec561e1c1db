"""A model card in Markdown: what the page says, in short, and nothing that the result does not know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from creditrisk import __version__
from creditrisk.errors import printable
from creditrisk.reports.html.blocks import Facts, Points, Prose, Table, Verdict
from creditrisk.reports.html.contents import page_of
from creditrisk.reports.html.glossary import INTERVALS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from creditrisk.evaluation.results import Judgement, Training
    from creditrisk.reports.html.blocks import Block

#: What Markdown, or HTML inside it, would take for a mark of its own.
_MARKS = re.compile(r"([\\`*_{}\[\]<>|#~&!$^])")


def model_card(result: Training | Judgement | Any) -> str:
    """Return the facts of a training, an evaluation or a comparison as Markdown.

    Intended use, ethical considerations and the like are not in it: a result does not know them.

    Raises
    ------
    TypeError
        When the result is none of these.
    """
    page = page_of(result)
    parts = [f"# Model card: {plain(page.subject)}", f"{plain(page.subtitle)}, creditrisk {__version__}"]
    for section in page.sections:
        said = [text for block in section.blocks if block.in_card and (text := _block(block))]
        if said:
            parts += [f"## {plain(section.title)}", *said]
    parts += ["## What the intervals leave out", _list(INTERVALS)]
    return "\n\n".join(parts) + "\n"


def plain(text: str) -> str:
    r"""Return text that Markdown shows as it is.

    >>> print(plain("a|b <script> *x*"))
    a\|b \<script\> \*x\*
    """
    return _MARKS.sub(r"\\\1", printable(text))


def _block(block: Block) -> str:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Facts):
        return _list(f"{name}: {words}" for name, words in block.pairs)
    if isinstance(block, Points):
        return _list(block.sentences)
    if isinstance(block, Verdict):
        word = f"**{plain(block.word)}.** " if block.word else ""
        rule = f"\n\nThe rule: {plain(block.rule)}" if block.rule else ""
        return f"{word}{plain(block.reason)}{rule}"
    return plain(block.text) if isinstance(block, Prose) else ""


def _list(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {plain(sentence)}" for sentence in sentences)


def _table(block: Table) -> str:
    """Return a table; notes follow in brackets, and columns that hold bars alone are left out."""
    kept = [
        place for place, heading in enumerate(block.headings) if heading or any(row[place].text for row in block.rows)
    ]
    lines = [
        _row(plain(block.headings[place]) for place in kept),
        _row(":---" if block.is_words(place) else "---:" for place in kept),
    ]
    for row in block.rows:
        cells = (row[place] for place in kept)
        lines.append(_row(plain(f"{cell.text} ({cell.note})" if cell.note else cell.text) for cell in cells))
    return "\n".join([f"**{plain(block.caption)}**", "", *lines])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
