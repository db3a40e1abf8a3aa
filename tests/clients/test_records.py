from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medinfer.contract.vocabulary import Assertion, DocumentLabel
from medinfer.documents import part_of_box
from medinfer.records import Records, assemble, normalised_sex
from medinfer.results import Entity, Line

L = DocumentLabel

CELL_WIDTH, ROW_HEIGHT = 200, 40

Cell = str | tuple[str, DocumentLabel] | None
"""A cell's text, all of it an entity if it has a label."""

ABBREVIATIONS = {"T": L.TEST, "V": L.VALUE, "U": L.UNIT, "R": L.REFERENCE_RANGE, "D": L.DRUG, "S": L.STRENGTH}


class Page:
    """A page laid out as a grid; ``entities`` may also be marked inside a cell with ``mark``."""

    def __init__(self, *grid: Sequence[Cell], page: int = 0) -> None:
        self.lines: list[Line] = []
        self.entities: list[Entity] = []
        for r, row in enumerate(grid):
            for c, cell in enumerate(row):
                if cell is None:
                    continue
                text, label = (cell, None) if isinstance(cell, str) else cell
                x, y = c * CELL_WIDTH, r * ROW_HEIGHT
                box = ((x, y), (x + 180.0, y), (x + 180.0, y + 24.0), (x, y + 24.0))
                self.lines.append(Line(text=text, page=page, box=box, score=0.9))
                if label is not None:
                    self.mark(text, label)

    def mark(self, text: str, label: DocumentLabel, **more: Any) -> Page:
        """Make ``text`` inside the last line that holds it an entity."""
        index = max(i for i, line in enumerate(self.lines) if text in line.text)
        line = self.lines[index]
        start = line.text.index(text)
        end = start + len(text)
        box = part_of_box(line, start, end)
        fields = {"score": 0.9, **more}
        self.entities.append(Entity(label=label, text=text, line=index, start=start, end=end, box=box, **fields))
        return self

    @property
    def records(self) -> Records:
        return assemble(self.lines, self.entities)

    @property
    def observations(self) -> list[tuple[str, str, str | None, str | None, str | None]]:
        return [(o.test, o.value, o.unit, o.reference_range, o.flag) for o in self.records.observations]


def _t(text: str) -> Cell:
    return (text, L.TEST)


def _v(text: str) -> Cell:
    return (text, L.VALUE)


def _u(text: str) -> Cell:
    return (text, L.UNIT)


def _r(text: str) -> Cell:
    return (text, L.REFERENCE_RANGE)


def test_a_row_is_an_observation() -> None:
    page = Page(
        ["TEST", "RESULT", "UNIT", "RANGE"],
        [_t("Haemoglobin"), _v("12.1"), _u("g/dL"), _r("13.0 - 17.0")],
        [_t("Cholesterol"), _v("180"), _u("mg/dL"), _r("< 200")],
        [_t("HBsAg"), _v("Negative")],
    )
    assert page.observations == [
        ("Haemoglobin", "12.1", "g/dL", "13.0 - 17.0", "low"),
        ("Cholesterol", "180", "mg/dL", "< 200", "normal"),
        ("HBsAg", "Negative", None, None, None),
    ]


def test_columns_may_stand_in_any_order() -> None:
    page = Page([_t("Haemoglobin"), _r("13.0 - 17.0"), _u("g/dL"), _v("18")], [_v("5"), _t("ESR")])
    assert page.observations == [("Haemoglobin", "18", "g/dL", "13.0 - 17.0", "high"), ("ESR", "5", None, None, None)]


def test_a_line_may_hold_a_whole_row() -> None:
    page = Page(["Haemoglobin 13.5 g/dL"]).mark("13.5", L.VALUE).mark("Haemoglobin", L.TEST).mark("g/dL", L.UNIT)
    assert page.observations == [("Haemoglobin", "13.5", "g/dL", None, None)]


def test_two_tests_side_by_side() -> None:
    page = Page([_t("Hb"), _v("13"), _u("g/dL"), _t("ESR"), _v("20"), _u("mm/h")])
    assert page.observations == [("Hb", "13", "g/dL", None, None), ("ESR", "20", "mm/h", None, None)]


def test_a_value_without_a_test_is_no_observation() -> None:
    assert Page([None, _v("12.1"), _u("g/dL")]).observations == []


def test_a_test_without_a_value_is_no_observation() -> None:
    assert Page([_t("COMPLETE BLOOD COUNT")], [_t("Hb"), _v("13")]).observations == [("Hb", "13", None, None, None)]


def test_values_in_the_row_below_the_name() -> None:
    page = Page([_t("Haemoglobin")], [None, _v("13"), _u("g/dL")], [_t("ESR"), _v("20")])
    assert page.observations == [("Haemoglobin", "13", "g/dL", None, None), ("ESR", "20", None, None, None)]


def test_a_name_that_wraps_above_its_values() -> None:
    page = Page([_t("Glycated haemoglobin")], [_t("(HbA1c)"), _v("6.5"), _u("%")])
    assert page.observations == [("Glycated haemoglobin (HbA1c)", "6.5", "%", None, None)]


