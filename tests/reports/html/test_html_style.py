"""The style sheet: every colour can be read on its paper, in both themes and in print."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

STYLE = files("creditrisk.reports.html").joinpath("templates", "style.css").read_text(encoding="utf-8")
#: Where each theme's colours begin.
THEMES = {"light": ":root {", "dark": "@media (prefers-color-scheme: dark) {", "print": "@media print {"}


def colours(theme: str) -> dict[str, str]:
    block = STYLE[STYLE.index(THEMES[theme]) :]
    return dict(re.findall(r"--([a-z]+): (#[0-9a-f]{3,6});", block[: block.index("}")]))


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.1."""
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#fff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
def test_words_have_a_contrast_of_four_and_a_half_and_marks_of_three(theme: str) -> None:
    found = colours(theme)
    for name in ("ink", "muted", "main", "green", "amber", "red"):
        assert contrast(found[name], found["paper"]) >= 4.5, name
    for name in ("good", "bad", "mark", "quiet"):
        assert contrast(found[name], found["paper"]) >= 3, name


def test_every_colour_that_is_used_exists_in_every_theme() -> None:
    used = set(re.findall(r"var\(--([a-z]+)\)", STYLE)) - {"sans", "serif"}
    for theme in ("light", "dark"):
        block = STYLE[STYLE.index(THEMES[theme]) :]
        assert used == used & set(re.findall(r"--([a-z]+):", block[: block.index("}")]))
    assert "#" not in re.sub(r"--[a-z]+: #[0-9a-f]+;", "", STYLE)
