"""The trainer on a two-layer network that learns in seconds."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import BertConfig, BertForSequenceClassification, BertForTokenClassification

from training import trainer
from training.batches import UNANNOTATED_WEIGHT, length_batches, mean_loss
from training.trainer import Example, Settings, fit, predict

LABELS = {0: "O", 1: "B-drug", 2: "I-drug", 3: "B-test", 4: "I-test"}
SETTINGS = Settings(
    epochs=6, learning_rate=3e-3, head_learning_rate=3e-3, batch_tokens=256, freeze_embeddings=False, threads=1
)


def network(kind: Any) -> Any:
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    return kind(BertConfig(vocab_size=50, id2label=LABELS, num_labels=5, **sizes))


def token_examples(count: int) -> list[Example]:
    """Token 10 followed by 11 is a drug, 12 a test."""
    sentences = ([2, 10, 11, 20 + i % 20, 3] if i % 2 else [2, 20 + i % 20, 12, 3] for i in range(count))
    label = {10: 1, 11: 2, 12: 3}
    return [Example(ids, [label.get(i, 0) for i in ids]) for ids in sentences]


def test_a_token_classifier_learns_and_the_best_weights_stay(tmp_path: Path) -> None:
    model = network(BertForTokenClassification)
    report = fit(model, token_examples(120), token_examples(10), SETTINGS, tmp_path)
    assert report.best_score == 1.0
    assert trainer.dev_score(model, token_examples(10)) == 1.0
    assert report.best_score == max(score for _, _, score in report.history)
    assert not (tmp_path / "resume.pt").exists()


def test_a_sequence_classifier_learns(tmp_path: Path) -> None:
    examples = [Example(e.input_ids, int(10 in e.input_ids)) for e in token_examples(80)]
    settings = replace(SETTINGS, epochs=40, patience=100)
    report = fit(network(BertForSequenceClassification), examples, examples[:20], settings, tmp_path)
    assert report.best_score == 1.0


def test_a_run_that_was_cut_off_goes_on_to_the_same_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(SETTINGS, epochs=2, patience=100)
    train, dev = token_examples(60), token_examples(10)
    whole = network(BertForTokenClassification)
    fit(whole, train, dev, settings, tmp_path / "whole")

    class CutOff(Exception):
        pass

    real, calls = trainer._Run._train_step, []

    def step(run: Any, *args: Any) -> float:
        calls.append(1)
        if len(calls) == 3:
            raise CutOff
        return real(run, *args)

    monkeypatch.setattr(trainer._Run, "_train_step", step)
    cut = network(BertForTokenClassification)
    with pytest.raises(CutOff):
        fit(cut, train, dev, settings, tmp_path / "cut")
    monkeypatch.undo()
    fresh = network(BertForTokenClassification)
    report = fit(fresh, train, dev, settings, tmp_path / "cut")
    assert [s for s, _, _ in report.history] == sorted({s for s, _, _ in report.history})
    for name, weight in whole.state_dict().items():
        torch.testing.assert_close(fresh.state_dict()[name], weight, msg=name)


def test_resume_refuses_another_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "unlink", lambda *a, **k: None)
    fit(
        network(BertForTokenClassification), token_examples(8), token_examples(4), replace(SETTINGS, epochs=1), tmp_path
    )
    with pytest.raises(ValueError, match="other settings"):
        fit(network(BertForTokenClassification), token_examples(8), token_examples(4), SETTINGS, tmp_path)


def test_a_spent_budget_ends_the_run_well(tmp_path: Path) -> None:
    settings = replace(SETTINGS, epochs=10_000, max_minutes=0.03, patience=10**6)
    report = fit(network(BertForTokenClassification), token_examples(60), token_examples(10), settings, tmp_path)
    assert report.ended == "the time is spent"
    assert report.minutes < 0.5


def test_nothing_to_train_on_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="train"):
        fit(network(BertForTokenClassification), [], token_examples(1), SETTINGS, tmp_path)


def test_o_of_a_source_that_leaves_labels_out_may_be_one_of_those() -> None:
    logits = torch.tensor([[[0.0, 0.0, 0.0, 50.0, 0.0], [0.0, 50.0, 0.0, 0.0, 0.0]]])
    partial = mean_loss(logits, [Example([1, 1], [0, 1], unannotated=(3, 4))], None)
    full = mean_loss(logits, [Example([1, 1], [0, 1])], None)
    assert float(partial) == pytest.approx(-math.log(UNANNOTATED_WEIGHT) / 2, abs=1e-5)
    assert float(full) == pytest.approx(25.0, abs=1e-3)


def test_ignored_tokens_have_no_loss_and_no_gradient() -> None:
    logits = torch.randn(1, 3, 5, requires_grad=True)
    mean_loss(logits, [Example([1, 1, 1], [0, -100, 1], unannotated=(3, 4))], None).backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()
    assert float(logits.grad[0, 1].abs().sum()) == 0.0


def test_class_weights_weigh_the_loss() -> None:
    logits = torch.zeros(1, 2, 5)
    loss = mean_loss(logits, [Example([1, 1], [0, 1])], torch.tensor([1.0, 3.0, 1.0, 1.0, 1.0]))
    assert float(loss) == pytest.approx(math.log(5))


def test_predictions_stand_in_order_without_padding() -> None:
    model = network(BertForTokenClassification)
    examples = token_examples(9)
    together = predict(model, examples)
    for example, logits in zip(examples, together, strict=True):
        assert logits.shape == (len(example.input_ids), 5)
        alone = predict(model, [example])[0]
        torch.testing.assert_close(torch.tensor(logits), torch.tensor(alone), rtol=0.05, atol=0.02)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=50), st.integers(1, 200))
def test_batches_hold_each_sequence_once_within_the_bound(lengths: list[int], bound: int) -> None:
    found = length_batches(lengths, bound)
    assert sorted(i for b in found for i in b) == list(range(len(lengths)))
    assert all(len(b) == 1 or len(b) * max(lengths[i] for i in b) <= bound for b in found)
