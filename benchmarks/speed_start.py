"""How soon a command answers: help, mistakes, and one loan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from measuring import CREDITRISK, PYTHON, Figure, Pair, paired, run, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from speed_files import Bench

#: An application with seven commands of one argument each, as Typer's tutorial writes them.
BARE_TYPER = """
import typer
app = typer.Typer({settings})
def command(data: str): "Do something with data."
for name in ("inspect", "train", "evaluate", "compare", "predict", "info", "sample"):
    app.command(name)(command)
app()
"""
#: What each command needs at least; none of the files is there.
WORDS = {
    "inspect": ["none.csv"],
    "train": ["none.csv", "--target", "y", "--output", "none.crm"],
    "evaluate": ["none.crm", "none.csv"],
    "compare": ["none.crm", "none.crm", "none.csv"],
    "predict": ["none.crm", "none.csv", "--output", "none.csv"],
    "info": ["none.crm"],
}
#: A value that the rules of the option refuse.
WRONG = {
    "inspect": ["--delimiter", "long"],
    "train": ["--folds", "1"],
    "evaluate": ["--cutoff", "2"],
    "compare": ["--a-direction", "up"],
    "predict": ["--max-unseen", "7"],
    "info": ["--expect-sha256", "abc"],
}


def help_page(bench: Bench) -> Iterator[Figure]:
    """Compare `--help` with an application that does nothing."""
    rounds = bench.rounds_or(15)
    for what, settings, limit in (
        ("against a bare Typer application", "", 1.5),
        ("against one without Rich", "rich_markup_mode=None", None),
    ):
        bare = [PYTHON, "-c", BARE_TYPER.format(settings=settings), "--help"]
        yield paired("help", f"`creditrisk --help` {what}", Pair([CREDITRISK, "--help"], bare), rounds, limit)


def mistakes(bench: Bench) -> Iterator[Figure]:
    """Measure how soon a mistake is answered, in the slowest of the commands."""
    kinds = {
        "an unknown option": ({name: [*words, "--bogus"] for name, words in WORDS.items()}, (2,)),
        "a value that an option refuses": ({name: [*words, *WRONG[name]] for name, words in WORDS.items()}, (2,)),
        "a file that is not there": (WORDS, (3, 4)),
    }
    for what, (calls, codes) in kinds.items():
        found = {}
        for name, words in calls.items():
            command = [CREDITRISK, name, *words]
            run(command, codes)
            found[name] = [run(command, codes) for _ in range(bench.rounds_or(7))]
        seconds = {name: spread([one.seconds for one in runs]) for name, runs in found.items()}
        slowest = max(seconds, key=lambda name: seconds[name][0])
        more = {
            "rounds": bench.rounds_or(7), "slowest": slowest, "cpu_s": spread([one.cpu for one in found[slowest]])[0],
            "medians_s": {name: values[0] for name, values in seconds.items()},
        }  # fmt: skip
        asked = f"{what}, answered by the slowest command"
        yield Figure("mistakes", asked, "s", *seconds[slowest], limit=0.5, more=more)


def one_loan(bench: Bench) -> Iterator[Figure]:
    """Compare scoring one loan from the shell with importing LightGBM's package."""
    scores = bench.path("one.scores.csv")
    ours = [CREDITRISK, "predict", bench.model(300, 31), bench.one_loan(), "--output", scores]
    pair = Pair(ours, [PYTHON, "-c", "import lightgbm"])
    yield paired("one-loan", "one loan from the shell against `import lightgbm`", pair, bench.rounds_or(9), 0.25)
