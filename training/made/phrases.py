"""Phrases of clinical writing that several forms use: statements about conditions, medicines, vitals, results."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from medinfer.contract.vocabulary import Assertion
from medinfer.contract.vocabulary import DocumentLabel as L
from training.made.held import Held, Split, every, ordered
from training.made.lab_report import BETWEEN, LOWER, UPPER, Wording, sample_value
from training.made.text import Text, tag
from training.made.truth import ConditionTruth, MedicationTruth, ObservationTruth, Truth
from training.made.vocabulary import Vocabulary

_HOLE = re.compile(r"\{(\w)\}")


@dataclass(slots=True)
class Writer:
    """Fills templates and writes down what they say.

    Holes: {c} condition, {s} symptom, {d} drug, {n} a small number. Conditions and symptoms are labelled and enter the
    truth with the assertion of the template, drugs with their name alone.
    """

    rng: random.Random
    split: Split
    words: Vocabulary
    truth: Truth

    def fill(self, template: str, assertion: Assertion = Assertion.PRESENT) -> Text:
        result = Text()
        position = 0
        for hole in _HOLE.finditer(template):
            result = result + template[position : hole.start()] + self._content(hole.group(1), assertion)
            position = hole.end()
        return result + template[position:]

    def statement(self, options: Held[tuple[str, Assertion]]) -> Text:
        template, assertion = options.pick(self.rng, self.split)
        return self.fill(template, assertion)

    def condition(self, *, assertion: Assertion = Assertion.PRESENT) -> Text:
        return self.fill("{c}", assertion)

    def _content(self, hole: str, assertion: Assertion) -> Text:
        if hole == "n":
            return Text(str(self.rng.randint(2, 10)))
        if hole == "d":
            name = self.words.drugs.pick(self.rng, self.split)
            self.truth.medications.append(MedicationTruth(name))
            return tag(L.DRUG, name)
        if hole == "s":
            text = self.words.symptoms.pick(self.rng, self.split)
        else:
            text = self.words.conditions.pick(self.rng, self.split)
            text = self.rng.choice((text, text, text.lower(), text.upper()))
        self.truth.conditions.append(ConditionTruth(text, assertion))
        return tag(L.CONDITION, text)


_P, _N, _H, _F, _Q = (
    Assertion.PRESENT, Assertion.NEGATED, Assertion.HISTORICAL, Assertion.FAMILY, Assertion.POSSIBLE
)  # fmt: skip

HISTORY: Held[tuple[str, Assertion]] = every(
    [("K/c/o {c} since {n} years", _P), ("No h/o {c}, {c}", _N), ("H/o {c} {n} years back", _H), ("Known case of {c} on regular treatment", _P),
     ("No history of {c} or {c}", _N), ("Family history of {c} in father", _F), ("Denies {s}, {s} and {s}", _N), ("No known drug allergies", _N),
     ("k/c/o {c}, on Rx", _P), ("Past history: {c} in 2015", _H), ("Non smoker, non alcoholic", _N), ("Mother has {c}", _F),
     ("Not a k/c/o {c}/{c}", _N), ("Known {c}, {c}", _P), ("Past h/o {c}", _H), ("No {s} at present", _N),
     ("Family h/o {c} +", _F), ("Operated for {c} in 2012", _H), ("Appetite and sleep normal. Bowel habits regular.", _P),
     ("H/o contact with a case of {c}: nil", _N), ("Known hypertensive, no {c}", _N)], 7
)  # fmt: skip
COMPLAINTS: Held[tuple[str, Assertion]] = every(
    [("C/o {s} and {s} since {n} days", _P), ("{s}, {s} x {n} days", _P), ("Complaints of {s} for {n} days, associated with {s}", _P),
     ("c/o {s} since {n} weeks", _P), ("Came with {s} x {n}/7", _P), ("{s} off and on since {n} months", _P), ("{s} - {n} days, {s} - {n} days", _P),
     ("Presented with {s}, {s} for the last {n} days", _P), ("CC: {s}", _P), ("Brought with h/o {s} for {n} hours", _P), ("{s} +, {s} +", _P)], 6
)  # fmt: skip
DIAGNOSES: Held[tuple[str, Assertion]] = every(
    [("{c}", _P), ("{c} with {c}", _P), ("{c}", _P), ("? {c}", _Q), ("{c}, {c}", _P), ("Known {c}", _P), ("{c} / {c}", _P), ("Provisional: {c}", _P),
     ("R/o {c}", _Q), ("Probable {c}", _Q), ("{c} - on treatment", _P), ("{c} (resolved)", _H)], 6
)  # fmt: skip
COURSE: Held[tuple[str, Assertion]] = every(
    [("Patient was admitted with complaints of {s} and {s} for {n} days.", _P), ("On evaluation he was found to have {c}.", _P),
     ("Patient was started on {d} and other supportive measures.", _P), ("Patient improved symptomatically and is being discharged in a stable condition.", _P),
     ("There was no {s} or {s} during the stay.", _N), ("ECG and 2D echo were done; LV function was normal.", _P), ("Treated with IV fluids, {d} and {d}.", _P),
     ("Cardiology opinion was taken and {d} was added.", _P), ("Vitals remained stable throughout the hospital stay.", _P), ("USG abdomen was suggestive of {c}.", _Q),
     ("Routine investigations were done and the reports are enclosed.", _P), ("Blood sugars were monitored and controlled with {d}.", _P),
     ("The procedure was uneventful and the post-operative period was smooth.", _P), ("Possibility of {c} was considered.", _Q),
     ("Physiotherapy was given and early mobilisation done.", _P), ("{c} was ruled out.", _N), ("Fever subsided on day {n} and oral feeds were resumed.", _P),
     ("He was shifted to the ward after {n} days in the ICU.", _P), ("Repeat counts showed a rising trend.", _P), ("In view of {s}, CT brain was done.", _P)], 6
)  # fmt: skip
EXAMINATION = every(
    ["CVS: S1 S2 heard, no murmur", "RS: B/L air entry equal, NVBS", "P/A: soft, non tender, no organomegaly", "CNS: conscious, oriented, no focal deficit",
     "General condition fair, afebrile", "No pallor, icterus, cyanosis, clubbing, lymphadenopathy", "Throat: congested", "P/A soft, BS +", "Chest clear", "CVS - NAD, RS - NAD",
     "Per abdomen: epigastric tenderness present", "Local examination: swelling 3 x 2 cm over the right knee", "Pupils equal and reacting to light",
     "Conscious, coherent, hydration fair", "ENT: normal", "SLR negative bilaterally"], 6
)  # fmt: skip
ADVICE = every(
    ["Plenty of oral fluids", "Avoid oily and spicy food", "Review after 5 days", "Steam inhalation twice daily", "Regular walking 30 minutes a day", "Salt restricted diet",
     "Review SOS", "Follow up after 1 week with reports", "Bed rest for 3 days", "Low fat diet", "Diabetic diet", "To come in emergency if symptoms worsen",
     "Warm saline gargles", "Avoid lifting heavy weights", "Check sugars at home weekly", "Monitor BP daily", "Suture removal on day 10", "Use a lumbar belt"], 6
)  # fmt: skip

# --- medicines -----------------------------------------------------------------------------------------------------

FORM_NAMES = {
    "tablet": ordered(["Tab.", "Tab", "T.", "TAB", "Tablet", "TAB.", "tab", "Tabs"]),
    "capsule": ordered(["Cap.", "Cap", "C.", "CAP", "Capsule", "cap."]),
    "syrup": ordered(["Syp.", "Syrup", "Syp", "SYP", "Syr.", "syr"]),
    "injection": ordered(["Inj.", "Inj", "INJ", "INJ.", "Injection", "inj."]),
    "cream": ordered(["Cream", "cream", "CREAM", "Crm."]),
    "ointment": ordered(["Oint.", "Ointment", "Oint", "OINT"]),
    "gel": ordered(["Gel", "gel", "GEL"]),
    "lotion": ordered(["Lotion", "lotion", "LOTION"]),
    "powder": ordered(["Powder", "Pwd.", "powder"]),
    "inhaler": ordered(["Inhaler", "MDI", "Inh.", "Rotacap"]),
    "nebulisation": ordered(["Neb.", "Nebulisation", "Neb", "NEB"]),
    "sachet": ordered(["Sachet", "Sach.", "sachet"]),
    "eye drops": ordered(["Eye drops", "E/D", "Eye Drop", "e/d"]),
    "nasal drops": ordered(["Nasal drops", "N/D", "Nasal Drop"]),
    "nasal spray": ordered(["Nasal spray", "N/S", "Nasal Spray"]),
    "gargle": ordered(["Gargle", "Mouth wash", "gargle"]),
    "suspension": ordered(["Susp.", "Suspension", "Susp"]),
}
FREQUENCIES = every(
    ["1-0-1", "BD", "OD", "1-1-1", "TDS", "0-0-1", "1-0-0", "once daily", "twice daily", "HS", "SOS", "1 - 0 - 1", "BID", "TID", "QID", "0-1-0",
     "1/2-0-1/2", "8 hourly", "once a day", "1-0-1-0", "at bedtime", "thrice daily", "12 hourly", "0-0-1/2", "once a week", "Stat", "b.d.", "1+0+1",
     "q8h", "every 6 hours", "o.d.", "1--0--1", "0 - 0 - 1", "alternate days", "q12h", "t.d.s.", "1-1-1-1", "two times a day", "Q6H", "night",
     "1+1+1", "2-0-2", "½-0-½", "three times a day", "morning", "weekly once", "1 0 1"], 7
)  # fmt: skip
DURATIONS = every(
    ["{n} days", "{n} Days", "1 week", "{n} weeks", "1 month", "{n} months", "{n}/7", "{n}d", "15 days", "30 days", "10 Days", "{n} day(s)", "1 Month",
     "{n} DAYS", "2 wks", "{n} Weeks", "3 mths", "six weeks"], 6
)  # fmt: skip
ROUTES = {
    "injection": ordered(["IV", "IM", "SC", "S/C", "I.V.", "i.m."]),
    "tablet": ordered(["oral", "PO", "P/O", "Oral", "orally", "per oral"]),
    "cream": ordered(["L/A", "topical", "local application", "Topical", "externally"]),
    "inhaler": ordered(["inhalation", "Inhalation", "INH"]),
}
MEALS = every(["after food", "before food", "(after meals)", "a/c", "p/c", "empty stomach", "with milk", "After Food", "before breakfast", "[AF]", "post meals"], 6)
BULLETS = ordered(["{}. ", "{}) ", "- ", "{}] ", "• ", "({}) "])
LINES = Held(
    ("{f} {d} {s} {q} x {t} {m}", "{f} {d} {s} - {q} - {t}", "{f} {d} {s} {q} {m} for {t}", "{f} {d} {s}\n{q} x {t} {m}", "{f} {d} {s} {r} {q} x {t}",
     "{d} {s} {f} {q} for {t}", "{f} {d} {s} {q}", "{f} {d} {s} {m} {q}", "{f} {d} {s}    {q}    {t}", "{f} {d} ({s}) {q} {t}"),
    ("{f} {d} {s} ..... {q} ..... {t}", "{d} {f} {s} {q} {m}"),
    ("{f} {d} {s} , {q} , {m} , {t}", "{d} {s} {f}\n{q} / {t} / {m}", "{f} {d} - {s} [{q}] x {t}"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Medicine:
    """One medicine in the wording of a document."""

    drug: str
    form: str
    strength: str
    frequency: str
    duration: str
    route: str

    @property
    def truth(self) -> MedicationTruth:
        return MedicationTruth(self.drug, self.strength or None, self.form or None, self.frequency or None, self.duration or None)

    @property
    def parts(self) -> dict[str, Text]:
        return {
            "f": tag(L.FORM, self.form),
            "d": tag(L.DRUG, self.drug),
            "s": tag(L.STRENGTH, self.strength),
            "q": tag(L.FREQUENCY, self.frequency),
            "t": tag(L.DURATION, self.duration),
            "r": tag(L.ROUTE, self.route),
        }


def medicine(rng: random.Random, split: Split, words: Vocabulary) -> Medicine:
    drug = words.drug[words.drugs.pick(rng, split)]
    form = rng.choice(drug.forms)
    route = ROUTES.get(form if form in ROUTES else "cream" if form in ("ointment", "gel", "lotion") else "tablet")
    strength = rng.choice(drug.strengths) if drug.strengths else ""
    if " " in strength and rng.random() < 0.3:
        strength = strength.replace(" ", "")
    name = rng.choice((drug.name, drug.name, drug.name.upper()))
    return Medicine(
        name,
        FORM_NAMES[form].pick(rng, split),
        strength,
        FREQUENCIES.pick(rng, split),
        DURATIONS.pick(rng, split).format(n=rng.randint(2, 10)),
        route.pick(rng, split) if route else "",
    )


def medicine_line(rng: random.Random, split: Split, item: Medicine, template: str) -> tuple[list[Text], MedicationTruth]:
    """The printed line or two of one medicine, and what they say (parts that the template leaves out are not said)."""
    parts = item.parts | {"m": Text(MEALS.pick(rng, split) if rng.random() < 0.6 else "")}
    lines = []
    for line in template.split("\n"):
        text, position = Text(), 0
        for hole in _HOLE.finditer(line):
            text = text + line[position : hole.start()] + parts[hole.group(1)]
            position = hole.end()
        lines.append(_tidy(text + line[position:]))
    said = {h for h in _HOLE.findall(template)}
    return lines, MedicationTruth(
        item.drug,
        item.strength or None,
        item.form if "f" in said else None,
        item.frequency if "q" in said else None,
        item.duration if "t" in said else None,
    )


def _tidy(text: Text) -> Text:
    """Without what an empty part leaves behind: "()" and spaces in a row."""
    for junk in ("() ", "()", " , ,", " -  -"):
        place = text.text.find(junk)
        if place >= 0:
            kept = "" if junk.startswith("(") else junk[: len(junk) // 2 + 1]
            text = text.part(0, place) + kept + text.part(place + len(junk), len(text.text))
    while (place := text.text.find("  ")) >= 0 and "    " not in text.text:
        text = text.part(0, place) + text.part(place + 1, len(text.text))
    end = len(text.text.rstrip(" ,-/"))
    start = len(text.text) - len(text.text.lstrip())
    return text.part(start, end)


# --- vitals and results in a line ----------------------------------------------------------------------------------

_VITALS = (
    ("85354-9", ordered(["BP", "B.P.", "Blood Pressure", "Bp", "B/P"]), ("mmHg", "mm of Hg", "mm Hg", ""), lambda r: f"{r.randint(100, 170)}/{r.randint(60, 100)}"),
    ("8867-4", ordered(["Pulse", "PR", "P", "Pulse rate", "HR", "PULSE"]), ("/min", "bpm", "beats/min", ""), lambda r: str(r.randint(58, 120))),
    ("8310-5", ordered(["Temp", "Temperature", "T", "Temp.", "TEMP"]), ("°F", "F", "deg F", "° F"), lambda r: f"{r.uniform(97, 103):.1f}"),
    ("59408-5", ordered(["SpO2", "SPO2", "Spo2", "O2 sat", "Saturation"]), ("%", "% RA", "% on RA"), lambda r: str(r.randint(90, 100))),
    ("9279-1", ordered(["RR", "Resp. rate", "R.R.", "Respiratory rate"]), ("/min", "cpm", "/ min"), lambda r: str(r.randint(12, 28))),
    ("29463-7", ordered(["Weight", "Wt", "Wt.", "Body weight", "WT"]), ("kg", "Kg", "kgs"), lambda r: f"{r.randint(10, 98)}"),
    ("8302-2", ordered(["Height", "Ht", "Ht.", "HEIGHT"]), ("cm", "cms"), lambda r: str(r.randint(90, 185))),
)  # fmt: skip
_VITAL_JOIN = ordered([", ", "  ", "; ", "   ", " | ", " / "])
_VITAL_SEPARATOR = ordered([": ", " ", " - ", "-", " : ", ":", " = "])


def vitals(rng: random.Random, split: Split, truth: Truth) -> list[Text]:
    """Some vitals, each as a text of its own."""
    separator = _VITAL_SEPARATOR.pick(rng, split)
    chosen = sorted(rng.sample(range(len(_VITALS)), rng.randint(2, 5)))
    texts = []
    for i in chosen:
        code, names, units, draw = _VITALS[i]
        name, value, unit = names.pick(rng, split), draw(rng), rng.choice(units)
        truth.observations.append(ObservationTruth(name, value, unit or None, None, code))
        texts.append(tag(L.TEST, name) + separator + tag(L.VALUE, value) + (rng.choice(("", " ")) if unit else "") + tag(L.UNIT, unit))
    return texts


def vitals_line(rng: random.Random, split: Split, truth: Truth) -> Text:
    joiner = _VITAL_JOIN.pick(rng, split)
    first, *rest = vitals(rng, split, truth)
    for text in rest:
        first = first + joiner + text
    return first


def results(rng: random.Random, split: Split, words: Vocabulary, truth: Truth, sex: str, count: int) -> list[Text]:
    """Lab results in running text: "Hb - 10.2 gm%"."""
    analytes = [a for panel in words.panels.values() for a in panel if a.names.of(split)]
    separator = _VITAL_SEPARATOR.pick(rng, split)
    wording = Wording(BETWEEN.pick(rng, split), UPPER.pick(rng, split), LOWER.pick(rng, split), "{m} {f}", "", "", False, False)
    texts = []
    for analyte in rng.sample(analytes, min(count, len(analytes))):
        name, value = analyte.names.pick(rng, split), sample_value(rng, analyte, sex, wording)[0]
        unit = rng.choice((*analyte.units, "")) if analyte.units else ""
        truth.observations.append(ObservationTruth(name, value, unit or None, None, analyte.loinc))
        texts.append(tag(L.TEST, name) + separator + tag(L.VALUE, value) + (rng.choice(("", " ")) if unit else "") + tag(L.UNIT, unit))
    return texts
