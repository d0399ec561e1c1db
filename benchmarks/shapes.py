"""Make pairs of files of generated loans of many shapes, with the true PDs beside them: data for accuracy.py.

    python benchmarks/shapes.py FOLDER [--seed 0] [--only NAME,NAME] [--rows N]

Each shape gives NAME.train.csv, NAME.test.csv (outcome: target) and NAME.truth.csv with the true PD of each test loan.
The truth knows what missing cells and noise hide, so that no model reaches it wholly. Another seed draws other effects,
not only other loans, so that what is tuned on one seed need not fit the next. What makes each shape hard:

- sharp_rules: a few steps and their crossings decide nearly everything; smooth models miss them
- special_codes: many small smooth effects, and codes below 0 that are no amounts but say something
- wide: 120 columns of which a quarter matter, gaps, and text of 3 to 200 values
- rare_defaults: one default in twenty, heavy tails that only a monotone transform tames
- ratios: what counts is one amount over another, and neither alone
- many_codes: codes of thousands of values, written as numbers, and a crossing of two columns of text
- small: 1,500 loans, mostly text; whatever is flexible overfits
- out_of_time: the newest 30 % are judged, where effects have faded or turned and the default rate has moved, while some
  columns tell nothing but the vintage (`-- --time issued`)
"""

from __future__ import annotations

import argparse
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd
from runner import chosen

from creditrisk.metrics.calibration import bce
from creditrisk.metrics.discrimination import auc
from creditrisk.metrics.odds import expit

if TYPE_CHECKING:
    from collections.abc import Callable

    from creditrisk.metrics.arrays import Floats

Columns: TypeAlias = "dict[str, Any]"
#: The loans' columns, and their log-odds but for the level.
Made: TypeAlias = "tuple[Columns, Floats]"
Random: TypeAlias = np.random.Generator


@dataclass(frozen=True)
class Shape:
    """A generator with the rows and the default rate that it is made for."""

    make: Callable[[Random, int], Made]
    rows: int
    rate: float
    newest: bool = False


def gaps(random: Random, values: Any, share: float) -> Floats:
    """Return numbers of which a share is missing."""
    return np.where(random.random(len(values)) < share, np.nan, values)


def factors(random: Random, n: int, columns: int, common: int, strength: float) -> Floats:
    """Return standard columns that share common causes."""
    loadings = random.normal(size=(common, columns)) * strength
    mixed: Floats = random.normal(size=(n, common)) @ loadings + random.normal(size=(n, columns))
    return mixed


def labels(random: Random, n: int, values: int, name: str, evenness: float) -> tuple[Any, Any]:
    """Return a column of text of so many values, and their numbers."""
    codes = random.choice(values, n, p=random.dirichlet(np.ones(values) * evenness))
    return np.array([f"{name}{at}" for at in range(values)])[codes], codes


def borrowers(random: Random, n: int) -> Columns:
    """Return the columns of the sharp rules, complete; `step` is the grade's number."""
    age = np.clip(20 + random.gamma(1.5, 5, n), 20, 90).round()
    income = np.exp(random.normal(10.9, 0.55, n)).round(-2)
    step = random.choice(7, n, p=[0.33, 0.32, 0.2, 0.11, 0.03, 0.007, 0.003])
    rate = 5.5 + step * 2.3 + random.normal(0, 1.1, n) + 1.2 * random.random(n)
    amount = np.clip(random.gamma(2.2, 4300, n), 500, 35000).round(-2)
    return {
        "age": age, "income": income, "amount": amount, "share_of_income": (amount / income).round(2), "step": step,
        "ownership": random.choice(["RENT", "MORTGAGE", "OWN", "OTHER"], n, p=[0.5, 0.41, 0.08, 0.01]),
        "years_employed": np.clip(random.gamma(1.3, 3.6, n), 0, 40).round(),
        "intent": random.choice(["STUDY", "HEALTH", "BUSINESS", "PERSONAL", "DEBT", "HOME"], n,
                                p=[0.2, 0.19, 0.17, 0.17, 0.16, 0.11]),
        "rate": rate.clip(5.4, 23).round(2), "grade": np.array(list("ABCDEFG"))[step],
        "defaulted_before": np.where(random.random(n) < np.where(step >= 2, 0.5, 0.02), "Y", "N"),
        "years_of_history": np.clip((age - 20) * 0.3 + random.gamma(1.5, 2.2, n), 2, 30).round(),
    }  # fmt: skip


