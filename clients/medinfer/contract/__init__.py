"""The contract: every Triton model of medinfer as checked, frozen data. No I/O.

Config files, ONNX axis names, TensorRT shape profiles, client codecs and documentation tables are
derived from here. Nothing in this package imports a network, file or model library.
"""

from medinfer.contract.dtypes import DType
from medinfer.contract.models import Backend, Batching, Device, Model, Placement, Step
from medinfer.contract.registry import MODELS, model
from medinfer.contract.tensors import Axis, Tensor

__all__ = ["MODELS", "Axis", "Backend", "Batching", "DType", "Device", "Model", "Placement", "Step", "Tensor", "model"]
