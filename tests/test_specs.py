"""Settings: what is refused, with which words, and what is accepted."""

import dataclasses

import pytest

from creditrisk.errors import UsageError
from creditrisk.file_specs import SampleSpec
from creditrisk.option_values import ClassWeight
from creditrisk.specs import GENERATORS, ColumnSpec, TrainSpec

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
        TrainSpec(target="y", model="lightgbm", **{option: value})
    assert (caught.value.what, caught.value.where) == (
        "An option cannot be used as it is given.",
        (f"{words}, got {value}",),
    )


@pytest.mark.parametrize(("option", "value"), [(option, value) for option, _, ends, _ in RANGES for value in ends])
def test_the_ends_of_a_range_are_accepted(option, value):
    assert getattr(TrainSpec(target="y", model="lightgbm", **{option: value}), option) == value


def test_all_numbers_out_of_range_are_refused_at_once():
    with pytest.raises(UsageError) as caught:
        TrainSpec(target="y", model="lightgbm", **{option: wrong[0] for option, wrong, _, _ in RANGES})
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


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({}, "blend"), ({"preset": "best"}, "blend"), ({"preset": "fast"}, "lightgbm"),
        ({"model": "lightgbm"}, "lightgbm"), ({"model": "scorecard"}, "scorecard"),
    ],
)  # fmt: skip
def test_the_kind_follows_from_the_model_and_the_preset(options, kind):
    assert TrainSpec(target="y", **options).kind == kind


LIST = ", ".join(GENERATORS)
FEATURES = f"--features must be auto, none, or some of {LIST}, each once; got "
FOR_A_BLEND = "--features and --members are for a blend: --model auto with --preset standard or best"
ALONE = "for --model lightgbm or --preset fast alone"
FOR_AUTO = "--preset is for --model auto: --model {} is one model whatever the preset"
REFUSED = [
    ({"preset": "slow"}, "--preset must be fast, standard or best, got 'slow'"),
    ({"preset": "best", "model": "lightgbm"}, FOR_AUTO.format("lightgbm")),
    ({"preset": "fast", "model": "scorecard"}, FOR_AUTO.format("scorecard")),
    ({"time_limit": -1}, "--time-limit must be in seconds, 0 or more, got -1"),
    ({"time_limit": 1.1e7}, "--time-limit must be in seconds, 0 or more, got 11000000.0"),
    ({"time_limit": float("nan")}, "--time-limit must be in seconds, 0 or more, got nan"),
    ({"features": "all"}, f"{FEATURES}'all'"),
    ({"features": ""}, f"{FEATURES}''"),
    ({"features": "target,target"}, f"{FEATURES}'target,target'"),
    ({"features": "target, ratios"}, f"{FEATURES}'target, ratios'"),
    ({"features": "auto,target"}, f"{FEATURES}'auto,target'"),
    ({"features": "none", "preset": "fast"}, FOR_A_BLEND),
    ({"features": "target", "model": "scorecard"}, FOR_A_BLEND),
    ({"members": "additive", "preset": "fast"}, FOR_A_BLEND),
    ({"members": "plain", "model": "lightgbm"}, FOR_A_BLEND),
    ({"learning_rate": 0.1}, f"--learning-rate: {ALONE}"),
    ({"leaves": 31, "preset": "best"}, f"--leaves: {ALONE}"),
    ({"max_trees": 10, "patience": 3, "model": "scorecard"}, f"--max-trees, --patience: {ALONE}"),
    ({"special": ("x:96",), "preset": "fast"}, "--special is for a blend or a scorecard: trees find codes"),
    ({"special": ("x:96",), "model": "lightgbm"}, "--special is for a blend or a scorecard: trees find codes"),
]


@pytest.mark.parametrize(("options", "words"), REFUSED)
def test_an_option_that_the_kind_does_not_know_is_refused(options, words):
    with pytest.raises(UsageError) as caught:
        TrainSpec(target="y", **options)
    assert (caught.value.what, caught.value.where) == ("An option cannot be used as it is given.", (words,))


@pytest.mark.parametrize(
    "options",
    [
        {"time_limit": 0}, {"time_limit": 1e7}, {"features": "none", "preset": "best"}, {"features": "dates,counts"},
        {"members": "additive,plain"}, {"special": ("x:96",)}, {"special": ("x:96",), "model": "scorecard"},
        {"learning_rate": 0.1, "leaves": 31, "max_trees": 10, "patience": 3, "preset": "fast"},
        {"patience": 3, "model": "lightgbm"},
    ],
)  # fmt: skip
def test_an_option_that_the_kind_knows_is_accepted(options):
    spec = TrainSpec(target="y", **options)
    assert {name: getattr(spec, name) for name in options} == options


def test_a_growing_option_at_its_default_is_no_option():
    assert TrainSpec(target="y", learning_rate=0.03, leaves=15, max_trees=3000, patience=0).kind == "blend"


@pytest.mark.parametrize(
    ("text", "generators"),
    [("auto", GENERATORS), ("none", ()), ("pairs", ("pairs",)), ("dates,counts", ("dates", "counts"))],
)
def test_features_name_what_makes_derived_columns(text, generators):
    assert TrainSpec(target="y", features=text).generators == generators


@pytest.mark.parametrize(
    ("text", "names"), [("", ()), ("plain", ("plain",)), ("additive,few~2", ("additive", "few~2"))]
)
def test_members_are_named_with_commas_between(text, names):
    assert TrainSpec(target="y", members=text).member_names == names


def test_a_spec_cannot_be_changed():
    spec = TrainSpec(target="y")
    with pytest.raises(dataclasses.FrozenInstanceError):
        spec.seed = 1
