"""PP-OCRv6 text recognition (CTC head): the characters of a line crop."""

from medinfer.contract.dtypes import DType
from medinfer.contract.models import Backend, Batching, Device, Model, Placement
from medinfer.contract.sources import OcrStage, RapidOcrSource
from medinfer.contract.tensors import Axis, Tensor

HEIGHT_PX = 48
PADDING_VALUE = 127
"""Grey that fills a crop up to its bucket: the network's zero after normalisation."""

BUCKET_WIDTHS_PX = (64, 96, 128, 160, 192, 240, 320, 400, 480, 640, 800, 960, 1280, 1920, 2560)
"""Crops are padded to the next of these widths, so that crops of different pages share a batch. Half of the crops of
receipts and reports are narrower than 130 px: these widths pad 11 % and need 19 % less processor time than ten that
begin at 96 and pad 23 %; the text is as good."""

_WIDTH = Axis("width", BUCKET_WIDTHS_PX[0], 320, BUCKET_WIDTHS_PX[-1])
_STEPS = Axis("steps", 1, 40, BUCKET_WIDTHS_PX[-1])

MODEL = Model(
    name="text_recognition",
    description="Line crops of one width -> character ids and scores per time step (CTC, 0 = blank).",
    backend=Backend.ONNXRUNTIME,
    source=RapidOcrSource(OcrStage.RECOGNITION, "PP-OCRv6_rec_small.onnx"),
    max_batch_size=32,
    inputs=(Tensor("CROP", DType.UINT8, (HEIGHT_PX, _WIDTH, 3), "line crop in BGR order, padded to a bucket width"),),
    outputs=(
        Tensor("CHARACTER_ID", DType.INT32, (_STEPS,), "best character of each time step; 0 is the CTC blank"),
        Tensor("CHARACTER_SCORE", DType.FP32, (_STEPS,), "its probability, 0..1"),
    ),
    gpu=Placement(Device.GPU, 1, Batching(2_000)),
    cpu=Placement(Device.CPU, 1, Batching(1_000), {"intra_op_thread_count": "2"}),
)
