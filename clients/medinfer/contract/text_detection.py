"""PP-OCRv6 text detection (DBNet head): where on a page the text lines are."""

from medinfer.contract.dtypes import DType
from medinfer.contract.models import Backend, Batching, Device, Model, Placement
from medinfer.contract.sources import OcrStage, RapidOcrSource
from medinfer.contract.tensors import Axis, Tensor

STRIDE_PX = 32
"""Height and width of a page must be multiples of this (the network's total stride)."""

_HEIGHT = Axis("height", STRIDE_PX, 960, 2016, STRIDE_PX)
_WIDTH = Axis("width", STRIDE_PX, 704, 2016, STRIDE_PX)

MODEL = Model(
    name="text_detection",
    description="Page image -> text probability map. Normalisation is inside the graph.",
    backend=Backend.ONNXRUNTIME,
    source=RapidOcrSource(OcrStage.DETECTION, "PP-OCRv6_det_small.onnx"),
    max_batch_size=8,
    inputs=(Tensor("PAGE", DType.UINT8, (_HEIGHT, _WIDTH, 3), "page in BGR order, sides multiples of 32 px"),),
    outputs=(Tensor("TEXT_PROBABILITY", DType.UINT8, (_HEIGHT, _WIDTH), "probability of text, 0..255 for 0..1"),),
    gpu=Placement(Device.GPU, 1, Batching(2_000)),
    cpu=Placement(Device.CPU, 1, None, {"intra_op_thread_count": "2"}),
)
