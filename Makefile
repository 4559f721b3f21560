# `make` alone lists the targets. Everything runs from .venv, which is made from uv.lock. Modules are compiled
# while installing: where Python may not write its cache, every program would compile them again.
PYTHON ?= python3
UV_VERSION := 0.13.8
VENV := .venv
BIN := $(VENV)/bin
UV_STAMP := $(VENV)/.uv-$(UV_VERSION)
DEMO_STAMP := $(VENV)/.synced-demo
TEST_STAMP := $(VENV)/.synced-test
TEST_PACKAGES := chromium redis-server postgresql espeak-ng ffmpeg poppler-utils libgl1 libegl1 libgles2
TORCH := torch==2.13.0
DEMO_ARGS ?=
PYTEST_ARGS ?=
# More than two cores: many tests wait until a clip has played or a server is up.
TEST_PROCESSES ?= 3
COVERAGE_ARGS ?=

export UV_PROJECT_ENVIRONMENT := $(CURDIR)/$(VENV)
export UV_PYTHON_DOWNLOADS := never
export PYTHON
unexport VIRTUAL_ENV
# Hundreds of programs start in the tests: without a cache each compiles our own modules again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo torch test test-all check format bench bench-coverage packages lint types contracts migrations torch-at-hand

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

demo: $(DEMO_STAMP) ## the whole path on the demo study, then serve it at http://127.0.0.1:8000 (DEMO_ARGS=--once: and exit)
	@$(BIN)/python -m mos_platform demo $(DEMO_ARGS)

torch: $(TEST_STAMP) ## PyTorch for the metrics by networks: not locked, since its builds differ by machine
	@$(PYTHON) -m pip --python $(BIN)/python install --quiet "$(TORCH)"

test: check packages torch-at-hand ## everything that has to pass
	$(BIN)/pytest -n $(TEST_PROCESSES) --dist loadscope -m "not all" $(PYTEST_ARGS)

test-all: check packages torch-at-hand ## the tests and the exhaustive walks
	$(BIN)/pytest -n $(TEST_PROCESSES) --dist loadscope --hypothesis-profile searching $(PYTEST_ARGS)

check: lint types contracts migrations ## lint, types, import contracts and migrations only

format: $(TEST_STAMP) ## rewrite the code in the one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(TEST_STAMP) ## measure what has a speed target
	@set -e; for script in tests/benchmarks/bench_*.py; do $(BIN)/python "$$script"; done

bench-coverage: $(TEST_STAMP) ## coverage of all intervals by simulation, beside the naive ones (COVERAGE_ARGS="--write FILE")
	@$(BIN)/python tests/benchmarks/coverage $(COVERAGE_ARGS)

lint: $(TEST_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(TEST_STAMP)
	$(BIN)/mypy

contracts: $(TEST_STAMP)
	$(BIN)/lint-imports --no-logo

migrations: $(TEST_STAMP)
	$(BIN)/python -m mos_platform makemigrations --check --dry-run

torch-at-hand: $(TEST_STAMP)
	@deploy/torch_at_hand.sh $(BIN)/python "$(TORCH)"

packages:
	@deploy/system_packages.sh $(TEST_PACKAGES)

$(UV_STAMP):
	@deploy/make_venv.sh $(VENV) $(UV_VERSION)
	@touch $@

$(DEMO_STAMP): $(UV_STAMP) pyproject.toml uv.lock
	@echo "Installing the locked packages into $(VENV)"
	@$(BIN)/uv sync --locked --inexact --no-dev --extra platform --compile-bytecode
	@touch $@

$(TEST_STAMP): $(UV_STAMP) pyproject.toml uv.lock
	@echo "Installing the locked packages and development tools into $(VENV)"
	@$(BIN)/uv sync --locked --all-extras --compile-bytecode
	@touch $@
