"""A column whose name says that it is written after the outcome."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from creditrisk.audit.leaks.after_outcome import counted_pattern, is_certain, pattern_of
from creditrisk.audit.leaks.alone import ranked
from creditrisk.audit.leaks.known_loans import known_loans
from creditrisk.audit.listing import named, quoted
from creditrisk.audit.results import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from creditrisk.audit.leaks.known_loans import KnownLoans
    from creditrisk.audit.loans import AuditedColumn, AuditedLoans

#: A name with this lower end of its AUC alone is no longer only a name.
_RANKS = 0.6
#: The loans that fill it have less than this part of all loans' share of repaid; without a name it takes a tenth.
_REPAID = 0.5
#: Standard errors above 0.5 where another column of the same meaning is sure.
_CLEAR = 2.6

_PAYMENT = "(?:pay|pymn?ts?|pmts?|payments?|paymnts?|paid|repaid|repayments?|remittances?)"
_DATE = "(?:date|dt|d|day|month|year|time|on|at)"
_AMOUNT = "(?:amounts?|amn?t|balance|bal|fees?|cost|costs|flag|ind|indicator|date|dt|d)"
_PRINCIPAL = "(?:principal|prin|prncp|princ)"
_PART = f"(?:{_PRINCIPAL}|interest|int|late_fees?)"

#: What a name says, and the words that say it: tokens in lower case, an underscore before, between and after them.
_MEANINGS = {
    "a recovery": (r"_recover(?:y|ies|ed|d)?_", r"_(?:recoveries|recovered|recovery(?:amount|fee|date))"),
    "a charge-off": (r"_(?:charged?|chgd?|chrgd?|chrged)_?offs?(?=_|date|amount|amt|flag)",),
    "a write-off": (r"_(?:written|write|wrt)_?(?:offs?|downs?)(?=_|date|amount|amt|flag)",),
    "a default": (
        r"_(?:post|after|until|(?:days?|weeks?|months?|mths?|years?|yrs?|time)_to)_default(?:ed)?_",
        r"_(?:is_|has_)?default(?:ed)?_?(?:date|dt|amount|amt|balance|flag|ind|reason|status)_",
        r"_(?:date|dt|time|month|year|exposure|balance|amount)_(?:of_|at_)*default(?:ed)?_",
        r"^_(?:is_|has_)?default(?:ed)?_$",
    ),
    "a loss": (
        r"_(?:lgd|ead)_",
        r"_loss_?given_?default",
        r"_(?:net|gross|realised|realized|actual|final|credit)_loss(?:es)?_",
        r"_loss_(?:amounts?|amt|severity|date|rate)_",
    ),
    "a collection": (
        rf"_collections?_(?:recovery_)?{_AMOUNT}_",
        r"_(?:sent|referred|in)_(?:to_)?collections?_",
    ),
    "payments": (
        rf"_(?:total|tot|last|final|next|latest|cum|cumulative)_?{_PAYMENT}(?=_|date|amount|amt)",
        rf"_{_PAYMENT}_(?:to_date|td|total|so_far|plan)_",
        rf"_{_PART}_(?:{_PAYMENT}|received|rec|collected)_",
        rf"_(?:paid|repaid|received|rec|collected)_{_PART}_",
        r"_late_fees?_|_(?:amount|amt)_(?:paid|repaid|received|collected)_|_(?:paid|repaid)_(?:amount|amt)_",
    ),
    "what is left to pay": (
        rf"_(?:out|outstanding|outstd|unpaid|remaining|rem)_?{_PRINCIPAL}(?=_)",
        r"_(?:unpaid|remaining)_?(?:balance|bal)_",
        r"_(?:current|cur|last|ending)_(?:actual_)?upb_",
    ),
    "a later look at the borrower": (r"_(?:last|latest)_(?:fico|score|credit_?score|credit_?pull|status)_",),
    "a settlement": (r"_settle(?:ment|ments|d)(?=_|date|amount|flag|status)",),
    "a hardship": (
        r"_(?:hardship|forbearance|deferral|deferment|workout)s?(?=_|date|flag)",
        r"_restructur(?:ed|ing)(?=_|date|flag)",
    ),
    "a seizure": (r"_(?:foreclos|reposses|liquidat)",),
    "the end of the loan": (
        rf"_(?:closed?|closure|pay_?off|paid_?off|terminated|termination)_?{_DATE}_",
        rf"_{_DATE}_(?:closed|closure|of_closure|paid_?off|pay_?off|terminated)_",
        rf"_prepa(?:yment|id|y)_{_AMOUNT}_",
        r"_zero_balance_|_(?:paid|pay)_?off_|_paid_?in_?full(?=_|date|amount)",
    ),
    "the outcome": (r"_(?:final|loan|terminal|closure|performance|mis)_?(?:status|outcome|result)_", r"_outcome_"),
}
_WORDS = tuple((meaning, re.compile("|".join(patterns))) for meaning, patterns in _MEANINGS.items())
#: These may as well be a borrower's books, a bureau's newest score, or the product: numbers that rank say nothing.
_NAME_ONLY = re.compile(
    r"_net_loss(?:es)?_|_settlement_(?:account|acct|bank|method|currency)|_latest_(?:\w+_)?score_|"
    rf"^_{_PAYMENT}_plan_$|^_(?:is_|has_)?default(?:ed)?_$"
)
_SPAN = "(?:d|days?|w|weeks?|m|mo|mos|mon|mths?|months?|q|quarters?|y|yrs?|years?)"
#: What was before the loan is known at the decision: charge-offs within 12 months, months since the last record.
#: So is what is not of this loan: the application, other loans, the borrower's business. Months *to* a default are not.
_BEFORE = re.compile(
    r"_(?:within|since|ago|prior|previous|prev|past|history|hist|historical|ever|num|number|"
    r"count|cnt|nbr|no|bureau|to_income|income|ratio|before|pub|"
    r"(?:mths|mth|months|yrs|years)(?!_(?:to|until|till|after)_(?!date_))|"
    rf"\d+_{_SPAN}|last_(?:week|month|quarter|year)s?|at_origination|application|mortgages?|business|loans|cards|other_banks?)_"
)
_TOKEN = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def named_after(loans: AuditedLoans) -> Iterator[Finding]:
    """Find columns with a name from after the outcome: medium, and high and dropped where the numbers say so too.

    They do where the AUC alone has a lower end above 0.6, or where the filling gives the outcome away; and where it is
    above 0.5 by 2.6 standard errors and a column whose name says the same does one of these. Of names that may as well
    speak of what was before the loan (a net loss, a latest score, a plain "default") only the filling says so. Columns
    of which only the name speaks are told together, by what it says.
    """
    known = known_loans(loans)
    speaking = [(column, meaning_of(column.name)) for column in known.columns if known.defaults]
    sure = {column.name: _evidence(known, column) for column, meaning in speaking if meaning}
    families = {meaning for column, meaning in speaking if meaning and sure[column.name]}
    only_named: dict[str, list[str]] = {}
    for column, meaning in speaking:
        relative = meaning in families and not _is_name_only(column.name)
        shows = sure.get(column.name) or (_like_its_family(known, column) if relative else "")
        if shows:
            yield _sure(column.name, meaning, shows)
        elif meaning:
            only_named.setdefault(meaning, []).append(column.name)
    for meaning, names in only_named.items():
        yield _only_named(known, meaning, names)


@cache
def meaning_of(name: str) -> str:
    """Return what a name says that is known only after the outcome, empty where it says nothing of the kind.

    Letter case and separators do not count, nor do the words' usual short forms.

    >>> meaning_of("ChgOffPrinGr"), meaning_of("total_pymnt_inv"), meaning_of("pub_rec_bankruptcies")
    ('a charge-off', 'payments', '')
    """
    joined = _joined(name)
    if _BEFORE.search(joined):
        return ""
    return next((meaning for meaning, pattern in _WORDS if pattern.search(joined)), "")


def tokens_of(name: str) -> tuple[str, ...]:
    """Return the words and numbers of a name in lower case, whatever parts them.

    >>> tokens_of("ChgOffPrinGr"), tokens_of("MIS_Status2")
    (('chg', 'off', 'prin', 'gr'), ('mis', 'status', '2'))
    """
    return tuple(token.lower() for token in _TOKEN.findall(name))


def _joined(name: str) -> str:
    return f"_{'_'.join(tokens_of(name))}_"


def _is_name_only(name: str) -> bool:
    """Whether a name may as well speak of what was before the loan, so that an AUC does not prove it."""
    return bool(_NAME_ONLY.search(_joined(name)))


def _evidence(known: KnownLoans, column: AuditedColumn) -> str:
    """Return the numbers that agree with a name from after the outcome, empty where they do not."""
    strength = known.alone.get(column.name)
    only = _is_name_only(column.name)
    pattern = pattern_of(known, column) if only else pattern_of(known, column, _REPAID)
    ranks = strength is not None and strength.auc.low > _RANKS and not only
    filled = pattern is not None and (not only or is_certain(known, pattern))
    if not (ranks or filled):
        return ""
    parts = [ranked(strength.auc)] if strength is not None else []
    return "; ".join([*parts, *([counted_pattern(known, pattern)] if pattern is not None else [])])


def _like_its_family(known: KnownLoans, column: AuditedColumn) -> str:
    """Return the AUC of a column that ranks the loans a little, empty where it may be chance."""
    auc = known.alone[column.name].auc if column.name in known.alone else None
    if auc is None or auc.value - _CLEAR * auc.se <= 0.5:
        return ""
    return f"{ranked(auc)}; another column that speaks of it ranks them better"


def _sure(name: str, meaning: str, shows: str) -> Finding:
    return Finding(
        kind="leak",
        severity="high",
        rule="named-after",
        columns=(name,),
        what=f"{quoted(name)} speaks of {meaning}, which comes after the decision, and ranks the loans.",
        evidence=shows,
        fix=f"--drop {quoted(name)}",
        drop=(name,),
    )


def _only_named(known: KnownLoans, meaning: str, names: list[str]) -> Finding:
    best = max((known.alone[name].auc.value for name in names if name in known.alone), default=float("nan"))
    return Finding(
        kind="leak",
        severity="medium",
        rule="named-after",
        columns=tuple(names),
        what=f"{named(names)} {'speaks' if len(names) == 1 else 'speak'} of {meaning}, which comes after the decision.",
        evidence=f"the name only: the best AUC alone is {best:.3f}",
        fix="Find out when it is written; --drop NAME if that is after the decision.",
    )
