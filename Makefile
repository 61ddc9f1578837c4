# The two commands are `make run` and `make test`; `make help` lists the rest. What a person runs here, CI runs too.
.DEFAULT_GOAL := help
BIN := .venv/bin
CODE := integration_hub foundation catalog customers sandbox
ARGS ?=
WORKERS ?= 2

# Checks look at the code alone: a database of their own, and the settings as a production server has them.
CHECK_ENVIRONMENT := DATABASE_URL= HUB_DATA_DIR="$(CURDIR)/.hub/check" HUB_HTTPS=1
TYPES_ENVIRONMENT := DATABASE_URL=postgresql://types HUB_SECRET_KEY=types HUB_FIELD_KEYS=types
MANAGE := $(CHECK_ENVIRONMENT) $(BIN)/python manage.py

.PHONY: help run test check lint types arrows deploy templates format coverage bench soak lock

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: ## Start the hub on this machine (PORT, HUB_DATA_DIR, HUB_DEMO=0); Ctrl-C stops it
	@./scripts/venv run && exec $(BIN)/python -m integration_hub.launch

test: ## Run every test (ARGS="-k customer" for some)
	@./scripts/venv test
	@$(BIN)/python -m tests.chromium
	@exec $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

check: lint types arrows deploy templates ## Everything that needs no running hub: style, types, arrows, settings, migrations

lint:
	@./scripts/venv test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/bandit --quiet --configfile pyproject.toml --severity-level medium --recursive $(CODE)

types:
	@./scripts/venv test
	$(TYPES_ENVIRONMENT) $(BIN)/mypy $(CODE)

arrows:
	@./scripts/venv test
	$(BIN)/lint-imports --no-cache

deploy:
	@./scripts/venv test
	$(MANAGE) check --deploy --fail-level WARNING
	$(MANAGE) makemigrations --check --dry-run
	$(MANAGE) lintmigrations --settings tests.settings_migration_linter --project-root-path . --no-cache --unapplied-migrations --ignore-initial-migrations --warnings-as-errors --quiet ok ignore

templates:
	@./scripts/venv test
	$(BIN)/djlint --lint --quiet .

format: ## Bring the code into shape
	@./scripts/venv test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

coverage: ## Run every test and say which lines none of them reaches
	@./scripts/venv test
	@exec $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --cov --cov-report=term-missing:skip-covered $(ARGS)

bench: ## Measure against the goals of docs/performance.md (ARGS="ledger" for some)
	@./scripts/venv test
	@exec $(BIN)/python -m benchmarks $(ARGS)

soak: ## The long runs: kills and faults by the hundred
	@./scripts/venv test
	@exec $(BIN)/python -m pytest -m soak -n $(WORKERS) --dist loadgroup $(ARGS)

lock: ## Pin what requirements*.in ask for, with hashes
	@./scripts/venv test
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes requirements-dev.in -o requirements-dev.txt
