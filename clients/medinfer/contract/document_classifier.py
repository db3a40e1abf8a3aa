"""Which kind of document this is, and whether its text may be kept."""

from medinfer.contract import ocr
from medinfer.contract.dtypes import DType
from medinfer.contract.models import Backend, Batching, Device, Model, Placement
from medinfer.contract.networks import INPUT_IDS
from medinfer.contract.sources import HuggingFaceSource, Task
from medinfer.contract.tensors import Tensor
from medinfer.contract.vocabulary import DOCUMENT_CLASSES

UNKNOWN_BELOW = 0.5
"""A best class with a lower calibrated score is answered as "unknown"."""

MAX_TOKENS = 256
"""Tokens of the document's beginning that the classifier reads; every line is a row of its own."""

NETWORK = Model(
    name="document_classifier_network",
    description="Token ids -> calibrated score of each document class.",
    backend=Backend.ONNXRUNTIME,
    source=HuggingFaceSource(
        "checkpoints/document_classifier",
        Task.SEQUENCE_CLASSIFICATION,
        tuple(c.value for c in DOCUMENT_CLASSES),
        temperature=1.443,
    ),
    max_batch_size=32,
    inputs=(INPUT_IDS,),
    outputs=(Tensor("CLASS_SCORE", DType.FP32, (len(DOCUMENT_CLASSES),), "softmax in DOCUMENT_CLASSES' order"),),
    gpu=Placement(Device.GPU, 1, Batching(1_000)),
    cpu=Placement(Device.CPU, 1, Batching(500), {"intra_op_thread_count": "2"}),
)

MODEL = Model(
    name="document_classifier",
    description="Lines -> document class; blanks the text of what is not medical.",
    backend=Backend.PYTHON,
    max_batch_size=0,
    inputs=(
        ocr.LINE_TEXT,
        Tensor("PRIORITY", DType.UINT32, (1,), "as in ocr"),
        Tensor("TIMEOUT_US", DType.INT64, (1,), "as in ocr"),
    ),
    outputs=(
        Tensor("DOCUMENT_TYPE", DType.BYTES, (1,), "a DocumentType"),
        Tensor("CLASS_SCORE", DType.FP32, (len(DOCUMENT_CLASSES),), "calibrated, in DOCUMENT_CLASSES' order"),
        Tensor("RECORD_TEXT", DType.BYTES, (ocr.LINES,), "LINE_TEXT of a record; empty strings if not medical"),
        Tensor("CLASSIFIER_TIMING_MS", DType.FP32, (1,), "wall time"),
    ),
    gpu=Placement(Device.CPU, 2),
    cpu=Placement(Device.CPU, 1),
)