def sharp_rules(random: Random, n: int) -> Made:
    """Steps in share of income, grade and income that differ by ownership, and little else."""
    loans = borrowers(random, n)
    step, share, intent = loans.pop("step"), loans["share_of_income"], loans["intent"]
    first, second, owner = random.permutation(["RENT", "MORTGAGE", "OWN"])
    edge, grade, poor = random.uniform(0.24, 0.36), random.integers(2, 5), random.uniform(15000, 30000)
    risky = np.isin(intent, random.choice(np.unique(intent), 3, replace=False))
    first_one, second_one, stretched = loans["ownership"] == first, loans["ownership"] == second, share > edge
    z = np.full(n, -4.0)
    z[~first_one & stretched] = random.uniform(-0.8, 0.8)
    z[first_one & stretched] = random.uniform(3, 5)
    z[first_one & (step >= grade) & ~stretched] = random.uniform(1.5, 3)
    z[second_one & (step >= grade) & ~stretched] = random.uniform(0.5, 2)
    z[(loans["ownership"] == owner) & (step < grade)] = -5.0
    z[first_one & risky & (share > edge - 0.05) & ~stretched] = random.uniform(0.5, 1.5)
    z[first_one & (loans["income"] < poor)] = random.uniform(3, 4)
    z += random.uniform(0.02, 0.06) * (loans["rate"] - 11) - 0.03 * np.minimum(loans["years_employed"], 10)
    z += 1.5 * (step == 6) - random.uniform(0.3, 0.7) * np.log(loans["income"] / 50000) + random.normal(0, 0.25, n)
    loans["rate"] = gaps(random, loans["rate"], 0.095)
    loans["years_employed"] = gaps(random, loans["years_employed"], 0.027)
    return loans, z


def special_codes(random: Random, n: int) -> Made:
    """Bureau scores, counts and months with −7, −8 (of one kind each) and −9 (no record at all)."""
    loans: Columns = {}
    x, z = factors(random, n, 23, 5, 0.7), np.zeros(n)
    for at in range(23):
        sign, size = random.choice([-1, 1]), abs(random.normal(0, 0.45)) * random.choice([0.2, 1, 1])
        z += sign * size * np.tanh(x[:, at] / 1.5)
        forms = (
            100 * expit(x[:, at]),
            3 * np.exp(0.8 * x[:, at]),
            15 * x[:, at] + 60,
            np.clip(2 * x[:, at] + 1, 0, 12),
        )
        values = np.round(forms[at % 4])
        if at % 5 == 1:
            drawn = random.random(n)
            values = np.where(drawn < 0.12, -7, np.where(drawn < 0.2, -8, values))
            z += np.where(drawn < 0.12, random.normal(0, 0.4), 0)
        loans[f"{('score', 'balance', 'months', 'count')[at % 4]}_{at}"] = values
    one, other = random.choice(23, 2, replace=False)
    z += random.uniform(0.15, 0.4) * x[:, one] * (x[:, other] > 0)
    none = random.random(n) < 0.055
    return {name: np.where(none, -9, values) for name, values in loans.items()}, np.where(none, 0.2, z)


def wide(random: Random, n: int) -> Made:
    """112 numbers in three dresses, 30 of them with an effect, and eight columns of text."""
    loans: Columns = {}
    x, z = factors(random, n, 112, 12, 0.5), np.zeros(n)
    for at in random.choice(112, 30, replace=False):
        z += random.normal(0, 0.16) * (np.tanh(x[:, at]) if random.random() < 0.5 else x[:, at])
    for at in range(112):
        values = (np.exp(x[:, at]).round(2), x[:, at].round(3), np.round(3 * x[:, at]))[at % 3]
        loans[f"number_{at}"] = gaps(random, values, 0.3) if at % 7 == 0 else values
    for at, kinds in enumerate((3, 5, 8, 12, 30, 80, 200, 4)):
        loans[f"text_{at}"], codes = labels(random, n, kinds, "L", 2)
        z += random.normal(0, 0.25, kinds)[codes]
    return loans, z