def test_a_name_that_wraps_below_its_values() -> None:
    page = Page([_t("Mean corpuscular haemoglobin"), _v("30"), _u("pg")], [_t("concentration")], [_t("ESR"), _v("2")])
    assert [o[0] for o in page.observations] == ["Mean corpuscular haemoglobin concentration", "ESR"]


def test_two_cells_of_one_name() -> None:
    assert Page([_t("Haemoglobin"), _t("(Hb)"), _v("13")]).observations == [
        ("Haemoglobin (Hb)", "13", None, None, None)
    ]


def test_two_mentions_side_by_side_are_one_name() -> None:
    page = Page(["Sed Rate, 1st hour = 12"]).mark("Sed Rate", L.TEST).mark("1st hour", L.TEST).mark("12", L.VALUE)
    assert page.observations == [("Sed Rate 1st hour", "12", None, None, None)]


def test_the_patients_sex_chooses_the_range() -> None:
    page = Page([("Male", L.SEX)], [_t("Hb"), _v("12.5"), _r("M: 13-17 F: 12-15")])
    assert page.observations[0][4] == "low"


def test_a_range_keeps_its_not() -> None:
    page = Page([_t("PSA"), _v("0.7"), "Not more than 4.0"]).mark("more than 4.0", L.REFERENCE_RANGE)
    assert page.observations == [("PSA", "0.7", None, "Not more than 4.0", "normal")]


def test_under_several_names_it_cannot_be_told_whose_a_value_is() -> None:
    assert Page([_t("Hb"), _t("ESR")], [_v("13"), _v("20")]).observations == []


def test_far_below_is_another_matter() -> None:
    assert Page([_t("Hb")], [], [], [], [], [_v("13")]).observations == []


def test_an_observation_points_to_its_name() -> None:
    (observation,) = Page(["Result"], [_v("13"), _t("Hb")], page=3).records.observations
    assert (observation.line, observation.page) == (2, 3)


def test_the_weakest_part_gives_the_score() -> None:
    page = Page(["Hb", "13"]).mark("Hb", L.TEST, score=0.9).mark("13", L.VALUE, score=0.4)
    assert page.records.observations[0].score == 0.4


def test_medications_of_a_prescription() -> None:
    page = (
        Page(["1. Tab. Metformin 500 mg", "1-0-1", "x 30 days"], ["after food orally"], ["2. Syr. Ambroxol 5 ml"])
        .mark("Tab.", L.FORM)
        .mark("Metformin", L.DRUG)
        .mark("500 mg", L.STRENGTH)
        .mark("1-0-1", L.FREQUENCY)
        .mark("30 days", L.DURATION)
        .mark("orally", L.ROUTE)
        .mark("Syr.", L.FORM)
        .mark("Ambroxol", L.DRUG)
        .mark("5 ml", L.STRENGTH)
    )
    first, second = page.records.medications
    assert (first.drug, first.form, first.strength) == ("Metformin", "Tab.", "500 mg")
    assert (first.frequency, first.duration, first.route) == ("1-0-1", "30 days", "orally")
    assert (second.drug, second.form, second.strength, second.frequency) == ("Ambroxol", "Syr.", "5 ml", None)


def test_drugs_side_by_side_keep_their_own_forms() -> None:
    page = Page([("Tab", L.FORM), ("A", L.DRUG), ("5 mg", L.STRENGTH), ("Cap", L.FORM), ("B", L.DRUG)])
    assert [(m.drug, m.form, m.strength) for m in page.records.medications] == [
        ("A", "Tab", "5 mg"),
        ("B", "Cap", None),
    ]


def test_a_strength_without_a_drug_is_no_medication() -> None:
    assert Page([("500 mg", L.STRENGTH)]).records.medications == ()


def test_a_paragraph_is_read_on_through_its_lines() -> None:
    page = Page(["Investigations on admission: Haemoglobin 9.8 gm%, Serum"], ["Creatinine 1.4"], ["mg/dL"])
    page.mark("Haemoglobin", L.TEST).mark("9.8", L.VALUE).mark("gm%", L.UNIT)
    page.mark("Serum", L.TEST).mark("Creatinine", L.TEST).mark("1.4", L.VALUE).mark("mg/dL", L.UNIT)
    assert [o[:3] for o in page.observations] == [("Haemoglobin", "9.8", "gm%"), ("Serum Creatinine", "1.4", None)]


def test_a_cell_that_wraps_in_several_columns() -> None:
    page = Page(
        [_t("ERYTHROCYTE SEDIMENTATION"), _v("12"), _u("mm in"), _r("M: 0 - 15")],
        [_t("RATE"), None, _u("1st hour"), _r("F: 0 - 20")],
    )
    assert page.observations[0][:4] == ("ERYTHROCYTE SEDIMENTATION RATE", "12", "mm in 1st hour", "M: 0 - 15 F: 0 - 20")


def test_a_range_in_two_cells() -> None:
    assert Page([_t("Hb"), _v("12"), _r("13.0 -"), _r("17.0")]).observations == [
        ("Hb", "12", None, "13.0 - 17.0", "low")
    ]


