# People and CI call the same commands. Each sets up what it needs, checked against hashes.
#
#   make demo ARGS="--help"            hand options to the command behind a target
#   make test ARGS="tests/sinks -k mqtt"

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

ARGS ?=
BIN := .venv/bin
QUICK := "not torch and not gpu and not nlp and not slow"
PYTEST := $(BIN)/python -m pytest --durations=10 -rs

.PHONY: help
help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: demo
demo: run-setup ## watch the built-in scene: detector, broker and reasoning inside, no camera needed
	@$(BIN)/lookout demo $(ARGS)

.PHONY: check
check: test-setup ## lint, format, types, import contracts, the house's own rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -m "not slow" tests/house

.PHONY: fix
fix: test-setup ## let ruff repair what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: test
test: test-setup ## everything that needs neither PyTorch, spaCy nor hours
	$(if $(ARGS),$(PYTEST) -m $(QUICK) $(ARGS),$(BIN)/python tests/side_by_side.py $(QUICK))

.PHONY: test-slow
test-slow: test-setup ## full-length runs: leaks, outages, soak
	$(PYTEST) -m "slow and not torch and not gpu and not nlp" $(ARGS)

.PHONY: test-torch
test-torch: torch-setup ## what needs PyTorch or spaCy, in an environment of its own (7 GB)
	.venv-torch/bin/python -m pytest --durations=10 -rs -m "torch or gpu or nlp" $(ARGS)

.PHONY: test-home-assistant
test-home-assistant: test-setup ## our entities and automations in a real Home Assistant (PYTHON=python3.13)
	@deploy/setup.sh home-assistant
	$(PYTEST) tests/flow/test_home_assistant.py $(ARGS)

.PHONY: test-node-red
test-node-red: test-setup ## the flow of our guide in a real Node-RED (needs npm)
	npm ci --prefix tests/rig/node-red --no-audit --no-fund --ignore-scripts
	$(PYTEST) tests/deploy/test_node_red.py $(ARGS)

.PHONY: llama-server
llama-server: test-setup ## build the server that some tests of models want (13 minutes)
	@deploy/llama-server.sh $(ARGS)

.PHONY: bench
bench: test-setup ## measure, print a table, keep the numbers in benchmarks/results
	@$(BIN)/python -m benchmarks $(ARGS)

.PHONY: docs
docs: test-setup ## render the pages that follow from the code
	@$(BIN)/python docs/ref/render.py
	@$(BIN)/python docs/ref/tree.py
	@$(BIN)/python docs/ref/faults.py

.PHONY: lock
lock: test-setup ## resolve and hash the dependencies anew (ARGS=--upgrade for newer versions)
	@$(BIN)/python requirements/lock.py $(ARGS)

.PHONY: clean
clean: ## remove caches and build results (environments stay)
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .demo dist
	find . -name __pycache__ -type d -not -path './.venv*' -prune -exec rm -rf {} +

.PHONY: run-setup test-setup torch-setup
run-setup:
	@deploy/setup.sh run
test-setup:
	@deploy/setup.sh test
torch-setup:
	@deploy/setup.sh torch
