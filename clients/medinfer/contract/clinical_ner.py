"""Entities and their assertion in clinical free text."""

from medinfer.contract.dtypes import DType
from medinfer.contract.models import Backend, Batching, Device, Model, Placement
from medinfer.contract.networks import INPUT_IDS, TOKEN_OUTPUTS
from medinfer.contract.sources import HuggingFaceSource, Task
from medinfer.contract.tensors import Axis, Tensor
from medinfer.contract.vocabulary import ClinicalLabel, bio_labels

MAX_TOKENS = 128
"""Longest piece of text that the network sees at once; longer texts are cut at sentence ends."""

MAX_CHARACTERS = 20_000
"""Longest text of one request; a longer one is refused."""

_ENTITIES = Axis("entities", 0, 8, 2_000)

NETWORK = Model(
    name="clinical_ner_network",
    description="Token ids -> entity label of each token of a clinical text.",
    backend=Backend.ONNXRUNTIME,
    source=HuggingFaceSource("checkpoints/clinical_ner", Task.TOKEN_CLASSIFICATION, bio_labels(ClinicalLabel)),
    max_batch_size=64,
    inputs=(INPUT_IDS,),
    outputs=TOKEN_OUTPUTS,
    gpu=Placement(Device.GPU, 1, Batching(500)),
    cpu=Placement(Device.CPU, 1, Batching(300), {"intra_op_thread_count": "2"}),
)

MODEL = Model(
    name="clinical_ner",
    description='Clinical free text ("No h/o of Dm2, htn") -> entities with assertion.',
    backend=Backend.PYTHON,
    max_batch_size=64,
    inputs=(Tensor("TEXT", DType.BYTES, (1,), "UTF-8 text"),),
    outputs=(
        Tensor("ENTITY_COUNT", DType.INT32, (1,), "entities of this text; rows are padded to the request's largest"),
        Tensor("ENTITY_LABEL", DType.BYTES, (_ENTITIES,), "a ClinicalLabel; ordered by start"),
        Tensor("ENTITY_START", DType.INT32, (_ENTITIES,), "first character in the text (Unicode code points)"),
        Tensor("ENTITY_END", DType.INT32, (_ENTITIES,), "one past its last character"),
        Tensor("ENTITY_SCORE", DType.FP32, (_ENTITIES,), "lowest token probability of the entity, 0..1"),
        Tensor("ENTITY_ASSERTION", DType.BYTES, (_ENTITIES,), "an Assertion"),
    ),
    gpu=Placement(Device.CPU, 4, Batching(500)),
    cpu=Placement(Device.CPU, 1, Batching(300)),
)
