# The two commands: make run, make test. Everything else serves them.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.PHONY: run test lock

.venv/ready: requirements.txt requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q -r requirements.txt -r requirements-dev.txt
	touch $@

test: .venv/ready
	$(BIN)/python -m pytest -n 2 $(ARGS)

lock: .venv/ready
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes requirements-dev.in -o requirements-dev.txt
