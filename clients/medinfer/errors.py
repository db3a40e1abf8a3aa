"""Every error that medinfer raises on purpose.

    MedinferError
    ├── PermanentError                 the same request fails again
    │   ├── InvalidRequest             the request breaks the contract (shape, type, bound)
    │   ├── DocumentRejected           the document cannot be read; `code` says why
    │   ├── ContractMismatch           server and client disagree on a model
    │   └── ModelNotFound              the server does not serve this model
    └── TransientError                 the same request may succeed later
        ├── ServerUnavailable          no connection, or the server is starting or stopping
        ├── ServerOverloaded           a queue in the server is full
        ├── DeadlineExceeded           no answer within the deadline
        └── InferenceFailed            the server failed in a way that it did not explain

Messages are safe to show and to log: they hold no content of documents or texts.
"""

from __future__ import annotations

from typing import ClassVar

from medinfer.contract.vocabulary import DocumentErrorCode


class MedinferError(Exception):
    """Base of all. ``retryable``: whether trying the same request again can help."""

    retryable: ClassVar[bool] = False


class PermanentError(MedinferError):
    retryable = False


class TransientError(MedinferError):
    retryable = True


class InvalidRequest(PermanentError):
    pass


class DocumentRejected(PermanentError):
    """The document cannot be read; ``code`` for machines, ``str()`` a sentence for people."""

    def __init__(self, code: DocumentErrorCode) -> None:
        super().__init__(SENTENCES[code])
        self.code = code


class ContractMismatch(PermanentError):
    pass


class ModelNotFound(PermanentError):
    pass


class ServerUnavailable(TransientError):
    pass


class ServerOverloaded(TransientError):
    pass


class DeadlineExceeded(TransientError):
    pass


class InferenceFailed(TransientError):
    pass


SENTENCES: dict[DocumentErrorCode, str] = {
    DocumentErrorCode.EMPTY: "The file is empty: it holds no bytes or no pages.",
    DocumentErrorCode.UNSUPPORTED_TYPE: "The file is not a PDF, JPEG, PNG or TIFF.",
    DocumentErrorCode.CORRUPT: "The file is damaged and cannot be decoded.",
    DocumentErrorCode.ENCRYPTED: "The PDF is protected by a password.",
    DocumentErrorCode.TOO_LARGE: "The file has more bytes than the limit.",
    DocumentErrorCode.TOO_MANY_PAGES: "The document has more pages than the limit.",
    DocumentErrorCode.TOO_MANY_PIXELS: "A page has more pixels than the limit.",
    DocumentErrorCode.DECODE_TIMEOUT: "The file took too long to decode.",
}