def rare_defaults(random: Random, n: int) -> Made:
    """Thirty heavy-tailed numbers, twenty of them with a small effect that ends on both sides."""
    x = factors(random, n, 30, 6, 0.6) + random.standard_t(3, size=(n, 30)) * 0.8
    effects = random.permutation(np.r_[random.normal(0, 0.22, 20), np.zeros(10)])
    return {f"number_{at}": np.sinh(x[:, at]).round(4) for at in range(30)}, np.clip(x, -2, 2) @ effects


def ratios(random: Random, n: int) -> Made:
    """Six bills and payments and a limit: how much of each bill is paid, and how much of the limit is used."""
    loans: Columns = {}
    size, z = random.normal(9, 1, n), np.zeros(n)
    limit = np.exp(size + 0.8 + random.normal(0, 0.5, n)).round(-3)
    paid = -random.uniform(0.1, 0.5, 6)
    for at in range(6):
        bill = np.exp(size + random.normal(0, 0.7, n)).round()
        payment = np.where(random.random(n) < 0.25, 0, np.exp(size - 2 + random.normal(0, 1, n))).round()
        loans |= {f"bill_{at}": bill, f"payment_{at}": payment}
        z += paid[at] * np.log1p(payment / (bill + 1) * 10)
    used = random.integers(6)
    z += random.uniform(0.7, 1.3) * np.log((loans[f"bill_{used}"] + 1) / (limit + 1)).clip(-3, 1)
    status = np.clip(np.round(random.normal(0, 1, n) + z * 0.3), -2, 5)
    education = random.choice(5, n)
    z += random.uniform(0.3, 0.8) * np.maximum(status, 0) + random.normal(0, 0.15, 5)[education]
    loans |= {"limit": limit, "status": status, "age": np.clip(random.normal(38, 10, n), 21, 75).round()}
    loans |= {"sex": random.choice([1, 2], n), "education": education}
    return loans | {f"noise_{at}": random.normal(size=n).round(3) for at in range(2)}, z * 0.9


def many_codes(random: Random, n: int) -> Made:
    """Employers, job titles and postcodes as numbers, where most codes are rare."""
    loans: Columns = {}
    codes: Columns = {}
    z = np.zeros(n)
    for name, values, spread in (("employer", 3000, 0.5), ("postcode", 900, 0.25), ("title", 4000, 0.3)):
        loans[name] = random.permutation(values)[random.zipf(1.25, n) % values]
        z += random.normal(0, spread, values)[loans[name]]
    for name, values, spread in (("region", 50, 0.25), ("purpose", 14, 0.3)):
        loans[name], codes[name] = labels(random, n, values, name, 1)
        z += random.normal(0, spread, values)[codes[name]]
    z += random.normal(0, 0.35, (50, 14))[codes["region"], codes["purpose"]]
    income, amount = np.exp(random.normal(10.8, 0.6, n)).round(-2), np.exp(random.normal(9.3, 0.7, n)).round(-1)
    debt, score = random.gamma(3, 6, n).round(2), random.normal(700, 35, n).round()
    z += random.uniform(0.3, 0.7) * np.log((amount + 1) / (income + 1)) + random.uniform(0.01, 0.03) * (debt - 18)
    z -= random.uniform(0.008, 0.016) * (score - 700)
    counts = random.poisson(3, (n, 10)).astype(float)
    z += counts @ (random.normal(0, 0.05, 10) * (random.random(10) < 0.3))
    loans |= {"income": income, "amount": amount, "debt_to_income": debt, "score": score}
    loans["first_credit_year"] = (2020 - random.gamma(4, 4, n)).round()
    return loans | {f"count_{at}": gaps(random, counts[:, at], 0.1) for at in range(10)}, z * 0.8


def small(random: Random, n: int) -> Made:
    """Thirteen columns of text and four numbers, one with a curved effect."""
    loans: Columns = {}
    z = np.zeros(n)
    for at, values in enumerate((4, 5, 10, 5, 5, 4, 3, 4, 3, 3, 4, 2, 2)):
        loans[f"text_{at}"], codes = labels(random, n, values, f"A{at}", 2)
        z += random.normal(0, 0.35, values)[codes]
    months = random.choice([6, 12, 18, 24, 36, 48], n, p=[0.1, 0.25, 0.15, 0.28, 0.15, 0.07])
    amount = np.exp(7.4 + 0.03 * months + random.normal(0, 0.6, n)).round()
    age = random.gamma(9, 4, n).round()
    z += random.uniform(0.02, 0.05) * months + random.uniform(0.15, 0.4) * (np.log(amount) - 8) ** 2
    z -= random.uniform(0.0, 0.03) * age
    return loans | {"months": months, "amount": amount, "age": age, "instalment": random.choice(4, n) + 1}, z * 0.9


