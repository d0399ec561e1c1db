"""Train a scorecard, trees and a blend on a file of loans, export each in every form, and count the differences.

    python benchmarks/exports.py LOANS.csv --target NAME [--id NAME] [--on sqlite,duckdb,...] [TRAIN OPTIONS]

Each form is compared with the model on made-up loans at the model's boundaries and on the first 10,000 loans of the
file. For PostgreSQL, PGHOST and its like name a server.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from measuring import CREDITRISK, run

KINDS = {
    "scorecard": ["--model", "scorecard"],
    "trees": ["--preset", "fast", "--class-weight", "balanced"],
    "blend": ["--preset", "standard"],
}
FORMS = ("sql", "json", "onnx", "points")


def main() -> None:
    """Print a line for each model, form and place."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("loans", type=Path)
    parser.add_argument("--target", required=True)
    parser.add_argument("--id", default="")
    parser.add_argument("--on", default="sqlite")
    given, more = parser.parse_known_args()
    words = [
        "--target",
        given.target,
        *(["--id", given.id] if given.id else []),
        *[word for word in more if word != "--"],
    ]
    with tempfile.TemporaryDirectory() as folder:
        print("| model | form | size | place | boundary loans | loans | different | PDs at most apart |")
        print("|---|---|---|---|---|---|---|---|")
        for kind, options in KINDS.items():
            model = Path(folder) / f"{kind}.crm"
            run(
                [
                    CREDITRISK,
                    "train",
                    str(given.loans),
                    *words,
                    *options,
                    "--no-audit",
                    "--draws",
                    "20",
                    "-q",
                    "-o",
                    str(model),
                ]
            )
            for form in FORMS:
                if form != "points" or kind == "scorecard":
                    _export(kind, model, form, given)


def _export(kind: str, model: Path, form: str, given: argparse.Namespace) -> None:
    output, places = model.with_suffix(f".{form}"), given.on.split(",") if form == "sql" else []
    on = [word for place in places for word in ("--on", place)]
    ids = ["--id", given.id or "row"] if form == "sql" else []
    said = run(
        [CREDITRISK, "export", str(model), str(given.loans), "--to", form, "-o", str(output), *on, *ids, "--json"]
    ).said
    trials = json.loads(said)["verified"]["trials"]
    for boundary, files in zip(trials[::2], trials[1::2], strict=True):
        different = boundary["different"] + files["different"]
        gap = max(boundary["largest_pd_difference"], files["largest_pd_difference"])
        counts = f"{boundary['rows']:,} | {files['rows']:,} | {different}"
        size = f"{output.stat().st_size / 1000:,.0f} kB"
        print(f"| {kind} | {form} | {size} | {boundary['on']} | {counts} | {gap:.1e} |", flush=True)


if __name__ == "__main__":
    main()
