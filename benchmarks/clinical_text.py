"""`clinical_ner` over gRPC against the same work in this process, on the same short texts in one run.

`make bench-text`. In process: the same tokenizer, network, decoding and assertion, without a server.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from medinfer import AsyncClinicalTextClient
from medinfer.contract import clinical_ner
from server.local_inference import local_infer
from server.text.clinical import entities
from server.text.tokens import TextTokenizer
from server.triton import TritonServer

TEXTS = (
    "No h/o of Dm2, htn",
    "k/c/o T2DM on Metformin 500 BD, c/o chest pain since 2 days",
    "Head is spinning since morning",
    "?LRTI, adv CXR and CBC",
    "F/H of CAD, s/p appendectomy 2015",
    "Pt denies fever, cough or weight loss; BP 130/80, P/A soft",
)
BIAS = (
    "Six made texts over and over, so nothing is as cold as in real traffic; the client shares the two cores with the "
    "server. In process there is one text a call and nothing to join; the server may join texts of different callers."
)
_ROOT = Path(__file__).parents[1]
Call = Callable[[str], Awaitable[object]]


async def latencies_ms(call: Call, callers: int, requests: int) -> tuple[list[float], float]:
    """``requests`` calls by ``callers``, each of whom waits for its answer: milliseconds of each, requests a second."""
    texts = iter([TEXTS[i % len(TEXTS)] for i in range(requests)])
    found: list[float] = []

    async def one() -> None:
        for text in texts:
            began = time.perf_counter()
            await call(text)
            found.append((time.perf_counter() - began) * 1e3)

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(callers)))
    return found, requests / (time.perf_counter() - began)


async def measure(repository: Path, address: str, requests: int, callers: Sequence[int]) -> dict[str, float]:
    network = clinical_ner.NETWORK
    folder = repository / network.name / str(network.version)
    tokenizer = TextTokenizer.from_file(folder / "tokenizer.json")
    infer = local_infer(repository)

    async def in_process(text: str) -> object:
        return await entities(infer, tokenizer, [text])

    figures: dict[str, float] = {}
    async with AsyncClinicalTextClient.connect(address) as client:
        for call in (in_process, client.entities):
            await latencies_ms(call, 1, 50)
        for name, call, at_once in (("in_process", in_process, 1), *(("served", client.entities, n) for n in callers)):
            found, rate = await latencies_ms(call, at_once, requests)
            for percentile in (50, 99):
                figures[f"{name}_{at_once}_p{percentile}_ms"] = float(np.percentile(found, percentile))
            figures[f"{name}_{at_once}_per_s"] = rate
    return figures


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.clinical_text", description=__doc__)
    parser.add_argument("--requests", type=int, default=600, help="of each kind (default: %(default)s)")
    parser.add_argument("--repository", type=Path, default=_ROOT / "model_repository", help="built models")
    parser.add_argument("--out", type=Path, default=_ROOT / "benchmarks/results/clinical_text.json")
    options = parser.parse_args(arguments)
    callers = (1, 4, 16)
    load = os.getloadavg()[0]
    with TritonServer(options.repository, "cpu", models=[clinical_ner.MODEL.name, clinical_ner.NETWORK.name]) as server:
        figures = asyncio.run(measure(options.repository, server.grpc_address, options.requests, callers))
    ratios = {
        f"rate_served_{n}_to_in_process": figures[f"served_{n}_per_s"] / figures["in_process_1_per_s"] for n in callers
    }
    ratios["p50_served_1_to_in_process"] = figures["served_1_p50_ms"] / figures["in_process_1_p50_ms"]
    table = Table("", "callers", "p50 ms", "p99 ms", "texts/s", "rate, to in process")
    for name, at_once in (("in_process", 1), *(("served", n) for n in callers)):
        key = f"{name}_{at_once}"
        rate = figures[f"{key}_per_s"]
        cells = (f"{figures[f'{key}_p50_ms']:.1f}", f"{figures[f'{key}_p99_ms']:.1f}", f"{rate:.0f}")
        table.add_row(name.replace("_", " "), str(at_once), *cells, f"{rate / figures['in_process_1_per_s']:.2f}")
    console = Console()
    console.print(table)
    console.print(f"Bias: {BIAS}", soft_wrap=True)
    report = {
        "name": "clinical_text",
        "command": "make bench-text",
        "bias": BIAS,
        "machine": {"cores": os.cpu_count(), "load_before": load},
        "versions": {name: version(name) for name in ("onnxruntime", "nvidia-pytriton", "numpy")},
        "ratios": ratios,
        "figures": figures,
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    console.print(f"written to {options.out}")


if __name__ == "__main__":
    main()
