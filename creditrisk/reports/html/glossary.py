"""What the words of a report mean, one line each; the page links the words to these lines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Term:
    """A word, other words that mean it, what it means, and where it comes from."""

    name: str
    meaning: str
    source: str = ""
    also: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """The id of its line."""
        return "term-" + "".join(mark if mark.isalnum() else "-" for mark in self.name.casefold())


TERMS = (
    Term(
        "AUC",
        "The chance that a loan that defaults has a higher PD than one that is repaid, ties counted half. 0.5 knows "
        "nothing, 1 ranks perfectly.",
        "doi:10.2307/2531595 (its interval)",
    ),
    Term(
        "BCE",
        "Binary cross-entropy: the mean of −ln of the probability that was given to what happened, in nats. Lower "
        "is better; it is least where every PD is the true one.",
    ),
    Term(
        "BCE skill",
        "1 − BCE / BCE of giving every loan the default rate of the training loans. 0 knows nothing, 1 is perfect, "
        "below 0 is worse than one PD for all.",
    ),
    Term(
        "Brier score",
        "The mean of (PD − outcome)². Lower is better.",
        "doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2",
        also=("Brier",),
    ),
    Term(
        "Brier skill",
        "1 − Brier score / Brier score of giving every loan the default rate of these loans.",
    ),
    Term(
        "Gini",
        "2 AUC − 1, also called the accuracy ratio.",
    ),
    Term(
        "KS",
        "The largest distance between the cumulative distributions of PD of defaults and of repaid loans. The "
        "largest of many distances is biased upwards; the one at a cut-off that was fixed in training is not.",
    ),
    Term(
        "H-measure",
        "How much of the loss by wrong decisions the model saves, averaged over a stated distribution of the ratio "
        "of costs. 0 knows nothing, 1 is perfect.",
        "doi:10.1007/s10994-009-5119-5",
    ),
    Term(
        "PR-AUC",
        "Average precision: the mean share of defaults among the loans refused, over the cut-offs at which each "
        "default is caught. The default rate knows nothing.",
    ),
    Term(
        "PR gain",
        "The area under the curve of precision gain and recall gain, which puts precision and recall on a scale on "
        "which the default rate is 0 and perfect is 1.",
    ),
    Term(
        "capture",
        "The share of all defaults that is among the riskiest loans, by PD.",
    ),
    Term(
        "lift",
        "The default rate among some loans over that of all loans.",
    ),
    Term(
        "PD",
        "Probability of default: the model's forecast for one loan.",
        also=("mean PD",),
    ),
    Term(
        "default rate",
        "The share of loans that defaulted. Its interval is Jeffreys'.",
        "doi:10.1214/ss/1009213286",
    ),
    Term(
        "bad rate",
        "The default rate of the loans that are approved.",
        also=("bad rate of the approved",),
    ),
    Term(
        "95 % interval",
        "A range that holds the true value in 95 of 100 samples of this size, if its assumptions hold.",
    ),
    Term(
        "at development",
        "The same figure on the held-out loans when the model was made.",
    ),
    Term(
        "observed / expected",
        "Defaults that occurred over the sum of the PDs. Above 1 the PDs are too low.",
    ),
    Term(
        "calibration in the large",
        "The shift of the log-odds that would make the mean PD right. 0 is right.",
    ),
    Term(
        "calibration intercept",
        "The intercept of a logistic regression of the outcome on the model's log-odds. 0 is right, with a slope of 1.",
        "doi:10.1093/biomet/45.3-4.562",
    ),
    Term(
        "calibration slope",
        "The slope of that regression. 1 is right; below 1 the PDs are too extreme, as after overfitting; above 1 "
        "too timid.",
        "doi:10.1093/biomet/45.3-4.562",
    ),
    Term(
        "ECE",
        "Expected calibration error: the mean distance of default rate and mean PD over ten bands. Chance alone "
        "keeps it above 0, so it is read beside what right PDs would show.",
        "doi:10.1609/aaai.v29i1.9602",
    ),
    Term(
        "miscalibration",
        "How much the score would fall if each PD were replaced by the default rate that belongs to it (isotonic "
        "regression). Never below 0, so it is read beside what right PDs would show.",
        "doi:10.1073/pnas.2016191118",
    ),
    Term(
        "discrimination",
        "How much the score of the recalibrated PDs is below that of one PD for all: what the ranking is worth.",
        "doi:10.1073/pnas.2016191118",
    ),
    Term(
        "uncertainty",
        "The score of giving every loan the default rate of these loans: the difficulty of the task.",
    ),
    Term(
        "consistency band",
        "Where the reliability curve would lie in 95 of 100 samples, at any one PD, if every PD were right.",
    ),
    Term(
        "grade",
        "A range of PDs with one PD for all its loans.",
    ),
    Term(
        "too low",
        "p-value of the test that the PD of a grade is not too low: how likely so many defaults are if it is right. "
        "Jeffreys' test: the Beta distribution with parameters defaults + ½ and repaid + ½.",
        "ECB, Instructions for reporting the validation results of internal models, 2019, section 2.5",
    ),
    Term(
        "too high",
        "The same for too few defaults: the PD is conservative.",
    ),
    Term(
        "level",
        "How often the test rejects a PD that is right.",
    ),
    Term(
        "power",
        "How often the test finds a PD that is wrong by the stated factor. At low power, not rejected is not right.",
    ),
    Term(
        "verdict",
        "Green, amber or red by the rule that is printed with it. It is about these loans and these tests only.",
    ),
    Term(
        "p",
        "p-value: how often chance alone gives a result at least this extreme.",
    ),
    Term(
        "concentration",
        "How unevenly the loans lie in the grades: the sum of squared shares (Herfindahl-Hirschman).",
        also=(
            "HHI",
            "normalised HHI",
        ),
    ),
    Term(
        "vintage",
        "The loans of one period.",
    ),
    Term(
        "outcome known",
        "The share of a vintage's loans whose outcome is known. Where only closed loans were kept, it falls with "
        "the vintage, and default rates of young vintages mislead.",
    ),
    Term(
        "PSI",
        "Population stability index: how far the distribution of the PDs has moved, Σ (a − b) ln (a / b) over ten "
        "bins. It is read beside what chance alone gives at this number of loans.",
        "doi:10.21314/JRMV.2020.227",
    ),
    Term(
        "segment",
        "The loans with one value of a column.",
    ),
    Term(
        "cut-off",
        "The lowest PD that is refused.",
    ),
    Term(
        "approved",
        "The share of loans whose PD is below the cut-off.",
        also=("approval rate",),
    ),
    Term(
        "recall",
        "The share of the defaults that is refused.",
        also=(
            "defaults refused",
            "recall at 0.5",
        ),
    ),
    Term(
        "precision",
        "The share of the refused loans that defaults.",
    ),
    Term(
        "specificity",
        "The share of the repaid loans that is accepted.",
    ),
    Term(
        "accuracy",
        "The share of loans on the right side of the cut-off. Where defaults are rare, refusing nobody scores high "
        "on it.",
    ),
    Term(
        "LGD",
        "Loss given default: the share of the amount that is lost when a loan defaults.",
    ),
    Term(
        "margin",
        "What a repaid loan earns, as a share of its amount.",
    ),
    Term(
        "expected loss",
        "PD × LGD × amount, over the loans approved.",
    ),
    Term(
        "profit",
        "Margin of the repaid loans less losses of the defaults, among the loans approved.",
    ),
    Term(
        "break-even PD",
        "margin / (margin + LGD): the PD at which a loan earns nothing on average.",
    ),
    Term(
        "chosen cut-off",
        "The cut-off with the highest profit on out-of-fold PDs of the training loans where there are any. The "
        "range holds the cut-offs within one standard error of the best.",
    ),
    Term(
        "EMP",
        "Expected maximum profit, over a distribution of LGD, as a share of the amount; beside it stands the share "
        "of loans to refuse for it.",
        "doi:10.1016/j.ejor.2014.04.001",
    ),
    Term(
        "importance",
        "What the model uses a column for, as a share. For trees it favours columns with many values. No cause is "
        "implied.",
    ),
    Term(
        "mean absolute contribution",
        "How far a variable moves the log-odds of a loan from the mean of the training loans, up or down, on average "
        "over the loans.",
        "doi:10.1038/s42256-019-0138-9",
    ),
    Term(
        "Friedman's H",
        "The square root of the share of two variables' joint effect, as a variance, that is not the sum of both.",
        "doi:10.1214/07-AOAS148",
    ),
    Term(
        "out-of-fold BCE",
        "BCE of training loans, each scored by a model that was not fitted on it.",
    ),
    Term(
        "member",
        "A model inside a blend. Its name says how it was made.",
    ),
    Term(
        "weight",
        "What a member's log-odds are multiplied by in the blend.",
    ),
    Term(
        "band",
        "Loans in ten equal parts by PD; equal PDs are never split.",
    ),
    Term(
        "defaults so far",
        "The share of all defaults in this band and those above it.",
        also=("repaid so far",),
    ),
    Term(
        "seed",
        "What fixes the random choices: the same seed and data give the same model.",
    ),
    Term(
        "AUC alone",
        "How well a column by itself ranks the loans, missing being a value of its own: by the default rates of at "
        "most 20 ranges or values, learned from the other half of the loans, or by the order of its numbers. 0.5 "
        "knows nothing. What is known at the decision hardly passes 0.8.",
    ),
    Term(
        "information value",
        "Σ (share of the repaid − share of the defaults) ln of their ratio, over the values or ranges of a column. 0 "
        "knows nothing; it grows with the number of ranges and of rare values, so the AUC alone is the safer figure.",
        "Kullback and Leibler's symmetric divergence, doi:10.1214/aoms/1177729694",
        also=("IV",),
    ),
    Term(
        "leak",
        "A column that is not known at the decision, or that is the outcome again. Figures with it are too good, and "
        "the model fails when it is used. Only who knows when a column is written can say for sure.",
        also=("leaks",),
    ),
    Term(
        "drift",
        "What differs between older and newer loans, or between two files. A model learns the older ones.",
    ),
    Term(
        "adversarial AUC",
        "How well a model tells the newer loans from the older ones by their columns, on loans that it was not fitted "
        "on. 0.5: they look alike; 1: they can be told apart without fail.",
        also=("distinguishable",),
    ),
    Term(
        "top share",
        "The share of the most frequent value among the loans that have one.",
    ),
    Term(
        "SHA-256",
        "A digest of the model file: the same digest is the same model.",
    ),
)

INTERVALS = (
    (
        "Every interval is meant to hold the true value in 95 of 100 samples of this size. It describes the luck of "
        "these loans only."
    ),
    (
        "It leaves out the luck of the training: the same recipe on other loans, or with another seed, gives "
        "another model."
    ),
    (
        "It leaves out a downturn that hits all loans at once: loans are taken as independent unless a figure says "
        "otherwise, so that a bad year can lie outside of every interval."
    ),
    ("With fewer than about 60 defaults intervals are wide and may cover the truth less often than they say."),
)


@cache
def _index() -> dict[str, Term]:
    return {word.casefold(): term for term in TERMS for word in (term.name, *term.also)}


def term_of(text: str) -> Term | None:
    """Return the term that a heading or a name is about: the same words, or the longest term that it begins with.

    >>> term_of("KS at the training cut-off").name, term_of("mean PD").name, term_of("colour")
    ('KS', 'PD', None)
    """
    index, words = _index(), text.casefold().split(" ")
    starts = (" ".join(words[:length]) for length in range(len(words), 0, -1))
    return next((index[start] for start in starts if start in index), None)
