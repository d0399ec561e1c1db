"""Loans for the tests of leaks: a few honest columns, to which a test adds what it plants."""

from __future__ import annotations

import numpy as np

from creditrisk.audit.loans import AuditedColumn, AuditedLoans


def numbers(name, values, use="learned from"):
    return AuditedColumn(name, "numeric", use, np.asarray(values, dtype=np.float64))


def days(name, values, use="learned from"):
    return AuditedColumn(name, "date", use, np.asarray(values, dtype=np.float64))


def texts(name, values, use="learned from"):
    """A categorical column; an empty text is missing."""
    levels = sorted({value for value in values if value}, key=lambda level: (-list(values).count(level), level))
    codes = [levels.index(value) if value else np.nan for value in values]
    return AuditedColumn(name, "categorical", use, np.array(codes), tuple(levels))


class Loans:
    """Honest loans: income and age matter, the others do not."""

    def __init__(self, rows=1500, rate=0.2, seed=0):
        self.rng = np.random.default_rng(seed)
        self.rows = rows
        self.risk = self.rng.normal(size=rows)
        score = self.risk + self.rng.normal(scale=2.0, size=rows)
        self.y = (score >= np.quantile(score, 1 - rate)).astype(np.float64)
        self.bad = self.y == 1

    def with_columns(self, *planted, **fields):
        """The loans with planted columns after the honest ones; fields of AuditedLoans by name."""
        honest = (
            numbers("income", np.round(np.exp(10 - 0.3 * self.risk), 2)),
            numbers("age", self.rng.integers(18, 80, self.rows)),
            texts("purpose", self.rng.choice(["car", "house", "debt"], self.rows).tolist()),
            numbers("amount", np.round(self.rng.lognormal(9, 0.5, self.rows))),
            numbers("open_accounts", self.rng.poisson(6, self.rows)),
        )
        fields = {"y_true": self.y, "status": self.y.astype(np.int64), **fields}
        return AuditedLoans((*honest, *planted), **fields)


def found(rule, loans):
    """What a rule finds, as (severity, rule, columns, drop)."""
    return [(one.severity, one.rule, one.columns, one.drop) for one in rule(loans)]
