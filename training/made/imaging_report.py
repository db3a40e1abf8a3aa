"""Reports of X-ray, ultrasound, CT and MRI."""

from __future__ import annotations

import random

from medinfer.contract.vocabulary import Assertion, DocumentType
from medinfer.contract.vocabulary import DocumentLabel as L
from training.made import blocks, people
from training.made.held import Held, Split, every
from training.made.layout import MadeDocument, Sheet
from training.made.text import Text, join, tag
from training.made.truth import ConditionTruth, Truth
from training.made.vocabulary import Vocabulary

STUDIES = {
    "XRAY": every(["X-RAY CHEST PA VIEW", "Digital X-Ray Chest", "X-RAY LUMBAR SPINE AP & LATERAL", "X-ray right knee AP/Lat", "RADIOGRAPH OF CHEST", "X RAY PNS",
                   "Skiagram of left wrist"], 5),
    "USG": every(["USG ABDOMEN AND PELVIS", "Ultrasound Whole Abdomen", "USG KUB", "ULTRASONOGRAPHY OF ABDOMEN", "Sonography pelvis", "Abdominal sonogram"], 5),
    "CT": every(["CT SCAN BRAIN PLAIN", "HRCT CHEST", "CECT Abdomen", "NCCT Head", "CT KUB", "CT Paranasal Sinuses"], 5),
    "MRI": every(["MRI LUMBOSACRAL SPINE", "MRI BRAIN PLAIN", "MRI Right Knee", "MRI OF CERVICAL SPINE", "MRI Left Shoulder", "MR Imaging of dorsal spine"], 5),
}  # fmt: skip
TECHNIQUE = {
    "XRAY": every(["PA view of the chest was obtained in full inspiration.", "AP and lateral views.", "Digital radiograph in erect posture.", "Views: AP, lateral.", "Portable film."], 5),
    "USG": every(["Real time sonography was done with a 3.5 MHz curvilinear probe.", "Study done with full bladder.", "Transabdominal scan.", "B-mode and colour Doppler.", "Convex probe."], 5),
    "CT": every(["Plain axial sections were taken from base to vertex.", "5 mm axial sections with contrast.", "Thin sections with coronal and sagittal reformats.", "Helical acquisition.", "Volume scan, 1 mm."], 5),
    "MRI": every(["T1W, T2W and STIR sequences in axial and sagittal planes.", "Multiplanar multisequence study on a 1.5 Tesla scanner.", "FLAIR, DWI and SWI sequences.", "3T, no contrast.", "PD fat sat and T1 images."], 5),
}  # fmt: skip
NORMAL = {
    "XRAY": every(["Both lung fields are clear.", "Cardiac size is within normal limits.", "Both CP angles are free.", "Bony cage appears normal.", "Trachea is central.",
                   "Both domes of diaphragm are normal.", "Soft tissues are unremarkable.", "Alignment of the vertebrae is maintained.", "Joint spaces are preserved."], 5),
    "USG": every(["Liver is normal in size and echotexture.", "No IHBR dilatation.", "Gall bladder is well distended.", "CBD is not dilated.", "Pancreas and spleen appear normal.",
                  "Both kidneys show normal corticomedullary differentiation.", "Urinary bladder is well distended, wall thickness normal.", "No free fluid in the peritoneal cavity.",
                  "Uterus is anteverted.", "Portal vein measures 11 mm."], 5),
    "CT": every(["Ventricular system and cisterns are normal.", "No midline shift is seen.", "Basal ganglia and thalami are normal.", "Posterior fossa is unremarkable.", "Grey-white differentiation is maintained.",
                 "Bones and soft tissues are normal.", "Major airways are patent.", "Liver, spleen and pancreas are normal."], 5),
    "MRI": every(["Vertebral bodies show normal height and signal.", "Conus ends at L1.", "Spinal cord shows normal signal.", "Cruciate ligaments are intact.", "Cerebral hemispheres show normal signal.",
                  "No abnormal restricted diffusion.", "Paraspinal soft tissues are normal.", "Facet joints are normal."], 5),
}  # fmt: skip
SEEN = every(
    [("There is evidence of {f}.", Assertion.PRESENT), ("{f} is seen.", Assertion.PRESENT), ("No evidence of {f}.", Assertion.NEGATED), ("Features suggestive of {f}.", Assertion.POSSIBLE),
     ("{f} noted.", Assertion.PRESENT), ("No {f} seen.", Assertion.NEGATED), ("Findings s/o {f}.", Assertion.POSSIBLE), ("Shows {f}.", Assertion.PRESENT), ("There is no {f}.", Assertion.NEGATED),
     ("Possibility of {f}.", Assertion.POSSIBLE), ("Evidence of {f} noted.", Assertion.PRESENT), ("{f} is not seen.", Assertion.NEGATED)], 6
)  # fmt: skip
IMPRESSIONS = every(
    [("{f}", Assertion.PRESENT), ("{f}.", Assertion.PRESENT), ("No significant abnormality detected.", Assertion.PRESENT), ("Mild {f}", Assertion.PRESENT), ("? {f}", Assertion.POSSIBLE),
     ("Study is within normal limits.", Assertion.PRESENT), ("F/s/o {f}", Assertion.POSSIBLE), ("{f}, to correlate clinically.", Assertion.PRESENT), ("{f} - suggest follow up", Assertion.PRESENT),
     ("Normal study. No {f}.", Assertion.NEGATED), ("{f} as described.", Assertion.PRESENT)], 6
)  # fmt: skip
HEADINGS: Held[tuple[str, str, str, str]] = every(
    [("CLINICAL HISTORY", "TECHNIQUE", "FINDINGS", "IMPRESSION"), ("Clinical details", "Protocol", "Observations", "Impression"), ("Indication", "Technique", "Report", "Conclusion"),
     ("History", "Procedure", "FINDINGS", "OPINION"), ("Clinical indication", "Method", "Imaging findings", "Summary")], 5
)  # fmt: skip


def make(rng: random.Random, split: Split, words: Vocabulary) -> MadeDocument:
    truth = Truth()
    sheet = Sheet(margin=rng.choice((44, 54)), font=rng.choice(("Helvetica", "Times")), size=rng.choice((10, 10.5)), leading=rng.choice((1.4, 1.6)))
    modality = rng.choice(("XRAY", "USG", "CT", "MRI"))
    who, when = blocks.identity(rng, split), blocks.dates(rng, split)
    blocks.letterhead(sheet, rng, split, people.facility(rng, split, rng.choice(("scan", "scan", "hospital"))))
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
    rng: random.Random, split: Split, words: Vocabulary, truth: Truth, modality: str, template: str, assertion: Assertion
) -> Text:
    before, hole, after = template.partition("{f}")
    if not hole:
        return Text(template)
    finding = words.findings[modality].pick(rng, split)
    if not before:
        finding = finding[0].upper() + finding[1:]
    truth.conditions.append(ConditionTruth(finding, assertion))
    return before + tag(L.CONDITION, finding) + after
