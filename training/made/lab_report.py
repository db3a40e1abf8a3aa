"""Laboratory reports: tables of tests in many forms."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from medinfer.contract.vocabulary import DocumentLabel as L
from medinfer.contract.vocabulary import DocumentType
from training.made import blocks, letterheads, people
from training.made.entries import Analyte, Range, Vocabulary
from training.made.held import Held, Split, every, shared
from training.made.layout import MadeDocument, Sheet
from training.made.text import Text, tag
from training.made.truth import ObservationTruth, Truth
from training.made.wording import Wording

_WORDING = Wording.of("lab_report")
COLUMNS: Held[str] = Held(
    # t test, v value, u unit, r range, f flag, m method, s specimen; "vu" = value and unit in one cell
    (
        *("t v u r", "t v r u", "t v f u r", "t vu r", "t v u r m", "t u v r", "t v f r u", "t vu", "t m v u r"),
        *("t r v u", "s t v u r", "t v u"),
    ),
    ("t r u v", "t v m r u"),
    ("t s v u r", "t u r v", "t vu f r"),
)
HEADERS = {name: every(words, 5) for name, words in _WORDING.groups("headers").items()}
METHODS = shared(_WORDING.words("methods"))
SPECIMENS = shared(["Serum", "EDTA Blood", "Plasma", "Urine", "Whole Blood", "Fluoride Plasma"])
TITLES = every(_WORDING.words("titles"), 5)
NOTES = every(_WORDING.words("notes"), 5)
SEX_RANGE_FORMS = shared(
    ["Male: {m} Female: {f}", "M: {m}, F: {f}", "Men : {m} / Women : {f}", "{m} (M) {f} (F)", "Males {m}; Females {f}"],
)
BETWEEN = shared([" - ", "-", " to ", " – ", "–", " -", "- "])
UPPER = shared(["< {}", "<{}", "Up to {}", "upto {}", "Less than {}", "Below {}", "0 - {}", "Not more than {}"])
LOWER = shared(["> {}", ">{}", "Above {}", "More than {}", "At least {}"])
HIGH_FLAGS = shared(["H", "High", "*", "HIGH", "[H]", "(H)"])
LOW_FLAGS = shared(["L", "Low", "*", "LOW", "[L]", "(L)"])
WIDTHS = {"t": 2.6, "v": 1.1, "u": 1.1, "r": 1.9, "f": 0.7, "m": 1.3, "s": 1.1, "vu": 1.6}


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How one report writes numbers and ranges."""

    between: str
    upper: str
    lower: str
    sexes: str
    high: str
    low: str
    both_sexes: bool
    upper_names: bool


def make(rng: random.Random, split: Split, words: Vocabulary, *, panel_count: int | None = None) -> MadeDocument:
    """A report with one to three panels, or ``panel_count`` (a health check fills several pages)."""
    truth = Truth()
    sheet = Sheet(
        margin=rng.choice((32, 42, 50)),
        font=rng.choice(("Helvetica", "Helvetica", "Times", "Courier")),
        size=rng.choice((8.5, 9, 9.5, 10)),
        leading=rng.choice((1.3, 1.45, 1.6)),
    )
    if sheet.font == "Courier":
        sheet.size = 8
    who, when = blocks.identity(rng, split), blocks.dates(rng, split)
    lab = people.facility(rng, split, "hospital" if rng.random() < 0.25 else "lab")
    letterheads.letterhead(sheet, rng, split, lab)
    if rng.random() < 0.5:
        sheet.line(TITLES.pick(rng, split), bold=True, align="center", size=11)
    blocks.patient_block(sheet, rng, split, truth, who, when, extra=rng.randint(3, 7))
    style = NumberStyle(
        BETWEEN.pick(rng, split),
        UPPER.pick(rng, split),
        LOWER.pick(rng, split),
        SEX_RANGE_FORMS.pick(rng, split),
        HIGH_FLAGS.pick(rng, split),
        LOW_FLAGS.pick(rng, split),
        rng.random() < 0.3,
        rng.random() < 0.25,
    )
    columns = COLUMNS.pick(rng, split).split()
    places = _places(sheet, columns)
    panels = [p for p in words.panels if any(a.names.of(split) for a in words.panels[p])]
    chosen = rng.sample(panels, panel_count or rng.choice((1, 1, 2, 2, 3)))
    heads = {c: HEADERS[c].pick(rng, split) for c in columns}
    header_each = rng.random() < 0.3
    for i, panel in enumerate(chosen):
        sheet.down(rng.choice((4, 8)))
        if header_each or i == 0:
            _header(sheet, rng, columns, places, heads)
        if rng.random() < 0.85:
            sheet.line(rng.choice((panel, panel, panel.title())), bold=True, align=rng.choice(("left", "center")))
        analytes = [a for a in words.panels[panel] if a.names.of(split)]
        count = min(len(analytes), rng.randint(2, 12))
        for analyte in sorted(rng.sample(analytes, count), key=analytes.index):
            _row(sheet, rng, split, truth, analyte, who.person.sex, style, columns, places)
    if rng.random() < 0.6:
        sheet.down(8)
        for note in NOTES.sample(rng, split, rng.choice((1, 1, 2))):
            sheet.paragraph(note, size=sheet.size * 0.9)
    blocks.signature(sheet, rng, split)
    blocks.foot(sheet, rng, split)
    return sheet.finish(DocumentType.LAB_REPORT, "lab/" + "-".join(columns), truth)


