"""The tutorial's commands exist, with their options, in both languages, and so do its pictures."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = (DOCS / "commands.md").read_text(encoding="utf-8")
PAGES = {name: (DOCS / name).read_text(encoding="utf-8") for name in ("tutorial.md", "tutorial.zh.md")}


def commands(page: str) -> list[str]:
    blocks = re.findall("```console\n(.*?)```", page, re.DOTALL)
    return [line for block in blocks for line in re.findall(r"^\$ (.*)$", block, re.MULTILINE)]


def unknown(line: str) -> list[str]:
    """Return the options that the reference of the command, which is tested against its help, does not have."""
    _, name, *words = shlex.split(line)
    (section,) = re.findall(rf"^## `creditrisk {name}`\n(.*?)(?=^## |\Z)", REFERENCE, re.DOTALL | re.MULTILINE)
    return [word for word in words if word.startswith("-") and not re.search(rf"`(-\w, )?{word}[ `/]", section)]


@pytest.mark.parametrize("line", [line for line in commands(PAGES["tutorial.md"]) if line.startswith("creditrisk ")])
def test_a_command_is_one_with_options_that_there_are(line: str) -> None:
    assert unknown(line) == []


def test_a_misspelt_option_would_be_seen() -> None:
    assert unknown("creditrisk info model.crm --no-such-option --json") == ["--no-such-option"]


def test_both_languages_have_the_same_commands_and_pictures() -> None:
    english, chinese = PAGES.values()
    assert commands(english) == commands(chinese)
    assert len(commands(english)) > 10
    pictures = re.findall(r"\((pictures/[^)]+)\)", english)
    assert pictures == re.findall(r"\((pictures/[^)]+)\)", chinese)
    assert all((DOCS / picture).is_file() for picture in pictures)
    assert {path.name for path in (DOCS / "pictures").iterdir()} == {Path(picture).name for picture in pictures}
    links = {link for page in PAGES.values() for link in re.findall(r"\]\(([a-z.-]+\.md)\)", page)}
    assert all((DOCS / link).is_file() for link in links)
