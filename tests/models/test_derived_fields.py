"""Derived columns of a manifest: every kind comes back as it was, and nothing else comes in."""

import copy
import json

import pytest

from creditrisk.features.derived import Arithmetic, DatePart, Flag, Lookup, MissingCount, Relative
from creditrisk.models.derived_fields import read_derived, to_mapping
from creditrisk.models.fields import ManifestError

MEAN = Lookup("mean", "mean", (2,), ((0.0,), (None,)), (4.5, 1e300), -2.0)
FEATURES = [
    Flag("late is 98", 3, 98.0),
    Flag("employer missing", 0, None),
    MissingCount("values missing", (0, 3)),
    Arithmetic("amount / income", "ratio", 0, 1),
    Arithmetic("income - amount", "difference", 1, 0),
    DatePart("month of issued", 2, "month"),
    Lookup("default rate of a and b", "target", (0, 3), ((1.0, None), (None, 0.1)), (-1.5, 1 / 3), 0.0),
    Lookup("loans of 等級", "count", (0,), (), (), 0.0),
    Relative("income / mean by region", 1, MEAN),
]


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_every_kind_comes_back_as_it_was(feature):
    assert read_derived(json.loads(json.dumps(to_mapping(feature))), "derived[0]", 4) == feature


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_a_column_of_another_matrix_is_refused(feature):
    item = json.loads(json.dumps(to_mapping(feature)))
    with pytest.raises(ManifestError, match=r"^derived\[0\] uses a column that the model does not have$"):
        read_derived(item, "derived[0]", max(feature.columns))


def fields(item, path=()):
    for key, value in item.items():
        yield (*path, key)
        if isinstance(value, dict):
            yield from fields(value, (*path, key))


EVERY_FIELD = [(number, path) for number, feature in enumerate(FEATURES) for path in fields(to_mapping(feature))]


def changed(number, path, change):
    item = json.loads(json.dumps(to_mapping(FEATURES[number])))
    place = item
    for key in path[:-1]:
        place = place[key]
    change(place, path[-1])
    return item


@pytest.mark.parametrize(("number", "path"), EVERY_FIELD)
def test_no_field_may_lack(number, path):
    item = changed(number, path, lambda place, key: place.pop(key))
    with pytest.raises(ManifestError, match=rf"\.{path[-1]} is missing or of another type$"):
        read_derived(item, "derived[0]", 4)


@pytest.mark.parametrize(("number", "path"), EVERY_FIELD)
@pytest.mark.parametrize("value", [True, {}, [[[1]]], -1, 0.5, "x", None, 10**400, [10**400], [None], "\ud800"])
def test_a_field_of_another_type_is_refused_or_makes_the_same_kind(number, path, value):
    item = changed(number, path, lambda place, key: place.update({key: copy.deepcopy(value)}))
    try:
        feature = read_derived(item, "derived[0]", 4)
    except ManifestError:
        return
    assert type(feature) is type(FEATURES[number])
    allowed = {"name": str, "value": (float, type(None)), "other": float, "column": int}
    assert path[-1] in allowed
    assert isinstance(value, (str, int, float, type(None)))
    assert not isinstance(value, bool)


@pytest.mark.parametrize(
    ("number", "path", "value", "message"),
    [
        (0, ("feature",), "flags", "derived[0].feature is unknown"),
        (0, ("feature",), "lookup", "derived[0].statistic is missing or of another type"),
        (0, ("column",), -1, "derived[0] is not sound: columns must be positions in the base matrix, each once."),
        (0, ("column",), 4, "derived[0] uses a column that the model does not have"),
        (0, ("column",), 3.0, "derived[0].column is missing or of another type"),
        (0, ("value",), float("inf"), "derived[0] is not sound: numbers must be finite."),
        (0, ("extra",), 1, "derived[0].extra is unknown"),
        (2, ("columns",), [0, True], "derived[0].columns[1] is not a whole number"),
        (2, ("columns",), [0, 0], "derived[0] is not sound: columns must be positions in the base matrix, each once."),
        (3, ("operation",), "sum", "derived[0] is not sound: it must be one of: ratio, difference."),
        (5, ("part",), "day", "derived[0] is not sound: it must be one of: year, month, weekday."),
        (6, ("keys",), [[1, None], [1, None]], "derived[0] is not sound: a key stands twice."),
        (6, ("keys",), [[1], [2]], "derived[0] is not sound: a key needs one value for each of one or two columns."),
        (6, ("keys",), [1, 2], "derived[0].keys[0] is not a list"),
        (6, ("keys",), [["a", 1]], "derived[0].keys[0] is not a number"),
        (6, ("values",), [1], "derived[0] is not sound: every key needs one value."),
        (6, ("values",), [1, "x"], "derived[0].values[1] is not a number"),
        (8, ("group", "statistic"), "count", "derived[0] is not sound: a group needs means."),
        (8, ("group", "columns"), [9], "derived[0] uses a column that the model does not have"),
        (8, ("group", "extra"), 1, "derived[0].group.extra is unknown"),
        (8, ("group",), [], "derived[0].group is missing or of another type"),
    ],
)
def test_a_crafted_field_is_refused_with_its_reason(number, path, value, message):
    item = changed(number, path, lambda place, key: place.update({key: value}))
    with pytest.raises(ManifestError) as caught:
        read_derived(item, "derived[0]", 4)
    assert str(caught.value) == message


@pytest.mark.parametrize("item", [None, [], "flag", 3])
def test_what_is_no_object_is_refused(item):
    with pytest.raises(ManifestError, match=r"^here is not an object$"):
        read_derived(item, "here", 4)
