"""Made sentences of doctors' shorthand with their entities: invented, no patient's text.

Templates with slots are filled from word lists; the test part uses templates and words that train and dev never see.
"""

from __future__ import annotations

import csv
import json
import random
import re
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from medinfer.contract.vocabulary import ClinicalLabel
from training import shorthand_words as words
from training.metrics import Span
from training.readers import AnnotatedText
from training.shorthand_templates import FILLERS, TEMPLATES

Split = Literal["train", "dev", "test"]

_SLOT = re.compile(r"\{(=?[\w ]+)(\+?)\}")
_LABEL = {
    "symptom": ClinicalLabel.PROBLEM,
    "disease": ClinicalLabel.PROBLEM,
    "ache": ClinicalLabel.PROBLEM,
    "drug": ClinicalLabel.DRUG,
    "test": ClinicalLabel.TEST,
    "image": ClinicalLabel.TEST,
    "procedure": ClinicalLabel.PROCEDURE,
    "site": ClinicalLabel.BODY_SITE,
}
_COMMON = """
    dm2 t2dm dm htn ckd cad copd ihd lrti urti fever cough pcm metformin cbc lft cxr ecg cabg chest abdomen
"""
"""Words so common that a test without them in train would measure nothing."""


def make(count: int, split: Split, data: Path, seed: int = 0) -> list[AnnotatedText]:
    """``count`` made sentences of one split, with spans labelled by `ClinicalLabel` values.

    Args:
        data: the data folder; its drug, disease and test lists widen the vocabulary.
    """
    rng = random.Random(f"{seed}/{split}")
    vocabulary = _vocabulary(data, split)
    templates = [t for t in TEMPLATES if (_bucket(t) == 0) == (split == "test")]
    sentences = (_fill(rng.choice(templates), vocabulary, rng) for _ in range(count))
    return [_assemble(pieces, rng, noisy=rng.random() < 0.5) for pieces in sentences]


_Piece = tuple[str, ClinicalLabel | None]


def _fill(template: str, vocabulary: dict[str, list[str]], rng: random.Random) -> list[_Piece]:
    pieces: list[_Piece] = []
    position = 0
    for slot in _SLOT.finditer(template):
        pieces.append((template[position : slot.start()], None))
        name, many = slot.groups()
        if name.startswith("="):
            pieces.append((name[1:], ClinicalLabel.PROBLEM))
            position = slot.end()
            continue
        count = rng.choice((1, 2, 2, 3, 3, 4)) if many else 1
        separator = rng.choice((", ", ", ", ", ", " / ", "/", " & ", " and ", " + ", ",", "  "))
        for i in range(count):
            if i:
                pieces.append((" and " if i == count - 1 and rng.random() < 0.2 else separator, None))
            pieces.append((_item(name, vocabulary, rng), _LABEL.get(name)))
        position = slot.end()
    pieces.append((template[position:], None))
    return pieces


def _item(name: str, vocabulary: dict[str, list[str]], rng: random.Random) -> str:
    if name in FILLERS:
        text = rng.choice(FILLERS[name])
        return re.sub(r"#(\d+)-(\d+)", lambda m: str(rng.randint(int(m[1]), int(m[2]))), text)
    if name == "ache":
        return f"{rng.choice(vocabulary['bare_site'])} {rng.choice(vocabulary['aches'])}"
    if name == "image":
        return f"{rng.choice(vocabulary['imaging'])} {_item('site', vocabulary, rng)}"
    if name == "site" and rng.random() < 0.4:
        return f"{rng.choice(vocabulary['side'])} {rng.choice(vocabulary['site'])}"
    if f"{name}_wide" in vocabulary and rng.random() < 0.45:
        wide = rng.choice(vocabulary[f"{name}_wide"])
        return wide.lower() if name != "test" and rng.random() < 0.4 else wide
    return rng.choice(vocabulary[name])


def _assemble(pieces: Iterable[_Piece], rng: random.Random, *, noisy: bool) -> AnnotatedText:
    """Join the pieces, with one casing for the sentence and now and then a slip of the keyboard."""
    casing = rng.choice((str, str, str, str.lower, str.lower, str.upper, str.capitalize))
    text, spans = "", list[Span]()
    for piece, label in pieces:
        written = _slip(piece, rng) if noisy and rng.random() < 0.12 else piece
        if casing in (str.lower, str.upper) or (casing is str.capitalize and not text):
            written = casing(written)
        if label is not None:
            spans.append((len(text), len(text) + len(written), label.value))
        text += written
    return AnnotatedText(text, tuple(spans))


