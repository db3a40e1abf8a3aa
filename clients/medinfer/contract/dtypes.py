"""Element types in the three spellings that the system needs."""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np


class DType(Enum):
    """One element type: ``value`` is (numpy name, KServe wire name, config.pbtxt name).

    The wire names are those of the KServe v2 protocol; the configuration names those of Triton's
    ``model_config.proto``. Text and opaque bytes are both ``BYTES`` on the wire.
    """

    BOOL = ("bool", "BOOL", "TYPE_BOOL")
    UINT8 = ("uint8", "UINT8", "TYPE_UINT8")
    UINT32 = ("uint32", "UINT32", "TYPE_UINT32")
    INT32 = ("int32", "INT32", "TYPE_INT32")
    INT64 = ("int64", "INT64", "TYPE_INT64")
    FP32 = ("float32", "FP32", "TYPE_FP32")
    BYTES = ("object", "BYTES", "TYPE_STRING")

    @property
    def numpy(self) -> np.dtype[Any]:
        return np.dtype(self.value[0])

    @property
    def wire(self) -> str:
        return self.value[1]

    @property
    def config(self) -> str:
        return self.value[2]