def test_a_second_value_is_an_older_result() -> None:
    assert Page([_t("Hb"), _v("12"), _v("14")]).observations == [("Hb", "12", None, None, None)]


def test_conditions_keep_their_assertion_and_come_once() -> None:
    page = (
        Page(["K/c/o Dm2"], ["No h/o htn"], ["dm2 on treatment"])
        .mark("Dm2", L.CONDITION, assertion=Assertion.PRESENT)
        .mark("htn", L.CONDITION, assertion=Assertion.NEGATED)
        .mark("dm2", L.CONDITION, assertion=Assertion.PRESENT)
    )
    assert [(c.text, c.assertion) for c in page.records.conditions] == [("Dm2", "present"), ("htn", "negated")]


def test_the_header_names_the_patient() -> None:
    page = (
        Page(["Name: Asha Rao", "Age/Sex: 45 Y / F"], ["Reported by: Ravi", "M"])
        .mark("Asha Rao", L.PATIENT_NAME)
        .mark("45 Y", L.AGE)
        .mark("F", L.SEX)
        .mark("Ravi", L.PATIENT_NAME)
    )
    assert page.records.patient.model_dump() == {"name": "Asha Rao", "age": "45 Y", "sex": "female"}


def test_an_unsure_mention_counts_only_alone() -> None:
    page = Page(["Dr Rao"], ["Asha"]).mark("Dr Rao", L.PATIENT_NAME, score=0.3)
    assert page.records.patient.name == "Dr Rao"
    assert page.mark("Asha", L.PATIENT_NAME, score=0.8).records.patient.name == "Asha"


@pytest.mark.parametrize(
    ("text", "sex"),
    [
        *[(text, "male") for text in ("M", "MALE", "पुरुष")],
        *[(text, "female") for text in ("f.", "(F)", "महिला")],
        *[("Other", "other"), ("", None), ("45 Y", None)],
    ],
)
def test_sex_is_normalised(text: str, sex: str | None) -> None:
    assert normalised_sex(text) == sex


def test_no_lines() -> None:
    assert assemble([], []) == ((), (), (), Page().records.patient)


CELLS = st.one_of(
    st.none(),
    st.tuples(st.sampled_from(["Hb", "13.5", "(x)", "g/dL", "1 - 2", "< 5", "Tab", "M"]), st.sampled_from(list(L))),
)
GRIDS = st.lists(st.lists(CELLS, max_size=5), max_size=8)


@given(GRIDS, st.randoms(use_true_random=False))
def test_the_order_of_lines_and_entities_does_not_matter(grid: list[list[Cell]], rng: random.Random) -> None:
    page = Page(*grid)
    order = list(range(len(page.lines)))
    rng.shuffle(order)
    place = {old: new for new, old in enumerate(order)}
    lines = [page.lines[i] for i in order]
    entities = [e.model_copy(update={"line": place[e.line]}) for e in page.entities]
    rng.shuffle(entities)
    jumbled = assemble(lines, entities)

    def contents(records: Records) -> Any:
        return [
            [r.model_dump(exclude={"line"}) for r in part]
            for part in (records.observations, records.medications, records.conditions)
        ] + [records.patient]

    assert contents(jumbled) == contents(page.records)


def joined_of(text: str, parts: list[str]) -> bool:
    """Whether ``text`` is some of ``parts`` put together, each used once at most: a range may go on in the next row."""
    return not text or any(
        text == part or (text.startswith(f"{part} ") and joined_of(text[len(part) + 1 :], parts[:i] + parts[i + 1 :]))
        for i, part in enumerate(parts)
    )


@given(GRIDS)
def test_records_say_only_what_entities_say(grid: list[list[Cell]]) -> None:
    page = Page(*grid)
    said = {label: [e.text for e in page.entities if e.label is label] for label in L}
    records = page.records
    for observation in records.observations:
        assert any(observation.test.startswith(test) for test in said[L.TEST])
        assert observation.value in said[L.VALUE]
        assert joined_of(observation.reference_range or "", said[L.REFERENCE_RANGE])
        assert page.lines[observation.line].page == observation.page
    assert len(records.observations) <= min(len(said[L.TEST]), len(said[L.VALUE]))
    assert [m.drug for m in records.medications] == said[L.DRUG]
    assert {c.text for c in records.conditions} == set(said[L.CONDITION])


@given(
    st.lists(
        st.tuples(st.sampled_from(list(L)), st.integers(0, 3), *[st.floats(-1e4, 1e4, allow_nan=False)] * 8),
        max_size=20,
    )
)
def test_any_geometry_gives_records(mentions: list[tuple[Any, ...]]) -> None:
    lines, entities = [], []
    for i, (label, page, *c) in enumerate(mentions):
        box = ((c[0], c[1]), (c[2], c[3]), (c[4], c[5]), (c[6], c[7]))
        lines.append(Line(text="Hb", page=page, box=box, score=0.5))
        entities.append(Entity(label=label, text="Hb", line=i, start=0, end=2, score=0.5, box=box))
    assemble(lines, entities)
