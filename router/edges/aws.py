"""boto3 behind asyncio: clients for AWS or for the local server, and one bounded pool of threads.

boto3 blocks, so each call runs in a thread. aiobotocore would spare the threads, but pins one botocore release, has
no maintained types for these calls, and cannot cancel a receive either: SQS hands out the messages all the same.
A process holds one long poll per queue and a few short calls per document, so a small pool is enough.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from router.ports import ServiceMisconfigured, ServiceRefused, ServiceUnavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

P = ParamSpec("P")
R = TypeVar("R")

LONGEST_POLL_S = 20
"""SQS's longest long poll."""

# "SlowDown" is S3's, the others are SQS's.
_THROTTLED = frozenset({"SlowDown", "RequestThrottled", "ThrottlingException", "OverLimit", "KmsThrottled"})
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "InvalidClientTokenId", "SignatureDoesNotMatch"})


class Aws:
    """Clients of one region. ``endpoint_url`` empty: AWS, with the usual chain of credentials. Otherwise the local
    server at that address, with made-up credentials, so that real ones are never sent to it."""

    def __init__(self, *, endpoint_url: str, region: str, threads: int) -> None:
        self.local = bool(endpoint_url)
        config = Config(
            max_pool_connections=threads,
            connect_timeout=5,
            read_timeout=LONGEST_POLL_S + 10,
            retries={"mode": "standard", "total_max_attempts": 3},
            tcp_keepalive=True,
            s3={"addressing_style": "path"} if self.local else {},
        )
        made_up = "local" if self.local else None
        session = boto3.session.Session(
            region_name=region, aws_access_key_id=made_up, aws_secret_access_key=made_up, aws_session_token=None
        )
        self.sqs: SQSClient = session.client("sqs", endpoint_url=endpoint_url or None, config=config)
        self.s3: S3Client = session.client("s3", endpoint_url=endpoint_url or None, config=config)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="aws")

    async def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a blocking call in the pool.

        Raises:
            ServiceUnavailable: no answer, or a failure that may pass.
            ServiceRefused: this request is not accepted.
            ServiceMisconfigured: no credentials, or no right to do this.
        """
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, partial(function, *args, **kwargs))
        except (NoCredentialsError, PartialCredentialsError) as error:
            raise ServiceMisconfigured("No AWS credentials were found: set a profile or an instance role.") from error
        except BotoCoreError as error:
            raise ServiceUnavailable(f"No answer from AWS ({type(error).__name__}).") from error
        except ClientError as error:
            raise translated(error) from error

    def close(self) -> None:
        """Close connections; calls in flight fail."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self.sqs.close()
        self.s3.close()


def translated(error: ClientError) -> Exception:
    """AWS's error code as one of ours. Its message is left out: it can repeat what was sent."""
    code = error.response.get("Error", {}).get("Code", "unknown")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _DENIED:
        return ServiceMisconfigured(f"AWS refused {error.operation_name} ({code}): check the role's policy.")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in _THROTTLED:
        return ServiceUnavailable(f"AWS failed {error.operation_name} ({code}).")
    return ServiceRefused(code)
