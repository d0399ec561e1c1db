"""The generated loans and the models that the speed benchmarks work on, each made when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from measuring import CREDITRISK, HERE, PYTHON, run

_TO_PARQUET = "import sys, pyarrow.csv as c, pyarrow.parquet as p; p.write_table(c.read_csv(sys.argv[1]), sys.argv[2])"


@dataclass(frozen=True)
class Bench:
    """Where files are made, whether a tenth of the rows is enough, and how often to repeat (0: as each case likes)."""

    folder: Path
    quick: bool
    rounds: int

    def rows(self, full: int) -> int:
        """Return how many rows to take where a full run takes so many."""
        return full // 10 if self.quick else full

    def rounds_or(self, usual: int) -> int:
        """Return how many pairs to run."""
        return self.rounds or usual

    def path(self, name: str) -> str:
        """Return the path of a file to write."""
        return str(self.folder / name)

    def loans(self, rows: int, form: str = "csv") -> str:
        """Return a file of generated loans, with 47 columns and the outcome."""
        csv = self.folder / f"loans-{rows}.csv"
        if not csv.exists():
            run([CREDITRISK, "sample", "--rows", str(rows), "--output", str(csv)])
        if form == "csv":
            return str(csv)
        parquet = csv.with_suffix(".parquet")
        if not parquet.exists():
            run([PYTHON, "-c", _TO_PARQUET, str(csv), str(parquet)])
        return str(parquet)

    def drop(self, rows: int) -> None:
        """Remove files of loans that are not needed any more."""
        for form in ("csv", "parquet"):
            (self.folder / f"loans-{rows}.{form}").unlink(missing_ok=True)

    def one_loan(self) -> str:
        """Return a file with one loan."""
        one = self.folder / "one.csv"
        if not one.exists():
            run([CREDITRISK, "sample", "--rows", "1", "--output", str(one)])
        return str(one)

    def model(self, trees: int, leaves: int) -> str:
        """Return a model of so many trees, small steps seeing to it that none is too much."""
        path = self.folder / f"model-{trees}-{leaves}.crm"
        if not path.exists():
            run([
                CREDITRISK, "train", self.loans(self.rows(200_000)), "--target", "isDefault", "--id", "id",
                "--output", str(path), "--preset", "fast", "--no-audit", "--folds", "2", "--draws", "50",
                "--max-trees", str(trees), "--leaves", str(leaves), "--learning-rate", "0.01",
            ])  # fmt: skip
        return str(path)

    def bare_model(self, model: str, loans: str, rows: int) -> tuple[str, str]:
        """Return the trees of a model as LightGBM's text, and the matrix of the loans that it scores."""
        text, matrix = Path(model).with_suffix(".txt"), self.folder / f"{Path(model).stem}-{rows}.npy"
        if not matrix.exists():
            run([PYTHON, str(HERE / "bare_matrix.py"), model, loans, str(text), str(matrix)])
        return str(text), str(matrix)