def out_of_time(random: Random, n: int) -> Made:
    """Loans in the order of six years: twelve steady effects, six that turn, and columns that only tell the vintage."""
    time = np.sort(random.random(n))
    x, turn, phase = random.normal(size=(n, 25)), random.uniform(0.45, 0.7), random.uniform(0, 2 * np.pi)
    x[:, 0] += random.uniform(2, 4) * time
    x[:, 1] = 2 * np.sin(random.uniform(4, 8) * time + phase) + 0.3 * random.normal(size=n)
    z = np.tanh(x[:, 2:14]) @ random.normal(0, 0.3, 12)
    z += (x[:, 14:20] @ random.normal(0, 0.8, 6)) * (turn - time)
    z += np.where(time < turn, 1.5 * np.sin(9 * time + phase), random.choice([-1.6, 1.6]))
    shown = random.permutation(25)
    loans: Columns = {"issued": np.datetime64("2012-01-01") + (time * 365 * 6).astype("timedelta64[D]")}
    loans |= {f"number_{at}": x[:, column].round(3) for at, column in enumerate(shown)}
    loans["policy_version"] = np.floor(time * 40)
    loans["price_index"] = (100 + random.choice([-60, 80]) * time + random.normal(0, 1, n)).round(1)
    return loans, z


SHAPES = {
    "sharp_rules": Shape(sharp_rules, 32_581, 0.218),
    "special_codes": Shape(special_codes, 10_000, 0.52),
    "wide": Shape(wide, 16_700, 0.075),
    "rare_defaults": Shape(rare_defaults, 10_000, 0.05),
    "ratios": Shape(ratios, 20_000, 0.22),
    "many_codes": Shape(many_codes, 40_000, 0.2),
    "small": Shape(small, 1_500, 0.3),
    "out_of_time": Shape(out_of_time, 40_000, 0.2, newest=True),
}


def levelled(z: Floats, rate: float) -> Floats:
    """Return the PDs of log-odds, shifted to a mean PD by halving an interval."""
    low, high = -50.0, 50.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if expit(z + middle).mean() > rate else (middle, high)
    return expit(z + low)


def write(name: str, folder: Path, seed: int, rows: int) -> None:
    """Make the three files of a shape, and print how good a model could be on the test loans."""
    shape = SHAPES[name]
    # The name is part of the seed, so that a shape does not depend on which others are made.
    random = np.random.default_rng([seed, zlib.crc32(name.encode())])
    columns, z = shape.make(random, rows or shape.rows)
    pds = levelled(z, shape.rate)
    loans = pd.DataFrame(columns).assign(target=(random.random(len(pds)) < pds).astype(int))
    order = np.arange(len(pds)) if shape.newest else random.permutation(len(pds))
    train, test = np.split(order, [round(0.7 * len(order))])
    loans.iloc[train].to_csv(folder / f"{name}.train.csv", index=False)
    loans.iloc[test].to_csv(folder / f"{name}.test.csv", index=False)
    pd.DataFrame({"true_pd": pds[test]}).to_csv(folder / f"{name}.truth.csv", index=False)
    truth = loans["target"].to_numpy()[test]
    print(f"{name}: {len(loans):,} × {loans.shape[1] - 1}, {truth.mean():.1%} of the test loans default, the true PD "
          f"has AUC {auc(truth, pds[test]).value:.4f} BCE {bce(truth, pds[test]).value:.4f}", flush=True)  # fmt: skip


def main() -> None:
    """Make all shapes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0, help="another seed draws other effects (default: 0)")
    parser.add_argument("--only", default="", metavar="NAME,NAME", help="shapes to make (default: all)")
    parser.add_argument("--rows", type=int, default=0, help="loans of each shape (default: its own number)")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    for name in chosen(given.only, list(SHAPES)) or SHAPES:
        write(name, given.folder, given.seed, given.rows)


if __name__ == "__main__":
    main()
