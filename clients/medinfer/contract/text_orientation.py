"""PP-OCR v2.0 text-line orientation: is a line crop upside down?"""

from medinfer.contract.dtypes import DType
from medinfer.contract.models import Backend, Batching, Device, Model, Placement
from medinfer.contract.sources import OcrStage, RapidOcrSource
from medinfer.contract.tensors import Tensor

HEIGHT_PX, WIDTH_PX = 48, 192

MODEL = Model(
    name="text_orientation",
    description="Line crop -> whether it stands upside down.",
    backend=Backend.ONNXRUNTIME,
    source=RapidOcrSource(OcrStage.ORIENTATION, "ch_ppocr_mobile_v2.0_cls_mobile.onnx"),
    max_batch_size=64,
    inputs=(Tensor("CROP", DType.UINT8, (HEIGHT_PX, WIDTH_PX, 3), "line crop in BGR order, resized and padded"),),
    outputs=(
        Tensor("UPSIDE_DOWN", DType.BOOL, (1,), "true when the line must be turned by 180 degrees"),
        Tensor("SCORE", DType.FP32, (1,), "probability of that answer, 0.5..1"),
    ),
    gpu=Placement(Device.GPU, 1, Batching(1_000)),
    cpu=Placement(Device.CPU, 1, Batching(500), {"intra_op_thread_count": "1"}),
)
