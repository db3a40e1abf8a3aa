"""What a connection can be asked, as exchanges; the base of each client's calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

from tritonclient.grpc import service_pb2

from medinfer.contract import Model
from medinfer.contract_check import compare
from medinfer.exchange import Backoff, Deadline, Exchange, call, is_ready


@dataclass(slots=True)
class Calls:
    """Calls to ``models``, the first of which is the one that clients ask; the state of one connection."""

    models: ClassVar[Sequence[Model]]
    backoff: Backoff = field(default_factory=Backoff)
    checked: bool = False

    def is_ready(self, timeout_s: float) -> Exchange[bool]:
        return is_ready(timeout_s, self.models[0].name)

    def check_contract(self, deadline: Deadline) -> Exchange[None]:
        """Compare every model's metadata with the contract, once per connection.

        Raises:
            ContractMismatch: names the model and tensor that differ.
            ModelNotFound, TransientError: the metadata could not be had; the next call asks again.
        """
        for model in () if self.checked else self.models:
            request = service_pb2.ModelMetadataRequest(name=model.name)
            metadata = yield from call(model.name, "ModelMetadata", partial(_always, request), deadline, self.backoff)
            compare(model, metadata)
        self.checked = True


def _always(request: Any, _remaining_s: float) -> Any:
    return request
