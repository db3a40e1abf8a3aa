"""Answers as tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from medinfer.cli.submit import Submission
from medinfer.results import ClinicalEntity, DocumentResult, Observation

STAGES = {
    "decode": "decode",
    "detection": "detect",
    "orientation": "orient",
    "recognition": "read",
    "classification": "classify",
    "ner": "ner",
}
"""Stage -> heading of its column (ms)."""

FLAG_STYLES = {"low": "bold yellow", "high": "bold red", "normal": "green"}


_STAGES_FROM_COLUMNS = 110
"""Terminals with fewer columns show one sum in place of the stages."""


def _table(*headings: str, numbers: Iterable[str] = (), title: str | None = None) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", padding=(0, 1, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for heading in numbers:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def submissions(sent: Sequence[Submission], *, columns: int) -> Group:
    """One row a document: what it is and what it cost (ms); below, why the others have no result.

    ``columns``: width of the terminal.
    """
    stages = STAGES if columns >= _STAGES_FROM_COLUMNS else {}
    numbers = ("conf.", "pages", "entities", "obs.", *(stages.values() or ["ms"]))
    table = _table("document", "class", numbers=numbers)
    for one in sent:
        if one.document is None:
            table.add_row(Text(one.name), Text(one.error_code, style="red"))
        else:
            table.add_row(Text(one.name), *_cells(one.document, stages))
    reasons = [Text(f"{s.name}: {s.error_sentence}", style="red") for s in sent if s.document is None]
    legend = "decode … ner: ms in the server, stage by stage" if stages else "ms: in the server, all stages"
    return Group(table, Text(legend, "dim"), *reasons)


def _cells(result: DocumentResult, stages: Iterable[str]) -> list[RenderableType]:
    times = [f"{result.timings_ms.get(stage, 0):.0f}" for stage in stages]
    return [
        Text(result.document_type.value),
        f"{result.type_score:.2f}",
        str(len(result.pages)),
        str(len(result.entities)),
        str(len(result.observations)),
        *(times or [f"{sum(result.timings_ms.values()):.0f}"]),
    ]


def document(result: DocumentResult) -> Group:
    """Everything that was read from one document."""
    parts: list[RenderableType] = [_headline(result)]
    if result.observations:
        table = _table("test", "value", "unit", "range", "flag", title="observations")
        for o in result.observations:
            table.add_row(*(Text(cell or "") for cell in (o.test, o.value, o.unit, o.reference_range)), _flag(o))
        parts.append(table)
    if result.medications:
        columns = ("drug", "strength", "form", "frequency", "duration", "route")
        table = _table(*columns, title="medications")
        for medication in result.medications:
            table.add_row(*(Text(getattr(medication, column) or "") for column in columns))
        parts.append(table)
    if result.conditions:
        table = _table("condition", "assertion", title="conditions")
        for condition in result.conditions:
            table.add_row(Text(condition.text), Text(condition.assertion.value))
        parts.append(table)
    stages = ", ".join(f"{STAGES.get(stage, stage)} {ms:.0f}" for stage, ms in result.timings_ms.items())
    parts.append(Text(f"ms: {stages}", style="dim"))
    return Group(*parts)


def _headline(result: DocumentResult) -> Text:
    patient = result.patient
    person = ", ".join(part for part in (patient.name, patient.age, patient.sex) if part)
    text = Text.assemble((result.document_type.value, "bold"), f" ({result.type_score:.2f})")
    counts = [(len(result.pages), "page"), (len(result.lines), "line"), (len(result.observations), "observation")]
    text.append("".join(f" · {_count(number, thing)}" for number, thing in counts))
    return text.append(f" · patient: {person}") if person else text


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _flag(observation: Observation) -> Text:
    return Text(observation.flag or "", style=FLAG_STYLES.get(observation.flag or "", ""))


def clinical_entities(entities: Sequence[ClinicalEntity]) -> Table:
    table = _table("text", "label", "assertion", numbers=("from", "to", "score"))
    for e in entities:
        cells = (Text(e.text), Text(e.label.value), Text(e.assertion.value))
        table.add_row(*cells, str(e.start), str(e.end), f"{e.score:.2f}")
    return table


def records(rows: Sequence[Sequence[str]], *headings: str) -> Table:
    """Plain rows under headings."""
    table = _table(*headings)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
