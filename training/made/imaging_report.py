"""Reports of X-ray, ultrasound, CT and MRI."""

from __future__ import annotations

import random

from medinfer.contract.vocabulary import Assertion, DocumentType
from medinfer.contract.vocabulary import DocumentLabel as L
from training.made import blocks, letterheads, people
from training.made.entries import Vocabulary
from training.made.held import Held, Split, every
from training.made.layout import MadeDocument, Sheet
from training.made.text import Text, join, tag
from training.made.truth import ConditionTruth, Truth
from training.made.wording import Wording

_WORDING = Wording.of("imaging_report")
STUDIES = {name: every(words, 5) for name, words in _WORDING.groups("studies").items()}
TECHNIQUE = {name: every(words, 5) for name, words in _WORDING.groups("technique").items()}
NORMAL = {name: every(words, 5) for name, words in _WORDING.groups("normal").items()}
SEEN = every(_WORDING.statements("seen"), 6)
IMPRESSIONS = every(_WORDING.statements("impressions"), 6)
HEADINGS: Held[tuple[str, str, str, str]] = every(
    [
        ("CLINICAL HISTORY", "TECHNIQUE", "FINDINGS", "IMPRESSION"),
        ("Clinical details", "Protocol", "Observations", "Impression"),
        ("Indication", "Technique", "Report", "Conclusion"),
        ("History", "Procedure", "FINDINGS", "OPINION"),
        ("Clinical indication", "Method", "Imaging findings", "Summary"),
    ],
    5,
)


def make(rng: random.Random, split: Split, words: Vocabulary) -> MadeDocument:
    truth = Truth()
    sheet = Sheet(
        margin=rng.choice((44, 54)),
        font=rng.choice(("Helvetica", "Times")),
        size=rng.choice((10, 10.5)),
        leading=rng.choice((1.4, 1.6)),
    )
    modality = rng.choice(("XRAY", "USG", "CT", "MRI"))
    who, when = blocks.identity(rng, split), blocks.dates(rng, split)
    letterheads.letterhead(sheet, rng, split, people.facility(rng, split, rng.choice(("scan", "scan", "hospital"))))
    blocks.patient_block(sheet, rng, split, truth, who, when, extra=rng.randint(2, 5))
    sheet.down(6)
    sheet.line(STUDIES[modality].pick(rng, split), bold=True, size=12, align=rng.choice(("left", "center")))
    history, technique, findings, impression = HEADINGS.pick(rng, split)
    colon = rng.choice((":", " :", ""))
    if rng.random() < 0.5:
        symptom = words.symptoms.pick(rng, split)
        truth.conditions.append(ConditionTruth(symptom, Assertion.PRESENT))
        _part(sheet, rng, history + colon, [tag(L.CONDITION, symptom)])
    if rng.random() < 0.6:
        _part(sheet, rng, technique + colon, [Text(TECHNIQUE[modality].pick(rng, split))])
    sentences: list[Text] = [Text(s) for s in NORMAL[modality].sample(rng, split, rng.randint(2, 6))]
    for _ in range(rng.randint(1, 3)):
        template, assertion = SEEN.pick(rng, split)
        sentences.append(_fill(rng, split, words, truth, modality, template, assertion))
    # the truth is in reading order: shuffling would break it, so normal sentences stay in front
    _part(sheet, rng, findings + colon, sentences)
    sheet.down(4)
    sheet.line(impression + colon, bold=True)
    for i in range(rng.randint(1, 3)):
        template, assertion = IMPRESSIONS.pick(rng, split)
        bullet = rng.choice(("- ", f"{i + 1}. ", ""))
        sheet.paragraph(bullet + _fill(rng, split, words, truth, modality, template, assertion))
    blocks.signature(sheet, rng, split)
    blocks.foot(sheet, rng, split)
    return sheet.finish(DocumentType.IMAGING_REPORT, f"imaging/{modality}/{findings}", truth)


def _part(sheet: Sheet, rng: random.Random, heading: str, sentences: list[Text]) -> None:
    sheet.down(4)
    if len(sentences) == 1 and rng.random() < 0.5:
        sheet.paragraph(heading + " " + sentences[0])
        return
    sheet.line(heading, bold=True)
    if rng.random() < 0.5:
        sheet.paragraph(join(sentences, " "))
    else:
        for sentence in sentences:
            sheet.paragraph(sentence)


def _fill(
    rng: random.Random,
    split: Split,
    words: Vocabulary,
    truth: Truth,
    modality: str,
    template: str,
    assertion: Assertion,
) -> Text:
    before, hole, after = template.partition("{f}")
    if not hole:
        return Text(template)
    finding = words.findings[modality].pick(rng, split)
    if not before:
        finding = finding[0].upper() + finding[1:]
    truth.conditions.append(ConditionTruth(finding, assertion))
    return before + tag(L.CONDITION, finding) + after
