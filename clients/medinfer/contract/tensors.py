"""Tensors with named axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medinfer.contract.dtypes import DType

BATCH_AXIS = "batch"


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis whose length varies from request to request.

    ``minimum``, ``typical`` and ``maximum`` are lengths (elements). They become TensorRT's shape
    profile, the shapes an export is verified on, and the bound that clients check. Every length is
    a multiple of ``multiple``.
    """

    name: str
    minimum: int
    typical: int
    maximum: int
    multiple: int = 1

    def __post_init__(self) -> None:
        if not self.name.isidentifier() or self.name == BATCH_AXIS:
            raise ValueError(f"axis name {self.name!r} must be an identifier other than {BATCH_AXIS!r}")
        if not 0 <= self.minimum <= self.typical <= self.maximum:
            raise ValueError(f"axis {self.name}: need 0 <= minimum <= typical <= maximum")
        if self.multiple < 1 or any(n % self.multiple for n in (self.minimum, self.typical, self.maximum)):
            raise ValueError(f"axis {self.name}: minimum, typical and maximum must be multiples of {self.multiple}")

    def admits(self, length: int) -> bool:
        return self.minimum <= length <= self.maximum and length % self.multiple == 0


Dimension = int | Axis


@dataclass(frozen=True, slots=True)
class Tensor:
    """A named tensor of a Triton model.

    ``dims`` leave the batch axis out, as Triton's configuration does; ``shape`` puts it in.
    ``ragged`` inputs may differ in shape between the requests of one dynamic batch.
    """

    name: str
    dtype: DType
    dims: tuple[Dimension, ...]
    description: str
    optional: bool = False
    ragged: bool = False

    def __post_init__(self) -> None:
        if not self.name or self.name != self.name.upper():
            raise ValueError(f"tensor name {self.name!r} must be upper case")
        if not self.dims:
            raise ValueError(f"tensor {self.name} needs at least one dimension")
        if any(isinstance(d, int) and d < 1 for d in self.dims):
            raise ValueError(f"tensor {self.name}: a fixed dimension must be positive; use Axis for a variable one")

    @property
    def config_dims(self) -> tuple[int, ...]:
        """Dims as config.pbtxt spells them: -1 for a variable axis."""
        return tuple(-1 if isinstance(d, Axis) else d for d in self.dims)

    @property
    def axes(self) -> tuple[Axis, ...]:
        return tuple(d for d in self.dims if isinstance(d, Axis))

    def axis_names(self, *, batched: bool) -> dict[int, str]:
        """Position in the full shape -> axis name, for the variable axes (ONNX dynamic axes)."""
        offset = 1 if batched else 0
        names = {i + offset: d.name for i, d in enumerate(self.dims) if isinstance(d, Axis)}
        return {0: BATCH_AXIS, **names} if batched else names

    def admits(self, shape: Sequence[int], *, batched: bool) -> bool:
        """Whether an array of ``shape`` (with the batch axis first if ``batched``) fits this tensor."""
        dims = tuple(shape[1:]) if batched else tuple(shape)
        return len(dims) == len(self.dims) and all(
            d.admits(n) if isinstance(d, Axis) else d == n for n, d in zip(dims, self.dims, strict=True)
        )
