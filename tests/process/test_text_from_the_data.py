"""Names and levels from the data are printed as text, whatever a terminal or Rich would make of them."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from creditrisk.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

CLEAR, BOLD, TURNED, BROKEN = "\x1b[2J[red]x", "[/bold]", "\u202eevil", "a\nb"
LEVELS = ("[red]\x1b[31mone", "[/]two", "\u202ethree", "fo\nur", "five\x07")
YES, ID, TARGET = "[/b]yes\x1b[0m", "[link=http://x]id\x07", "[blink]y\x1b]0;title\x07"
FEW = ["--preset", "fast", "--max-trees", "20", "--folds", "2", "--draws", "20", "--threads", "1"]


def hostile_rows() -> list[list[str]]:
    rows = [[ID, CLEAR, BOLD, TURNED, BROKEN, TARGET]]
    for loan in range(500):
        risk = (loan * 7919) % 97
        bad = risk + 13 * (loan % 5) + (loan * 31) % 53 > 110
        rows.append(
            [f"=i{loan}", str(risk), str(loan * 37 % 11), LEVELS[loan % 5], str(loan % 13), YES if bad else "no"]
        )
    return rows


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a file of hostile names under a hostile name, and a model trained from it."""
    folder = tmp_path_factory.mktemp("hostile") / "[dim]\x1b[5m"
    folder.mkdir()
    with (folder / "lo\x1b[31mans[red].csv").open("w", newline="") as file:
        csv.writer(file).writerows(hostile_rows())
    return folder


def data(folder: Path) -> str:
    return str(folder / "lo\x1b[31mans[red].csv")


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")

    def call(*arguments: object) -> tuple[int, str]:
        try:
            app([str(argument) for argument in arguments], standalone_mode=False)
            code = 0
        except SystemExit as end:
            code = int(str(end.code))
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return call


def check_plain(text: str) -> None:
    """Refuse text that holds anything but printable characters and line ends, or a name that is broken in two."""
    wrong = {mark for mark in text if not mark.isprintable() and mark != "\n"}
    assert wrong == set()
    assert "a\nb" not in text
    assert "fo\nur" not in text


def test_the_check_of_plain_text_can_fail() -> None:
    for text in ("\x1b[2J", "\u202eevil", "a\nb", "bell\x07"):
        with pytest.raises(AssertionError):
            check_plain(text)


def test_terminal_escapes_and_markup_are_text_in_every_report_and_error(hostile: Path, command) -> None:
    model, loans, card = hostile / "m[red].crm", data(hostile), hostile / "card\x1b.md"
    ids = ["--target", TARGET, "--positive", YES, "--negative", "no", "--id", ID]
    code, text = command("train", loans, "-o", model, *ids, *FEW, "--model-card", card, "--report", hostile / "r.html")
    assert code == 0, text
    check_plain(text)
    for name in (r'"\x1b[2J[red]x"', '"[/bold]"', r'"\u202eevil"', r'"a\nb"'):
        assert name in text
    reports = {
        "evaluate": ["evaluate", model, loans, "--by", TURNED, "--draws", "20"],
        "compare": ["compare", model, f"column:{CLEAR}", loans, "--b-direction", "risk", "--draws", "100"],
        "predict": ["predict", model, loans, "-o", hostile / "s\x1b.csv"],
        "info": ["info", model],
    }
    texts = {name: command(*arguments) for name, arguments in reports.items()}
    assert {name: code for name, (code, _) in texts.items()} == dict.fromkeys(reports, 0), texts
    for _, text in texts.values():
        check_plain(text)
    assert r"\u202ethree" in texts["evaluate"][1]
    assert "[/]two" in texts["evaluate"][1]
    assert "500 cells begin like a formula" in texts["predict"][1]
    page = (hostile / "r.html").read_text(encoding="utf-8")
    assert "[/bold]" in page
    assert not {"\x1b", "\x07", "\u202e"} & set(page + card.read_text(encoding="utf-8"))


ERRORS = [
    (["train", "DATA", "-o", "OUT", "--target", "[/x]\x1b[1mnone"], 3),
    (["train", "DATA", "-o", "OUT", "--target", TURNED], 3),
    (["train", "DATA", "-o", "OUT", "--target", TARGET, "--drop", "\x1b[2Jno"], 3),
    (["train", "[bold red]\x1b[2J\u202e.csv", "-o", "OUT", "--target", "y"], 3),
    (["train", "DATA", "-o", "no\x1b[2J/m.crm", "--target", "y"], 5),
    (["info", "[red]\x1b[2J.crm"], 4),
    (["info", "DATA"], 4),
    (["predict", "DATA", "DATA", "-o", "OUT", "--columns", "\x1b[2J"], 4),
    (["predict", "DATA", "DATA", "-o", "OUT", "--expect-sha256", "\x1b[2J"], 2),
]


@pytest.mark.parametrize(("arguments", "exit_code"), ERRORS)
def test_terminal_escapes_are_text_in_errors(arguments, exit_code, hostile: Path, command, tmp_path) -> None:
    places = {"DATA": data(hostile), "OUT": str(tmp_path / "out\x1b[2J")}
    code, text = command(*(places.get(argument, argument) for argument in arguments))
    assert code == exit_code, text
    check_plain(text)
    assert text.startswith("Error: ")
    assert list(tmp_path.iterdir()) == []