def _places(sheet: Sheet, columns: Sequence[str]) -> list[float]:
    total = sum(WIDTHS[c] for c in columns)
    places = [sheet.margin]
    for column in columns:
        places.append(places[-1] + sheet.inner * WIDTHS[column] / total)
    return places


def _header(
    sheet: Sheet, rng: random.Random, columns: Sequence[str], places: Sequence[float], heads: dict[str, str]
) -> None:
    if rng.random() < 0.4:
        sheet.band(sheet.size * sheet.leading)
    sheet.row([(heads[c], x) for c, x in zip(columns, places, strict=False)], bold=True)
    if rng.random() < 0.6:
        sheet.rule(thickness=0.5, gap=3)


def _row(
    sheet: Sheet,
    rng: random.Random,
    split: Split,
    truth: Truth,
    analyte: Analyte,
    sex: str,
    style: NumberStyle,
    columns: Sequence[str],
    places: Sequence[float],
) -> None:
    name = analyte.names.pick(rng, split)
    if style.upper_names:
        name = name.upper()
    value, flag = sample_value(rng, analyte, sex, style)
    unit = rng.choice(analyte.units) if analyte.units else ""
    interval = printed_range(analyte, sex, style)
    if not analyte.units and analyte.choices and rng.random() < 0.3 and "r" in columns:
        interval = analyte.choices[0]
    value_text = tag(L.VALUE, value)
    gap = rng.choice((" ", "  ", ""))
    content: dict[str, Text] = {
        "t": tag(L.TEST, name),
        "v": value_text,
        "u": tag(L.UNIT, unit),
        "vu": value_text + gap + tag(L.UNIT, unit) if unit else value_text,
        "r": tag(L.REFERENCE_RANGE, interval) if interval else Text("-" if rng.random() < 0.2 else ""),
        "f": Text(flag),
        "m": Text(METHODS.pick(rng, split)),
        "s": Text(SPECIMENS.pick(rng, split)),
    }
    if flag and "f" not in columns and rng.random() < 0.5:
        content["v"] = (flag + " " + value_text) if rng.random() < 0.25 else value_text + " " + flag
    if interval and rng.random() < 0.08:
        content["r"] = "(" + content["r"] + ")"
    drawn = [content[c] for c in columns]
    folded = [
        sheet.folded(text, places[i + 1] - places[i] - 6, sheet.size) if text.text else [text]
        for i, text in enumerate(drawn)
    ]
    height = max(len(lines) for lines in folded)
    sheet.ensure(height * sheet.size * sheet.leading)
    for k in range(height):
        sheet.row([(lines[k], x) for lines, x in zip(folded, places, strict=False) if k < len(lines)])
    if "m" not in columns and rng.random() < 0.12:
        sheet.line(
            rng.choice(("Method: {}", "({})", "Method : {}", "[{}]")).format(METHODS.pick(rng, split)),
            size=sheet.size * 0.85,
        )
    shown = set(columns)
    truth.observations.append(
        ObservationTruth(
            name,
            value,
            (unit or None) if shown & {"u", "vu"} else None,
            (interval or None) if "r" in shown else None,
            analyte.loinc,
        )
    )


def sample_value(rng: random.Random, analyte: Analyte, sex: str, style: NumberStyle) -> tuple[str, str]:
    """The printed value and its flag ("" if it is within the range)."""
    interval = analyte.range_for(sex)
    if interval is None:
        return rng.choice(analyte.choices), ""
    if interval.counted:
        seen = rng.randint(0, 6)
        return rng.choice((f"{seen}-{seen + 2}", f"{seen} - {seen + 1}", "Nil", "Occasional", f"{seen}-{seen + 3}")), ""
    low, high = _bounds(interval)
    spread = high - low
    draw = rng.random()
    if draw < 0.65:
        number, flag = rng.uniform(low, high), ""
    elif draw < 0.85:
        number, flag = rng.uniform(high, high + spread * 0.8), style.high
    else:
        number, flag = rng.uniform(max(low - spread * 0.4, low * 0.4), low), style.low
    text = f"{number:.{analyte.decimals}f}"
    if analyte.decimals == 0 and number >= 1000 and rng.random() < 0.4:
        text = f"{round(number):,}"
    if interval.low is None and rng.random() < 0.05:
        text = f"<{text}"
    return text, flag if rng.random() < 0.8 else ""


def _bounds(interval: Range) -> tuple[float, float]:
    low, high = interval.low, interval.high
    if low is None:
        return ((high or 1.0) * 0.3, high or 1.0)
    return (low, high if high is not None else low * 1.6)


def printed_range(analyte: Analyte, sex: str, style: NumberStyle) -> str:
    if not analyte.ranges:
        return ""
    if "" not in analyte.ranges and style.both_sexes:
        men, women = (_printed(analyte.ranges[s], analyte.decimals, style) for s in "MF")
        return style.sexes.format(m=men, f=women)
    interval = analyte.range_for(sex)
    return _printed(interval, analyte.decimals, style) if interval else ""


def _printed(interval: Range, decimals: int, style: NumberStyle) -> str:
    low, high = ("" if b is None else f"{b:.{decimals}f}" for b in (interval.low, interval.high))
    if not low:
        return style.upper.format(high)
    if not high:
        return style.lower.format(low)
    return f"{low}{style.between}{high}"
