"""Medicines as prescriptions and discharge summaries write them."""

from __future__ import annotations

import random
from dataclasses import dataclass

from medinfer.contract.vocabulary import DocumentLabel as L
from training.made.entries import Vocabulary
from training.made.held import Held, Split, shared
from training.made.text import Text, filled, holes, tag
from training.made.truth import MedicationTruth
from training.made.wording import Wording

_WORDING = Wording.of("medicines")


FORM_NAMES = {name: shared(words) for name, words in _WORDING.groups("form_names").items()}
FREQUENCIES = shared(_WORDING.words("frequencies"))
DURATIONS = shared(_WORDING.words("durations"))
ROUTES = {name: shared(words) for name, words in _WORDING.groups("routes").items()}
MEALS = shared(_WORDING.words("meals"))
BULLETS = shared(["{}. ", "{}) ", "- ", "{}] ", "• ", "({}) "])
LINES = Held(
    (
        "{f} {d} {s} {q} x {t} {m}",
        "{f} {d} {s} - {q} - {t}",
        "{f} {d} {s} {q} {m} for {t}",
        "{f} {d} {s}\n{q} x {t} {m}",
        "{f} {d} {s} {r} {q} x {t}",
        "{d} {s} {f} {q} for {t}",
        "{f} {d} {s} {q}",
        "{f} {d} {s} {m} {q}",
        "{f} {d} {s}    {q}    {t}",
        "{f} {d} ({s}) {q} {t}",
    ),
    ("{f} {d} {s} ..... {q} ..... {t}", "{d} {f} {s} {q} {m}"),
    ("{f} {d} {s} , {q} , {m} , {t}", "{d} {s} {f}\n{q} / {t} / {m}", "{f} {d} - {s} [{q}] x {t}"),
)


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
        return MedicationTruth(
            self.drug, self.strength or None, self.form or None, self.frequency or None, self.duration or None
        )

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


def medicine_line(
    rng: random.Random, split: Split, item: Medicine, template: str
) -> tuple[list[Text], MedicationTruth]:
    """The printed line or two of one medicine, and what they say (parts that the template leaves out are not said)."""
    parts = item.parts | {"m": Text(MEALS.pick(rng, split) if rng.random() < 0.6 else "")}
    lines = []
    for line in template.split("\n"):
        lines.append(_tidy(filled(line, parts.__getitem__)))
    said = holes(template)
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
