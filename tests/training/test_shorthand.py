"""Made shorthand: spans hold, splits share nothing. Its word lists come from a small stand-in of the data folder."""

import json
from pathlib import Path

import pytest

from medinfer.contract.vocabulary import ClinicalLabel
from training.shorthand import make, words_of
from training.shorthand_templates import FILLERS, TEMPLATES


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    for name in ("conditions", "drugs", "labs"):
        (folder / name).mkdir()
    # enough items for each split to hold some
    letters = "abcdefghijklmnopqrstuvwxyz"
    drugs = [f"Drug{a}{b}stat" for a in letters[:6] for b in letters[:6]]
    diseases = [f"{a}{b}osis" for a in letters for b in "ln"]
    tests = [f"Serum {a}{b}ase" for a in letters for b in "ln"]
    (folder / "conditions/DO_HumanDO.tsv").write_text("".join(f"DOID:{i}\t{x}\ty\n" for i, x in enumerate(diseases)))
    (folder / "drugs/drugbank_vocabulary.csv").write_text("Common name\n" + "".join(f"{x}\n" for x in drugs))
    (folder / "drugs/janaushadhi_meds.csv").write_text("Generic Name\nRoxithromycin Tablets IP 300 mg\n")
    (folder / "drugs/india_az_500_sample_usecases.csv").write_text("name\nAzithral 500 Tablet\n")
    (folder / "labs/care_investigations.json").write_text(json.dumps([{"name": x} for x in tests]))
    (folder / "labs/loinc_aliases_india.csv").write_text('code,name,aliases\n1-1,Haemoglobin,"HB $$ Haemoglobin"\n')
    return folder


def test_spans_are_in_order_disjoint_and_whole(data: Path) -> None:
    for text, spans in make(2_000, "train", data):
        end = 0
        for a, b, label in spans:
            assert end <= a < b <= len(text)
            assert text[a:b] == text[a:b].strip()
            assert label in set(ClinicalLabel)
            end = b


def test_splits_share_no_long_word_of_the_lists(data: Path) -> None:
    """Words are compared as written; a slip of the keyboard or a list's literal problem ("pain") may coincide."""
    clean = {"pain", "tenderness", "swelling", "rash", "numbness", "injury", "lump", "ulcer", "wound", "fracture"}
    train = words_of(make(4_000, "train", data))
    test = words_of(make(1_000, "test", data))
    assert len(test) > 100
    assert len((train & test) - clean) / len(test) < 0.02


def test_the_same_seed_makes_the_same_sentences(data: Path) -> None:
    assert make(20, "train", data, seed=3) == make(20, "train", data, seed=3)
    assert make(20, "train", data, seed=3) != make(20, "train", data, seed=4)


def test_every_label_and_sentences_without_any_occur(data: Path) -> None:
    made = make(1_500, "train", data)
    assert {label for s in made for _, _, label in s.spans} == set(ClinicalLabel)
    assert any(not s.spans for s in made)


def test_templates_are_well_formed() -> None:
    assert len(set(TEMPLATES)) == len(TEMPLATES)
    assert all(t.count("{") == t.count("}") for t in TEMPLATES)
    assert all(FILLERS.values())