def _slip(text: str, rng: random.Random) -> str:
    """One letter dropped, doubled or swapped inside a word of at least five letters."""
    places = [m.start() + rng.randint(1, len(m[0]) - 3) for m in re.finditer(r"[A-Za-z]{5,}", text)]
    if not places:
        return text
    i = rng.choice(places)
    return rng.choice(
        (text[:i] + text[i + 1 :], text[:i] + text[i] + text[i:], text[:i] + text[i + 1] + text[i] + text[i + 2 :])
    )


def _vocabulary(data: Path, split: Split) -> dict[str, list[str]]:
    lists = {
        "symptom": _items(words.SYMPTOMS),
        "disease": _items(words.DISEASES),
        "drug": _items(words.DRUGS),
        "test": _items(words.TESTS),
        "procedure": _items(words.PROCEDURES),
        "site": _items(words.SITES),
        "disease_wide": _diseases(data / "conditions" / "DO_HumanDO.tsv"),
        "drug_wide": _drugs(data / "drugs"),
        "test_wide": _tests(data / "labs"),
    }
    chosen = {name: [x for x in items if _in_split(x, split)] for name, items in lists.items()}
    chosen["bare_site"] = [x for x in chosen["site"] if x.islower() and " " not in x and len(x) > 2]
    always = {"side": words.SIDES, "aches": words.ACHES, "imaging": words.IMAGING}
    return {**chosen, **{name: _items(text) for name, text in always.items()}}


def _in_split(item: str, split: Split) -> bool:
    """One word in ten is the test's alone, one in ten dev's; common ones are train's."""
    bucket = 9 if item.lower() in _COMMON.split() else _bucket(item.lower())
    return {0: "test", 1: "dev"}.get(bucket, "train") == split


def _bucket(text: str) -> int:
    return zlib.crc32(text.encode()) % 10


def _items(text: str) -> list[str]:
    return list(dict.fromkeys(" ".join(x.split()) for x in text.replace("\n", "|").split("|") if x.strip()))


def _diseases(path: Path) -> list[str]:
    rows = csv.reader(path.read_text(encoding="utf-8").splitlines(), delimiter="\t")
    labels = (row[1] for row in rows if len(row) > 1)
    return [x for x in labels if re.fullmatch(r"[A-Za-z' -]{4,32}", x) and x.count(" ") < 4]


def _drugs(folder: Path) -> list[str]:
    found: list[str] = []
    with (folder / "drugbank_vocabulary.csv").open(encoding="utf-8", newline="") as file:
        found += [r["Common name"] for r in csv.DictReader(file) if re.fullmatch(r"[A-Z][a-z]{4,15}", r["Common name"])]
    with (folder / "janaushadhi_meds.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = re.match(
                r"[A-Z][a-z]{4,}(?: (?:Hydrochloride|Sodium|Phosphate|Acetate))?(?= \w* ?(?:Tab|Cap|Inj|Syr))",
                row["Generic Name"],
            )
            found += [name[0]] * 4 if name else []
    with (folder / "india_az_500_sample_usecases.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            brand = re.match(r"[A-Z][A-Za-z-]+(?: (?:[A-Z]{1,3}|Forte|Plus|Duo))?\b", row["name"])
            found += [brand[0]] * 2 if brand else []
    return found


def _tests(folder: Path) -> list[str]:
    found = [x["name"].strip() for x in json.loads((folder / "care_investigations.json").read_text(encoding="utf-8"))]
    with (folder / "loinc_aliases_india.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            names = [" ".join(n.split()) for n in row[-1].split("$$")][:12]
            found += [n for n in names if re.fullmatch(r"[A-Za-z][A-Za-z0-9 .-]{1,30}", n)]
    vague = {"others", "colour", "color", "ph", "cast", "sugar", "crystal", "name", "aliases"}
    return [x for x in found[1:] if x.lower() not in vague]


def words_of(sentences: Sequence[AnnotatedText]) -> set[str]:
    """The distinct entities of sentences, lower case."""
    return {s.text[a:b].lower() for s in sentences for a, b, _ in s.spans}
