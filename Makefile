# One word per habit; CI calls the same words. `make help` lists them.
SHELL := /bin/bash
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
DOCS ?= examples/documents
OUT ?= out
# Data sets that some tests and all training read (docs/data.md); tests that need them skip where there are none.
MEDINFER_DATA ?= $(abspath $(firstword $(wildcard data ../shared/data)))
export MEDINFER_DATA

.DEFAULT_GOAL := help
.PHONY: bench-ocr bench-text help setup export render demo up down status test lint format clean

help: ## list the words
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.installed: pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "needs $(PYTHON); set PYTHON=/path/to/python3.11"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --disable-pip-version-check -c constraints.txt -e '.[serve,router,export,loadtest,dev]'
	@touch $@

setup: $(VENV)/.installed ## make the virtual environment with everything in it

render: setup ## write every config.pbtxt from the contract
	$(BIN)/python -m export render

export: setup ## build and verify every model; skips what is up to date
	$(BIN)/python -m export build

demo: export ## read the examples (or DOCS=folder) through SQS, router and Triton into OUT=folder
	$(BIN)/medinfer demo $(DOCS) --out $(OUT)

up: export ## start queue, store, Triton, router and worker; they stay up
	$(BIN)/medinfer up

down: ## stop everything that `make up` started
	$(BIN)/medinfer down

status: ## what is running
	$(BIN)/medinfer status

lint: setup ## format check, ruff, mypy, import direction
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: export lint ## lint, then all tests, integration tests included
	$(BIN)/pytest

bench-ocr: export ## RapidOCR and our OCR on the same pages (or DOCS=folder): agreement and time
	$(BIN)/python -m benchmarks.ocr --documents $(DOCS)

bench-text: export ## clinical_ner over gRPC against the same work in process: latency and rate
	$(BIN)/python -m benchmarks.clinical_text

clean: ## remove what was built (not the virtual environment)
	rm -rf .build out model_repository/*/[0-9]*/model.onnx
