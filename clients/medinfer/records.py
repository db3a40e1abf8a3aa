"""Entities and where they stand -> observations, medications, conditions, patient. Pure.

Rows are what stands side by side on the page (`medinfer.layout`), whatever order the lines come in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from medinfer.contract.vocabulary import Assertion, DocumentLabel
from medinfer.layout import Row, entity_rows
from medinfer.ranges import Sex, flag, with_negation
from medinfer.results import Condition, Entity, Line, Medication, Observation, Patient

L = DocumentLabel

_OBSERVATION_PARTS = {L.VALUE: "value", L.UNIT: "unit", L.REFERENCE_RANGE: "reference_range"}
_MEDICATION_PARTS = {
    L.STRENGTH: "strength",
    L.FORM: "form",
    L.FREQUENCY: "frequency",
    L.DURATION: "duration",
    L.ROUTE: "route",
}

_IN_PIECES = frozenset({L.UNIT, L.REFERENCE_RANGE, L.FREQUENCY, L.DURATION})
"""Labels whose neighbours in a row are pieces of one mention: "13.0 -" "17.0". A second value is an older result."""

_SURE = 0.5
"""Score from which the first mention in the header counts; below, the best mention does."""


class Records(NamedTuple):
    observations: tuple[Observation, ...]
    medications: tuple[Medication, ...]
    conditions: tuple[Condition, ...]
    patient: Patient


@dataclass(slots=True)
class _Group:
    """A head (a test's or drug's name) and what belongs to it: the first mention of each label, in pieces."""

    head: list[Entity] = field(default_factory=list)
    parts: dict[DocumentLabel, list[Entity]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return " ".join(e.text for e in self.head)

    @property
    def score(self) -> float:
        return min(e.score for pieces in (self.head, *self.parts.values()) for e in pieces)

    def absorb(self, other: _Group) -> None:
        """Add the name's next piece and the parts that are lacking."""
        self.head += other.head
        self.parts = other.parts | self.parts

    def extend(self, other: _Group) -> None:
        """Add the next piece of everything."""
        self.head += other.head
        for label, pieces in other.parts.items():
            self.parts[label] += pieces

    def texts(self, names: dict[DocumentLabel, str]) -> dict[str, str]:
        return {names[label]: " ".join(e.text for e in pieces) for label, pieces in self.parts.items()}


def assemble(lines: Sequence[Line], entities: Sequence[Entity]) -> Records:
    """Everything that the entities of one document say together.

    Args:
        lines: in any order; ``entity.line`` is an index into them.
        entities: in any order.

    Returns:
        Observations, medications and conditions in the order of the page: from top to bottom, from left to right.
    """
    found = entity_rows(lines, entities)
    patient = _patient([e for row in found for e in row.entities])
    return Records(
        tuple(_observations(found, lines, patient.sex)),
        tuple(_medications(found, lines)),
        tuple(_conditions(found, lines)),
        patient,
    )


def _observations(found: Sequence[Row], lines: Sequence[Line], sex: Sex | None) -> Iterator[Observation]:
    for group in _test_groups(found):
        if L.VALUE not in group.parts:
            continue
        texts = group.texts(_OBSERVATION_PARTS)
        if pieces := group.parts.get(L.REFERENCE_RANGE):
            before = lines[pieces[0].line].text[: pieces[0].start]
            texts["reference_range"] = with_negation(texts["reference_range"], before)
        yield Observation(
            test=group.name,
            value=texts["value"],
            unit=texts.get("unit"),
            reference_range=texts.get("reference_range"),
            flag=flag(texts["value"], texts.get("reference_range"), sex),
            page=lines[group.head[0].line].page,
            line=group.head[0].line,
            score=group.score,
        )


def _test_groups(found: Sequence[Row]) -> list[_Group]:
    groups: list[_Group] = []
    above: Row | None = None
    waiting: _Group | None = None
    for row in found:
        mine = [e for e in row.entities if e.label is L.TEST or e.label in _OBSERVATION_PARTS]
        if not mine:
            continue
        in_row = _split(mine, L.TEST)
        if waiting and above and len(in_row) == 1:
            if row.touches(above) and _second_line(waiting, in_row[0]):
                waiting.extend(in_row.pop())
            elif row.follows(above) and _wraps(waiting, in_row[0]):
                waiting.absorb(in_row.pop())
        named = [group for group in in_row if group.head]
        groups += named
        # Under several tests side by side it cannot be told whose the next row is.
        if named:
            waiting = named[0] if len(named) == 1 else None
        above = row
    return groups


def _second_line(above: _Group, below: _Group) -> bool:
    """Whether all of ``below`` stands under entities of the same kind: cells that wrap. A value starts a new row."""
    if L.VALUE in below.parts or L.VALUE not in above.parts:
        return False
    pairs = [(above.head, below.head), *((above.parts.get(label, []), below.parts[label]) for label in below.parts)]
    return all(any(_under(e, over) for over in upper) for upper, lower in pairs for e in lower)


