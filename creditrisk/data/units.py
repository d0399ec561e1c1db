"""Numbers as people write them, with a unit: one rule for the whole column, settled once and stored.

A rule is taken only where every value fits it and none can be mistaken. Bands (``5%-10%``, ``<= 5 years``) are
categories, not numbers. A column that mixes ``12.5%`` with ``12.5``, two currencies, or two units of time has no rule,
and neither has one with decimals after a comma: it would have to be guessed.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

from creditrisk.data.arrow import numbers, together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pyarrow as pa

_BLANKS = " \t\xa0\u202f"
# No two gaps may stand side by side in a pattern: a long run of blanks would take quadratic time.
_GAP = rf"[{_BLANKS}]*"
_PLAIN = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_PERCENT = re.compile(rf"(-?{_PLAIN}){_GAP}%")

#: Written after "amount" in the stored name. The yen sign has a narrow and a wide form.
_SYMBOLS = {"$": "$", "€": "euro", "£": "pound", "￥": "yen", "¥": "yen", "₹": "rupee"}
_CODES = (
    "USD", "EUR", "GBP", "JPY", "CNY", "RMB", "INR", "CHF", "CAD", "AUD", "NZD", "HKD", "SGD", "KRW", "TWD", "SEK",
    "NOK", "DKK", "PLN", "CZK", "HUF", "TRY", "RUB", "UAH", "BRL", "MXN", "ZAR", "THB", "IDR", "MYR", "PHP", "VND",
    "ILS", "AED", "SAR", "NGN", "KES", "EGP",
)  # fmt: skip
_CURRENCIES = {**_SYMBOLS, **{code: code for code in _CODES}}
_CURRENCY = rf"[{''.join(_SYMBOLS)}]|{'|'.join(_CODES)}"
# 1.000 is a thousand in half the world and one in the other half, so it is neither. A thousand begins with no zero:
# 0,125 is a decimal.
_AMOUNT = re.compile(
    rf"(?P<sign>-?)(?P<before>{_CURRENCY})?{_GAP}(?P<inner>-?)(?![1-9][0-9]{{0,2}}\.[0-9]{{3}}(?![0-9]))"
    rf"(?P<number>[1-9][0-9]{{0,2}}(?:,[0-9]{{3}})+(?:\.[0-9]*)?|{_PLAIN}){_GAP}(?P<after>{_CURRENCY})?"
)

_WORDS = {
    "years": r"(?:years?|yrs?\.?|年)",
    "months": r"(?:months?|mo[ns]?\.?|mons\.?|mths?\.?|个月)",
    "weeks": r"(?:weeks?|wks?\.?|周)",
    "days": r"(?:days?|天)",
}
_BOTH = re.compile(
    rf"([0-9]+){_GAP}{_WORDS['years']}{_GAP}(?:,{_GAP})?([0-9]+){_GAP}{_WORDS['months']}", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True)
class _Rule:
    """How a cell becomes a number (None where it does not fit), and how people are told."""

    number: Callable[[str], float | None]
    example: str
    words: str


def settle_unit(values: pa.Array) -> str:
    """Return the stored name of the rule that every value fits, or an empty string where there is none.

    Parameters
    ----------
    values : pyarrow string array
        The distinct values of a column; nulls are passed over.

    Examples
    --------
    >>> from creditrisk.data.arrow import texts
    >>> settle_unit(texts(["10+ years", "< 1 year", None])), settle_unit(texts(["5%", "5%-10%"]))
    ('years', '')
    """
    present = values.drop_null().to_pylist()
    if not present:
        return ""
    for unit in ("percent", *_WORDS, "years+months"):
        if all(fits_unit(value, unit) for value in present):
            return unit
    return _settle_amount(present)


def parse_unit(values: pa.Array | pa.ChunkedArray, unit: str) -> pa.Array:
    """Return a float64 array; a value that does not fit becomes null, so the caller compares the null counts.

    Each distinct value is parsed once.

    >>> from creditrisk.data.arrow import texts
    >>> parse_unit(texts(["10+ years", "< 1 year", "soon"]), "years").to_pylist()
    [10.0, 0.0, None]
    """
    coded = together(values).dictionary_encode()
    found = [_number(value, unit) for value in coded.dictionary.to_pylist()]
    known = numbers(
        np.array([number or 0.0 for number in found], dtype=np.float64),
        np.array([number is not None for number in found], dtype=bool),
    )
    return known.take(coded.indices)


def fits_unit(cell: str, unit: str) -> bool:
    """Whether a cell is a finite number written by the rule.

    >>> fits_unit(" 12.5 %", "percent"), fits_unit("12.5", "percent"), fits_unit("900", "amount $")
    (True, False, True)
    """
    return _number(cell, unit) is not None


def unit_example(unit: str) -> str:
    """Return what a cell of a column with the rule must be, for messages.

    >>> unit_example("percent")
    'a percentage such as 12.5%'
    """
    return _RULES[unit].example if unit in _RULES else "a number"


def unit_words(unit: str) -> str:
    """Return the rule in one line, for reports; empty for an unknown one.

    >>> unit_words("years")
    '"36 years" is 36, "10+ years" is 10, "< 1 year" is 0'
    """
    return _RULES[unit].words if unit in _RULES else ""


def known_unit(unit: str) -> bool:
    """Whether a stored name is one of ours: a model file may hold anything.

    >>> known_unit("amount EUR"), known_unit("furlongs")
    (True, False)
    """
    return unit in _RULES


def _number(cell: str, unit: str) -> float | None:
    if unit not in _RULES:
        return None
    number = _RULES[unit].number(cell.strip(_BLANKS))
    return number if number is not None and math.isfinite(number) else None


def _percent(cell: str) -> float | None:
    match = _PERCENT.fullmatch(cell)
    return float(match[1]) if match else None


def _duration(cell: str, unit: str) -> float | None:
    match = _duration_pattern(_WORDS[unit]).fullmatch(cell)
    if match is None:
        return None
    return float(match[match.lastindex]) if match.lastindex else 0.0


@cache
def _duration_pattern(word: str) -> re.Pattern[str]:
    """Return the pattern of a number of one unit of time; only what is less than one has no group."""
    number = r"([0-9]+(?:\.[0-9]+)?)"
    forms = (
        rf"<{_GAP}1{_GAP}{word}",
        rf"1{_GAP}{word}以下",
        rf"(?:>{_GAP})?{number}{_GAP}{word}",
        rf"{number}{_GAP}\+{_GAP}{word}",
        rf"{number}{_GAP}{word}(?:\+|以上)",
    )
    return re.compile("|".join(forms), re.ASCII | re.IGNORECASE)


def _years_and_months(cell: str) -> float | None:
    match = _BOTH.fullmatch(cell)
    return 12.0 * float(match[1]) + float(match[2]) if match else None


def _amount(cell: str, currency: str) -> float | None:
    read = _read_amount(cell)
    return read[0] if read and read[1] in ("", currency) else None


def _read_amount(cell: str) -> tuple[float, str] | None:
    """Return an amount and its currency (empty where it has none). In accounts, (500) is -500."""
    owed = cell.startswith("(") and cell.endswith(")")
    match = _AMOUNT.fullmatch(cell[1:-1].strip(_BLANKS) if owed else cell)
    if match is None:
        return None
    minuses = owed + len(match["sign"]) + len(match["inner"])
    if minuses > 1 or (match["before"] and match["after"]):
        return None
    number = float(match["number"].replace(",", ""))
    return (-number if minuses else number), _CURRENCIES.get(match["before"] or match["after"], "")


def _settle_amount(values: Iterable[str]) -> str:
    """Return the rule of amounts in one currency; without a sign or a comma of thousands they are plain numbers."""
    currencies, grouped = set(), False
    for value in values:
        read = _read_amount(value.strip(_BLANKS))
        if read is None or not math.isfinite(read[0]):
            return ""
        currencies.add(read[1])
        grouped = grouped or "," in value
    currencies.discard("")
    if not currencies:
        return "amount" if grouped else ""
    return f"amount {currencies.pop()}" if len(currencies) == 1 else ""


def _duration_rule(unit: str) -> _Rule:
    return _Rule(
        partial(_duration, unit=unit),
        f"a number of {unit} such as 10 {unit}",
        f'"36 {unit}" is 36, "10+ {unit}" is 10, "< 1 {unit[:-1]}" is 0',
    )


def _amount_rule(currency: str, mark: str) -> _Rule:
    written, owed = f"{mark}1,000.50", f"({mark}500)"
    words = f'"{written}" is 1000.5, "{owed}" is -500'
    return _Rule(partial(_amount, currency=currency), f"an amount such as {written}", words)


_RULES = {
    "percent": _Rule(_percent, "a percentage such as 12.5%", '"12.5%" is 12.5'),
    **{unit: _duration_rule(unit) for unit in _WORDS},
    "years+months": _Rule(_years_and_months, "a time such as 2 years 3 months", '"2 years 3 months" is 27 (months)'),
    "amount": _amount_rule("", ""),
    **{f"amount {name}": _amount_rule(name, mark) for mark, name in _SYMBOLS.items()},
    **{f"amount {code}": _amount_rule(code, f"{code} ") for code in _CODES},
}
