"""One self-contained HTML page per document, and an index: no scripts, no outside files, every text escaped."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from medinfer.cli.markup import Html, el
from medinfer.cli.pictures import page_pictures
from medinfer.cli.submit import Submission
from medinfer.contract.vocabulary import DocumentLabel, DocumentType
from medinfer.results import Box, DocumentResult, Entity, Page

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

_STYLE = (Path(__file__).parent / "report.css").read_text()


def write(folder: Path, submissions: Sequence[Submission]) -> Path:
    """Write ``<n>-<name>.json`` and ``.html`` for each submission, and ``index.html``; returns the index.

    The pages hold patients' data: the folder is made for its owner alone.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = [f"{number:03d}-{_plain(s.path.stem)}" for number, s in enumerate(submissions, 1)]
    for name, submission in zip(names, submissions, strict=True):
        text = json.dumps(submission.as_json(), ensure_ascii=False, indent=2)
        (folder / f"{name}.json").write_text(text)
        (folder / f"{name}.html").write_text(document_page(submission))
    index = folder / "index.html"
    index.write_text(index_page([(f"{name}.html", s) for name, s in zip(names, submissions, strict=True)]))
    return index


def _plain(name: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in name)[:60]


def index_page(links: Sequence[tuple[str, Submission]]) -> str:
    """All documents with what became of them; ``links``: (href, submission)."""
    rows = [_index_row(href, submission) for href, submission in links]
    read = sum(submission.document is not None for _, submission in links)
    headings = ("document", "class", "confidence", "pages", "entities", "observations", "ms in the server")
    head = el("tr", *(el("th", heading, class_="number" if i >= 2 else None) for i, heading in enumerate(headings)))
    table = el("table", el("thead", head), el("tbody", rows), class_="index")
    summary = el("p", f"{len(links)} documents: {read} read, {len(links) - read} without a result", class_="muted")
    return _page(
        "medinfer", el("main", el("h1", "medinfer"), summary, el("section", table, class_="card"), class_="one")
    )


def _index_row(href: str, submission: Submission) -> Html:
    name = el("td", el("a", submission.name, href=href))
    result = submission.document
    if result is None:
        reason = el(
            "td", el("code", submission.error_code, class_="chip bad"), " ", submission.error_sentence, colspan=6
        )
        return el("tr", name, reason)
    numbers = (len(result.pages), len(result.entities), len(result.observations))
    return el(
        "tr",
        name,
        el("td", _chip(result.document_type.value, "type")),
        el("td", f"{result.type_score:.2f}", class_="number"),
        *(el("td", number, class_="number") for number in numbers),
        el("td", f"{sum(result.timings_ms.values()):.0f}", class_="number"),
    )


def document_page(submission: Submission) -> str:
    """The page of one document."""
    back = el("nav", el("a", "← all documents", href="index.html"))
    title = el("h1", submission.name)
    result = submission.document
    if result is None:
        note = el("p", submission.error_sentence)
        card = _card("Not read", el("code", submission.error_code, class_="chip bad"), note, _source(submission))
        return _page(submission.name, el("main", back, title, card, _json(submission), class_="one"))
    unsure = result.document_type is DocumentType.UNKNOWN
    certainty = (
        f" no class is sure enough: the best has {result.type_score:.0%} " if unsure else f" {result.type_score:.0%} "
    )
    chips = el("p", _chip(result.document_type.value, "type"), certainty, _source(submission))
    header = el("header", back, title, chips)
    if result.document_type is DocumentType.NOT_MEDICAL:
        note = el("p", "This is no medical document: none of its text was kept, and its pages are not shown.")
        body = [_card("Nothing kept", note), _scores(result), _timings(result), _json(submission)]
        return _page(submission.name, el("main", header, *body, class_="one"))
    pictures = page_pictures(submission.path, result.pages)
    shown = [_figure(page, pictures[i] if i < len(pictures) else None, result) for i, page in enumerate(result.pages)]
    side = [_patient(result), _observations(result), _medications(result), _conditions(result), _others(result)]
    side += [_scores(result), _timings(result), _json(submission)]
    switches = el("div", _switch("lines", "lines"), _switch("entities", "entities"), _legend(result), class_="legend")
    panes = el("div", el("section", switches, *shown, class_="pages"), el("aside", *side), class_="panes")
    return _page(submission.name, el("main", header, panes))


def _page(title: str, body: Html) -> str:
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", **{"http-equiv": "Content-Security-Policy"}, content=_POLICY),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("title", title),
        el("style", Html(_STYLE)),
    )
    return "<!doctype html>\n" + el("html", head, el("body", body), lang="en")