def _under(below: Entity, above: Entity) -> bool:
    """Whether two boxes overlap in x by at least half of the narrower one."""
    (a, b), (c, d) = ((min(p[0] for p in e.box), max(p[0] for p in e.box)) for e in (below, above))
    return min(b, d) - max(a, c) >= 0.5 * min(b - a, d - c)


def _wraps(above: _Group, below: _Group) -> bool:
    """Whether ``below`` continues ``above``: what a name still lacks, or the rest of a wrapped name."""
    if not below.head:
        return not below.parts.keys() & above.parts.keys()
    if below.parts and above.parts:
        return False
    return _continues(below.name) or above.name.endswith(("-", "/", ",", "&", "("))


def _continues(name: str) -> bool:
    """How the second part of a wrapped name starts: "(HbA1c)", "count"."""
    return name[0] in "([-/&" or name[0].islower()


def _medications(found: Sequence[Row], lines: Sequence[Line]) -> Iterator[Medication]:
    groups: list[_Group] = []
    above: Row | None = None
    for row in found:
        mine = [e for e in row.entities if e.label is L.DRUG or e.label in _MEDICATION_PARTS]
        if not mine:
            continue
        for group in _split(mine, L.DRUG):
            if group.head:
                groups.append(group)
            elif groups and above and row.follows(above):
                groups[-1].absorb(group)
        above = row
    for group in groups:
        texts = group.texts(_MEDICATION_PARTS)
        yield Medication(
            drug=group.name,
            strength=texts.get("strength"),
            form=texts.get("form"),
            frequency=texts.get("frequency"),
            duration=texts.get("duration"),
            route=texts.get("route"),
            page=lines[group.head[0].line].page,
            line=group.head[0].line,
            score=group.score,
        )


def _split(entities: Sequence[Entity], head: DocumentLabel) -> list[_Group]:
    """One row's entities as groups, each around a head; a row without a head is one group without a name.

    What stands before the row's first head belongs to it ("Tab. Metformin"), and so does a form right before any head.
    """
    groups = [_Group()]
    previous: Entity | None = None
    for entity, following in zip(entities, [*entities[1:], None], strict=True):
        group = groups[-1]
        if entity.label is head:
            if group.head and (group.parts or not _same_name(group.head[-1], entity)):
                groups.append(_Group())
            groups[-1].head.append(entity)
        else:
            if group.head and entity.label is L.FORM and following is not None and following.label is head:
                groups.append(_Group())
            pieces = groups[-1].parts.setdefault(entity.label, [])
            if not pieces or (previous is not None and pieces[-1] is previous and entity.label in _IN_PIECES):
                pieces.append(entity)
        previous = entity
    return groups


def _same_name(left: Entity, right: Entity) -> bool:
    """Whether two mentions of one row are pieces of one name: "Haemoglobin" "(Hb)", "Sed Rate", "1st hour"."""
    beside = left.line == right.line and right.start - left.end <= len(", ")
    return left.label is L.TEST and (beside or _continues(right.text))


def _conditions(found: Sequence[Row], lines: Sequence[Line]) -> Iterator[Condition]:
    """Each condition once per assertion, where it stands first."""
    seen: set[tuple[str, Assertion]] = set()
    for entity in (e for row in found for e in row.entities if e.label is L.CONDITION):
        assertion = entity.assertion or Assertion.PRESENT
        key = (entity.text.casefold(), assertion)
        if key not in seen:
            seen.add(key)
            page = lines[entity.line].page
            yield Condition(text=entity.text, assertion=assertion, page=page, line=entity.line, score=entity.score)


_SEXES: dict[str, Sex] = {
    **dict.fromkeys(("f", "female", "woman", "girl", "महिला", "स्त्री"), "female"),
    **dict.fromkeys(("m", "male", "man", "boy", "पुरुष", "पु"), "male"),
    **dict.fromkeys(("o", "t", "other", "others", "transgender", "अन्य"), "other"),
}


def _patient(entities: Sequence[Entity]) -> Patient:
    name = _first_sure(e for e in entities if e.label is L.PATIENT_NAME)
    age = _first_sure(e for e in entities if e.label is L.AGE)
    sex = _first_sure(e for e in entities if e.label is L.SEX and normalised_sex(e.text))
    return Patient(
        name=name.text if name else None,
        age=age.text if age else None,
        sex=normalised_sex(sex.text) if sex else None,
    )


def normalised_sex(text: str) -> Sex | None:
    """ "M", "Male", "पुरुष" … as one word; None for what is none of them."""
    return _SEXES.get(text.strip(" .()/:,").casefold())


def _first_sure(mentions: Iterator[Entity]) -> Entity | None:
    """The first mention in reading order that is sure, else the surest: the header states it before anyone else."""
    candidates = list(mentions)
    sure = (e for e in candidates if e.score >= _SURE)
    return next(sure, None) or max(candidates, key=lambda e: e.score, default=None)
