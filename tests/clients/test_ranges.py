from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medinfer.ranges import Interval, flag, parse_range, parse_value

NUMBERS = st.integers(-10_000, 10_000).map(lambda n: n / 10)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13.0 - 17.0", Interval(13, 17)),
        ("13-17", Interval(13, 17)),
        ("13 – 17 g/dL", Interval(13, 17)),
        ("(4.0 to 11.0)", Interval(4, 11)),
        ("[ 1,50,000 - 4,50,000 ]", Interval(150_000, 450_000)),
        ("4.0-11.0 x10^3/µL", Interval(4, 11)),
        ("-2.0 - +2.0", Interval(-2, 2)),
        ("< 200", Interval(-inf, 200, True, True)),
        ("<=200 mg/dL", Interval(-inf, 200, True, False)),
        ("≤200", Interval(-inf, 200, True, False)),
        ("Up to 5", Interval(-inf, 5, True, False)),
        ("upto 5", Interval(-inf, 5, True, False)),
        ("Less than 5", Interval(-inf, 5, True, True)),
        ("under 5", Interval(-inf, 5, True, True)),
        ("> 40", Interval(40, inf, True, True)),
        ("≥ 60", Interval(60, inf, False, True)),
        ("At least 90", Interval(90, inf, False, True)),
        ("at most 5", Interval(-inf, 5, True, False)),
        ("Not more than 4.00", Interval(-inf, 4, True, False)),
        ("no more than 4", Interval(-inf, 4, True, False)),
        ("not exceeding 4", Interval(-inf, 4, True, False)),
        ("Not less than 4", Interval(4, inf, False, True)),
        ("not below 4", Interval(4, inf, False, True)),
        ("less than or equal to 5", Interval(-inf, 5, True, False)),
        ("More than 5", Interval(5, inf, True, True)),
        ("higher than 5", Interval(5, inf, True, True)),
        ("Max 5", Interval(-inf, 5, True, False)),
        ("Min: 5", Interval(5, inf, False, True)),
        ("Desirable: < 200", Interval(-inf, 200, True, True)),
        (".5 - 1.5", Interval(0.5, 1.5)),
    ],
)
def test_ranges_as_printed(text: str, expected: Interval) -> None:
    assert parse_range(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Negative",
        "17.0 - 13.0",
        "M: 13-17 F: 12-15",
        "<200 desirable, 200-239 borderline",
        "12-05-2026",
        "10^3/µL",
        "see note 3",
        "should not be more than 5",
        "never above 5",
    ],
)
def test_what_states_no_range_or_several(text: str) -> None:
    assert parse_range(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13.5", Interval(13.5, 13.5)),
        (" H 13.5 ", Interval(13.5, 13.5)),
        ("13.5 (L)", Interval(13.5, 13.5)),
        ("13.5*", Interval(13.5, 13.5)),
        ("1,50,000", Interval(150_000, 150_000)),
        ("< 0.01", Interval(-inf, 0.01, True, True)),
        ("2-3", Interval(2, 3)),
        ("-1.5", Interval(-1.5, -1.5)),
    ],
)
def test_values_as_printed(text: str, expected: Interval) -> None:
    assert parse_value(text) == expected


@pytest.mark.parametrize("text", ["", "Positive", "1:80", "+++", "1+", "13.5.2", "12,5", "A 13", "H", "13.5 g"])
def test_values_that_are_no_number(text: str) -> None:
    assert parse_value(text) is None


@pytest.mark.parametrize(
    ("value", "reference_range", "expected"),
    [
        ("12.9", "13.0 - 17.0", "low"),
        ("13.0", "13.0 - 17.0", "normal"),
        ("17.1", "13.0 - 17.0", "high"),
        ("200", "< 200", "high"),
        ("200", "<= 200", "normal"),
        ("40", "> 40", "low"),
        ("0.73", "Not more than 4.00", "normal"),
        ("5", "Not more than 4.00", "high"),
        ("<0.01", "0.4 - 4.0", "low"),
        ("< 5", "< 5", "normal"),
        ("> 100", "< 200", None),  # may be 150 or 250
        ("2-3", "0-5", "normal"),
        ("4-8", "0-5", None),
        ("Positive", "0-5", None),
        ("5", "Negative", None),
        ("5", None, None),
    ],
)
def test_flags(value: str, reference_range: str | None, expected: str | None) -> None:
    assert flag(value, reference_range) == expected


@pytest.mark.parametrize(
    "text",
    ["M: 13-17 F: 12-15", "Male: 13 - 17, Female: 12 - 15", "Men : 13 to 17 / Women : 12 to 15", "F 12-15 M 13-17"],
)
def test_the_range_of_the_patients_sex(text: str) -> None:
    assert parse_range(text, "male") == Interval(13, 17)
    assert parse_range(text, "female") == Interval(12, 15)
    assert parse_range(text) is parse_range(text, "other") is None
    assert flag("12.5", text, "male") == "low"
    assert flag("12.5", text, "female") == "normal"


def test_a_range_of_one_sex_alone_is_the_range() -> None:
    assert parse_range("F: 12-15", "female") == Interval(12, 15)


@given(NUMBERS, NUMBERS, NUMBERS, st.sampled_from(["{} - {}", "{}-{}", "{} to {}", "({}–{}) mg/dL"]))
def test_a_flag_says_where_the_value_lies(value: float, a: float, b: float, form: str) -> None:
    low, high = sorted((a, b))
    expected = "low" if value < low else "high" if value > high else "normal"
    assert flag(str(value), form.format(low, high)) == expected


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_judged_without_an_error(value: str, reference_range: str) -> None:
    assert flag(value, reference_range) in (None, "low", "normal", "high")


@given(st.text("0123456789.,-<> to", max_size=4000))
def test_hostile_text_takes_no_time(text: str) -> None:
    parse_range(text)
    parse_value(text)
