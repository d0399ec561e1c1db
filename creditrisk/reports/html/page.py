"""One page that holds everything: markup, style, drawings, data and script; it fetches nothing."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from creditrisk import __version__
from creditrisk.errors import printable
from creditrisk.reports.html.blocks import Page, Section, Slider
from creditrisk.reports.html.contents import page_of
from creditrisk.reports.html.glossary import INTERVALS, TERMS, term_of
from creditrisk.reports.html.sealing import embedded_json, policy

if TYPE_CHECKING:
    from creditrisk.evaluation.results import Judgement, Training
    from creditrisk.reports.html.glossary import Term


def html_report(result: Training | Judgement | Any) -> str:
    """Return the report of a result of training, evaluation, comparison, monitoring, audit or explanation as a page.

    Parameters
    ----------
    result : Training, Judgement, Recalibration, Comparison, Monitoring, Audit or Explanation
        Told apart by what they have: `held_out`, `figures`, `population`, `lineage`, `conclusion`, `findings`, or
        `interactions`.

    Returns
    -------
    str
        HTML that needs no network; the same result gives the same text. Names and values of the data are escaped.

    Raises
    ------
    TypeError
        When the result is none of these.
    """
    return rendered(page_of(result))


def comparison_page(result: Any) -> str:
    """Return the page of a comparison: a frozen result with a `conclusion`, then everything that it holds."""
    return html_report(result)


def rendered(page: Page) -> str:
    """Return a page as HTML."""
    sliders = [block for part in page.sections for block in part.blocks if isinstance(block, Slider)]
    script = _resource("slider.js") if sliders else ""
    return _environment().get_template("page.html.j2").render(
        page=page,
        terms=used_terms(page.sections),
        intervals=INTERVALS,
        policy=Markup(policy(script)),  # noqa: S704 - made of our own script alone
        style=Markup(_resource("style.css")),  # noqa: S704
        script=Markup(script),  # noqa: S704
        version=__version__,
    )  # fmt: skip


def used_terms(sections: tuple[Section, ...]) -> tuple[Term, ...]:
    """Return the terms that the sections name, in the order of the alphabet."""
    names = [name for part in sections for block in part.blocks for name in block.names]
    found = {term.name for name in names if (term := term_of(name)) is not None}
    return tuple(sorted((term for term in TERMS if term.name in found), key=lambda term: term.name.casefold()))


def _resource(name: str) -> str:
    return files(__package__).joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    """Return the templates' environment: every value is made printable, then escaped."""
    made = Environment(
        loader=FunctionLoader(_resource),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_visible,
    )
    made.filters["json"] = embedded_json
    made.filters["term"] = term_of
    return made


def _visible(value: Any) -> Any:
    """Return text with control codes and marks that turn the direction of writing as their escapes."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