def _figure(page: Page, picture: bytes | None, result: DocumentResult) -> Html:
    """The page's picture under an SVG whose units are px of the upright page, as those of all boxes are."""
    source = "data:image/jpeg;base64," + base64.b64encode(picture).decode() if picture else None
    image = el("img", src=source, alt="") if source else None
    lines = [
        _polygon(line.box, f"{line.text}\nline {i}, score {line.score:.2f}", id=f"l{i}")
        for i, line in enumerate(result.lines)
        if line.page == page.number
    ]
    entities = [
        _polygon(e.box, f"{e.label.value}: {e.text}\n{_certainty(e)}", class_=f"e-{e.label.value}")
        for e in result.entities
        if result.lines[e.line].page == page.number
    ]
    size = f"0 0 {page.width_px} {page.height_px}"
    svg = el("svg", el("g", lines, class_="lines"), el("g", entities, class_="entities"), viewBox=size)
    how = "read from pixels" if page.ocr else "text of the PDF"
    turned = f", turned {page.rotation_degrees}°" if page.rotation_degrees else ""
    caption = el("figcaption", f"page {page.number + 1} · {page.width_px} × {page.height_px} px · {how}{turned}")
    ratio = f"aspect-ratio: {page.width_px} / {page.height_px}"
    return el("figure", el("div", image, svg, class_="paper", style=ratio), caption)


def _polygon(corners: Box, tooltip: str, **attributes: str) -> Html:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    return el("polygon", el("title", tooltip), points=points, **attributes)


def _certainty(entity: Entity) -> str:
    return f"{entity.assertion.value + ', ' if entity.assertion else ''}score {entity.score:.2f}"


def _legend(result: DocumentResult) -> Html:
    counts = Counter(entity.label for entity in result.entities)
    found = [label for label in DocumentLabel if counts[label]]
    return el("span", (_chip(f"{label.value} {counts[label]}", f"e-{label.value}") for label in found))


def _patient(result: DocumentResult) -> Html | None:
    patient = result.patient
    facts = [(k, v) for k, v in (("name", patient.name), ("age", patient.age), ("sex", patient.sex)) if v]
    return _card("Patient", _facts(facts)) if facts else None


def _observations(result: DocumentResult) -> Html | None:
    if not result.observations:
        return None
    rows = [
        el(
            "tr",
            el("td", el("a", o.test, href=f"#l{o.line}")),
            el("td", o.value, class_="number"),
            el("td", o.unit),
            el("td", o.reference_range),
            el("td", _chip(o.flag, o.flag) if o.flag else None),
        )
        for o in result.observations
    ]
    return _card("Observations", _grid(("test", "value", "unit", "range", ""), rows, number=1))


def _medications(result: DocumentResult) -> Html | None:
    if not result.medications:
        return None
    columns = [
        column
        for column in ("strength", "form", "frequency", "duration", "route")
        if any(getattr(m, column) for m in result.medications)
    ]
    rows = [
        el("tr", el("td", el("a", m.drug, href=f"#l{m.line}")), *(el("td", getattr(m, column)) for column in columns))
        for m in result.medications
    ]
    return _card("Medications", _grid(("drug", *columns), rows))


def _conditions(result: DocumentResult) -> Html | None:
    if not result.conditions:
        return None
    rows = [
        el("tr", el("td", el("a", c.text, href=f"#l{c.line}")), el("td", _chip(c.assertion.value, c.assertion.value)))
        for c in result.conditions
    ]
    return _card("Conditions", _grid(("condition", "assertion"), rows))


def _others(result: DocumentResult) -> Html | None:
    labels = (DocumentLabel.DATE, DocumentLabel.DOCTOR, DocumentLabel.FACILITY)
    facts = dict.fromkeys((e.label.value, e.text) for e in result.entities if e.label in labels)
    return _card("Also found", _facts(list(facts))) if facts else None


def _scores(result: DocumentResult) -> Html:
    ordered = sorted(result.class_scores.items(), key=lambda item: -item[1])
    return _card("Class", *(_bar(name.value, score, f"{score:.2f}") for name, score in ordered))


def _timings(result: DocumentResult) -> Html:
    total = sum(result.timings_ms.values())
    bars = (_bar(stage, ms / total if total else 0, f"{ms:.0f} ms") for stage, ms in result.timings_ms.items())
    return _card(f"Time in the server: {total:.0f} ms", *bars)


def _json(submission: Submission) -> Html:
    text = json.dumps(submission.as_json(), ensure_ascii=False, indent=2)
    return el("details", el("summary", "JSON"), el("pre", text), class_="card")


def _source(submission: Submission) -> Html:
    return el("span", f"from {submission.source.value.replace('_', ' ')}", class_="muted")


def _card(title: str, *children: Html | None) -> Html:
    return el("section", el("h2", title), *children, class_="card")


def _grid(headings: Sequence[str], rows: Sequence[Html], *, number: int | None = None) -> Html:
    """``number``: the column whose heading is aligned as numbers are."""
    head = (el("th", heading, class_="number" if i == number else None) for i, heading in enumerate(headings))
    return el("table", el("thead", el("tr", *head)), el("tbody", rows))


def _facts(facts: Sequence[tuple[str, str]]) -> Html:
    return el("dl", *(part for name, value in facts for part in (el("dt", name), el("dd", value))))


def _bar(name: str, share: float, text: str) -> Html:
    fill = el("i", style=f"width: {min(1.0, max(0.0, share)):.1%}")
    return el("div", el("span", name.replace("_", " ")), el("b", fill), el("span", text, class_="number"), class_="bar")


def _chip(text: str, kind: str) -> Html:
    return el("span", text.replace("_", " "), class_=f"chip {kind}")


def _switch(name: str, text: str) -> Html:
    return el("label", el("input", type="checkbox", checked="", id=f"show-{name}"), f" {text}")
