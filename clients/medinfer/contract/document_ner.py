"""Entities in the lines of a medical record."""

from medinfer.contract import ocr
from medinfer.contract.dtypes import DType
from medinfer.contract.models import Backend, Batching, Device, Model, Placement
from medinfer.contract.networks import INPUT_IDS, TOKEN_OUTPUTS
from medinfer.contract.sources import HuggingFaceSource, Task
from medinfer.contract.tensors import Axis, Tensor
from medinfer.contract.vocabulary import DocumentLabel, bio_labels

MAX_TOKENS = 192
"""Longest window of rows, in tokens."""

ENTITIES = Axis("entities", 0, 50, 20_000)

NETWORK = Model(
    name="document_ner_network",
    description="Token ids -> entity label of each token of a record.",
    backend=Backend.ONNXRUNTIME,
    source=HuggingFaceSource(
        "checkpoints/document_ner", Task.TOKEN_CLASSIFICATION, bio_labels(DocumentLabel), temperature=1.202
    ),
    max_batch_size=32,
    inputs=(INPUT_IDS,),
    outputs=TOKEN_OUTPUTS,
    gpu=Placement(Device.GPU, 1, Batching(1_000)),
    cpu=Placement(Device.CPU, 1, Batching(500), {"intra_op_thread_count": "2"}),
)

MODEL = Model(
    name="document_ner",
    description="Lines of a record -> entities with their place in the line.",
    backend=Backend.PYTHON,
    max_batch_size=0,
    inputs=(
        Tensor("RECORD_TEXT", DType.BYTES, (ocr.LINES,), "as document_classifier gives it"),
        ocr.LINE_BOX,
        ocr.LINE_PAGE,
        Tensor("PRIORITY", DType.UINT32, (1,), "as in ocr"),
        Tensor("TIMEOUT_US", DType.INT64, (1,), "as in ocr"),
    ),
    outputs=(
        Tensor("ENTITY_LABEL", DType.BYTES, (ENTITIES,), "a DocumentLabel; ordered by line, then start"),
        Tensor("ENTITY_LINE", DType.INT32, (ENTITIES,), "index of the line that holds the entity"),
        Tensor("ENTITY_START", DType.INT32, (ENTITIES,), "first character in that line (Unicode code points)"),
        Tensor("ENTITY_END", DType.INT32, (ENTITIES,), "one past its last character"),
        Tensor("ENTITY_SCORE", DType.FP32, (ENTITIES,), "lowest token probability of the entity, 0..1"),
        Tensor("ENTITY_ASSERTION", DType.BYTES, (ENTITIES,), "an Assertion for a condition; empty for other labels"),
        Tensor("NER_TIMING_MS", DType.FP32, (1,), "wall time"),
    ),
    gpu=Placement(Device.CPU, 4),
    cpu=Placement(Device.CPU, 1),
)
