"""The main job as one ensemble: document bytes in, everything that was read out."""

from medinfer.contract import document_classifier, document_ner, ocr
from medinfer.contract.models import Backend, Model, Step
from medinfer.contract.tensors import Tensor


def _same(tensors: tuple[Tensor, ...]) -> dict[str, str]:
    return {t.name: t.name for t in tensors}


MODEL = Model(
    name="document_pipeline",
    description="Document bytes -> lines, class, entities (ocr -> classify -> ner). One document a request.",
    backend=Backend.ENSEMBLE,
    max_batch_size=0,
    inputs=ocr.REQUEST_INPUTS,
    outputs=(*ocr.DOCUMENT_OUTPUTS, *document_classifier.MODEL.outputs, *document_ner.MODEL.outputs),
    steps=(
        Step(ocr.MODEL, _same(ocr.MODEL.inputs), _same(ocr.MODEL.outputs)),
        Step(
            document_classifier.MODEL,
            _same(document_classifier.MODEL.inputs),
            _same(document_classifier.MODEL.outputs),
        ),
        Step(document_ner.MODEL, _same(document_ner.MODEL.inputs), _same(document_ner.MODEL.outputs)),
    ),
)
