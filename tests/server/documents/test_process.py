"""The decoding process: what it may do, and what happens when it misbehaves."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from medinfer.contract.vocabulary import DocumentErrorCode
from server.documents.decoder import Decoder
from server.documents.limits import Limits
from server.documents.pages import Unreadable
from server.documents.process import DecoderFailed, DecodingProcess
from tests.server.documents import made

LIMITS = Limits()
SCAN = made.pdf(pages=20)


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> Iterator[DecodingProcess]:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-for-strangers")
    process = DecodingProcess(LIMITS)
    yield process
    process.kill()


def limits_of(process: DecodingProcess) -> dict[str, str]:
    """Soft limits by name, as Linux shows them."""
    lines = Path(f"/proc/{process.pid}/limits").read_text().splitlines()
    return {line[:26].strip(): line[26:].split()[0] for line in lines}


def drain(process: DecodingProcess) -> None:
    while process.next_page():
        pass


def test_it_has_no_secrets_and_cannot_write_files(process: DecodingProcess) -> None:
    environment = Path(f"/proc/{process.pid}/environ").read_bytes()
    assert b"PYTHONPATH" in environment
    assert b"not-for-strangers" not in environment
    limits = limits_of(process)
    assert limits["Max file size"] == "0"
    assert limits["Max core file size"] == "0"
    assert limits["Max processes"] == "0"


def test_its_memory_and_time_are_bounded_once_it_has_a_document(process: DecodingProcess) -> None:
    process.send(made.pdf(), force_ocr=False)
    assert process.next_page() is not None
    limits = limits_of(process)
    assert limits["Max address space"] == str(LIMITS.memory_bytes)
    assert LIMITS.decode_s <= int(limits["Max cpu time"]) < LIMITS.decode_s + 10


def test_a_document_that_crashes_it_is_damaged(process: DecodingProcess) -> None:
    process.send(SCAN, force_ocr=True)
    assert process.next_page() is not None
    os.kill(process.pid, signal.SIGSEGV)
    with pytest.raises(Unreadable) as caught:
        drain(process)
    assert caught.value.code is DocumentErrorCode.CORRUPT


def test_a_process_that_was_killed_is_not_the_documents_fault(process: DecodingProcess) -> None:
    process.send(SCAN, force_ocr=True)
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(DecoderFailed, match="-9"):
        drain(process)


def test_a_document_that_needs_too_much_memory_is_refused() -> None:
    process = DecodingProcess(replace(LIMITS, memory_bytes=400 * 2**20))
    try:
        process.send(made.encoded(Image.new("RGB", (7_000, 7_000)), "PNG"), force_ocr=False)
        with pytest.raises(Unreadable) as caught:
            process.next_page()
        assert caught.value.code is DocumentErrorCode.CORRUPT
    finally:
        process.kill()


async def test_a_document_that_takes_too_long_is_refused_and_its_process_ended() -> None:
    decoder = Decoder(replace(LIMITS, decode_s=0.02))
    with pytest.raises(Unreadable) as caught:
        async for _ in decoder.pages(SCAN, force_ocr=True):
            pass
    assert caught.value.code is DocumentErrorCode.DECODE_TIMEOUT
    assert not decoder.idle


async def test_processes_are_used_again_and_one_that_died_is_replaced() -> None:
    decoder = Decoder()
    try:
        for _ in range(2):
            assert [page async for page in decoder.pages(made.pdf())]
        (process,) = decoder.idle
        assert process.documents == 2
        os.kill(process.pid, signal.SIGKILL)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert [page async for page in decoder.pages(made.pdf())]
        (other,) = decoder.idle
        assert other.pid != process.pid
    finally:
        decoder.close()
    assert not other.alive


async def test_a_document_that_is_given_up_half_way_leaves_nothing_behind() -> None:
    decoder = Decoder()
    pages = decoder.pages(SCAN, force_ocr=True)
    assert await anext(pages)
    await pages.aclose()
    assert not decoder.idle


@pytest.mark.parametrize("after_s", [0.0, 0.02, None], ids=["at once", "while it starts", "between two pages"])
async def test_a_request_that_is_cancelled_leaves_no_process_at_work(after_s: float | None) -> None:
    others = children()
    decoder = Decoder()
    pages = decoder.pages(made.pdf(pages=80), force_ocr=True)
    first_page = asyncio.Event()

    async def read_all() -> None:
        async for _ in pages:
            first_page.set()

    task = asyncio.create_task(read_all())
    await (first_page.wait() if after_s is None else asyncio.sleep(after_s))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await pages.aclose()
    assert len([page async for page in decoder.pages(made.pdf())]) == 1
    # A process that was being started for it was fresh, and is in the pool by now or soon.
    for _ in range(200):
        if {process.pid for process in decoder.idle} == children() - others:
            break
        await asyncio.sleep(0.05)
    assert {process.pid for process in decoder.idle} == children() - others
    decoder.close()
    assert children() == others


def children() -> set[int]:
    """Decoding processes of this one."""
    pids = [pid for path in Path("/proc/self/task").glob("*/children") for pid in path.read_text().split()]
    return {int(pid) for pid in pids if b"server.documents.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()}
