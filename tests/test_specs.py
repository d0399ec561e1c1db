"""Settings: what is refused, with which words, and what is accepted."""

import dataclasses

import pytest

from creditrisk.errors import UsageError
from creditrisk.option_values import ClassWeight
from creditrisk.specs import ColumnSpec, SampleSpec, TrainSpec

SPECS = (SampleSpec, ColumnSpec, TrainSpec)


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("none", 1.0), ("balanced", None), ("1", 1.0), ("4", 4.0), ("0.25", 0.25), ("1e-6", 1e-6), ("1e6", 1e6),
        ("2.5e2", 250.0),
    ],
)  # fmt: skip
def test_a_class_weight_is_none_balanced_or_a_number(text, ratio):
    assert ClassWeight.parse(text) == ClassWeight(ratio)


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "nan", "inf", "-inf", "9e-7", "1000001", "1e400", "four", "None", "Balanced", "1,5", "4:1"]
)
def test_any_other_class_weight_is_refused(text):
    with pytest.raises(UsageError) as caught:
        ClassWeight.parse(text)
    error = caught.value
    assert error.what == f"--class-weight must be none, balanced, or a number between 1e-6 and 1e6, got {text!r}."
    assert error.fix == "Example: --class-weight 4 lets a default count four times as much as a repaid loan."


@pytest.mark.parametrize(("text", "nothing"), [("none", True), ("1", True), ("balanced", False), ("1.01", False)])
def test_a_class_weight_knows_whether_it_changes_anything(text, nothing):
    assert ClassWeight.parse(text).changes_nothing is nothing


#: Option, values out of its range, values at its ends, and what the refusal says before the value.
RANGES = [
    ("test_size", (0.0, 0.0099, 0.91, -0.2, float("nan")), (0.01, 0.9), "--test-size must be between 0.01 and 0.9"),
    ("seed", (-1, 2**31), (0, 2**31 - 1), "--seed must be between 0 and 2147483647"),
    ("threads", (-1, 1025), (0, 1024), "--threads must be between 0 and 1024"),
    ("folds", (1, 0, 51), (2, 50), "--folds must be between 2 and 50"),
    ("learning_rate", (0, -0.1, 1.01, float("nan")), (1e-9, 1), "--learning-rate must be above 0 and at most 1"),
    ("leaves", (1, 4097), (2, 4096), "--leaves must be between 2 and 4096"),
    ("max_trees", (0, 100_001), (1, 100_000), "--max-trees must be between 1 and 100000"),
    ("patience", (-1, -5), (0, 10**9), "--patience must be 0 or more"),
]


@pytest.mark.parametrize(
    ("option", "value", "words"), [(option, value, words) for option, wrong, _, words in RANGES for value in wrong]
)
def test_a_number_out_of_its_range_is_refused_with_the_range(option, value, words):
    with pytest.raises(UsageError) as caught:
        TrainSpec(target="y", **{option: value})
    assert (caught.value.what, caught.value.where) == ("An option is out of its range.", (f"{words}, got {value}",))


@pytest.mark.parametrize(("option", "value"), [(option, value) for option, _, ends, _ in RANGES for value in ends])
def test_the_ends_of_a_range_are_accepted(option, value):
    assert getattr(TrainSpec(target="y", **{option: value}), option) == value


def test_all_numbers_out_of_range_are_refused_at_once():
    with pytest.raises(UsageError) as caught:
        TrainSpec(target="y", **{option: wrong[0] for option, wrong, _, _ in RANGES})
    assert caught.value.where == tuple(f"{words}, got {wrong[0]}" for _, wrong, _, words in RANGES)


@pytest.mark.parametrize("text", ["heavy", "0"])
def test_a_bad_class_weight_is_refused_when_the_spec_is_made(text):
    with pytest.raises(UsageError, match="--class-weight must be"):
        TrainSpec(target="y", class_weight=text)


@pytest.mark.parametrize(
    ("roles", "where"),
    [
        ({"id": ("y",)}, ['"y" is given to --target and to --id']),
        ({"drop": ("y",)}, ['"y" is given to --target and to --drop']),
        ({"id": ("a",), "drop": ("b", "a")}, ['"a" is given to --id and to --drop']),
        ({"categorical": ("a",), "numeric": ("a",)}, ['"a" is given to --categorical and to --numeric']),
        ({"drop": ("",), "numeric": ("",)}, ['"" is given to --drop and to --numeric']),
        (
            {"id": ("y", "a"), "drop": ("a",)},
            ['"y" is given to --target and to --id', '"a" is given to --id and to --drop'],
        ),
    ],
)
@pytest.mark.parametrize("spec", [ColumnSpec, TrainSpec])
def test_two_roles_for_one_column_are_refused(spec, roles, where):
    with pytest.raises(UsageError) as caught:
        spec(target="y", **roles)
    error = caught.value
    assert (error.what, error.where, error.fix) == (
        "A column has two roles.", tuple(where), "Give each column one role."
    )  # fmt: skip


def test_a_column_named_twice_for_one_role_is_accepted():
    assert ColumnSpec(target="y", drop=("a", "a")).drop == ("a", "a")


@pytest.mark.parametrize("labels", [{"positive": "bad"}, {"negative": "good"}])
def test_one_label_without_the_other_is_refused(labels):
    with pytest.raises(UsageError) as caught:
        ColumnSpec(target="y", **labels)
    assert (caught.value.what, caught.value.fix) == (
        "--positive and --negative belong together.", "Give both, or neither."
    )  # fmt: skip


@pytest.mark.parametrize("spec", [ColumnSpec, TrainSpec])
@pytest.mark.parametrize("label", ["bad", "-", " "])
def test_one_label_for_both_outcomes_is_refused(spec, label):
    with pytest.raises(UsageError) as caught:
        spec(target="y", positive=label, negative=label)
    assert (caught.value.what, caught.value.fix) == (
        f"--positive and --negative are both {label!r}.", "Give two different values."
    )  # fmt: skip


def test_labels_that_differ_in_letter_case_only_are_two():
    spec = ColumnSpec(target="y", positive="Bad", negative="bad")
    assert (spec.positive, spec.negative) == ("Bad", "bad")


@pytest.mark.parametrize(
    ("numbers", "what"),
    [
        ({"rows": 0}, "--rows must be 1 or more, got 0."),
        ({"rows": -3}, "--rows must be 1 or more, got -3."),
        ({"seed": -1}, "--seed and --first-id must be 0 or more."),
        ({"first_id": -1}, "--seed and --first-id must be 0 or more."),
    ],
)
def test_a_sample_of_impossible_numbers_is_refused(numbers, what):
    with pytest.raises(UsageError) as caught:
        SampleSpec(**numbers)
    assert caught.value.what == what


@pytest.mark.parametrize("spec", SPECS)
def test_every_option_has_a_help_text_that_ends_as_a_sentence(spec):
    helps = {field.name: field.metadata["help"] for field in dataclasses.fields(spec)}
    assert [name for name, text in helps.items() if not text.endswith(".")] == []


def test_a_spec_cannot_be_changed():
    spec = TrainSpec(target="y")
    with pytest.raises(dataclasses.FrozenInstanceError):
        spec.seed = 1
