# Everything a newcomer needs is `make run` and `make test`; `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.setup-done
SOURCES := .
# Some machines forbid Python to keep what it compiled; every process would then spend seconds on compiling everything anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run demo test chromium soak quality check format lock openapi readme clean audit sbom screenshots bench

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) ## make .venv with the pinned packages

$(STAMP): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with: make PYTHON=python3.11 setup"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python has no venv module. On Debian: apt-get install python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements-dev.lock
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --no-deps -e .
	@touch $@

run: setup ## set up, migrate, load the sample pool, match a real request, then serve
	@$(BIN)/expertdb prepare
	@$(BIN)/expertdb demo
	@exec $(BIN)/expertdb serve

demo: setup ## match the two requests of the README and print their shortlists
	@$(BIN)/expertdb prepare
	@$(BIN)/expertdb demo

# Both workers would else compile what ranks, at once and while lines are counted; installing a browser leaves a core free.
test: setup ## run every test (SQLite, PostgreSQL, browser; two workers), leaving the coverage for `make check`
	@$(BIN)/python -c 'from matching.kernels import choose; choose()' & $(BIN)/python -m tests.browser.chromium && wait
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --cov --cov-report=

chromium: setup ## install the browser of the browser tests when it is absent (root, apt-get)
	@$(BIN)/python -m tests.browser.chromium

soak: setup ## the long forms (some hours): imports, faults, load, fuzz, three years of a pool; PARTS="kills freshness together load fuzz contract" names some of the faults
	@EXAMPLES=1 $(BIN)/python -m pytest --every-engine -n 2 --dist loadfile --no-loadscope-reorder
	@$(BIN)/python -m benchmarks.imports
	@$(BIN)/python -m tests.faults.soak $(PARTS)
	@$(BIN)/python -m tests.life.soak

quality: setup ## print the figures of docs/quality.md
	@$(BIN)/python -m tests.quality.report

check: setup ## format, lint, types, import contracts, OpenAPI diff, coverage of the last `make test`
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/expertdb openapi --check docs/openapi.json
	@$(BIN)/expertdb access --check docs/access.md
	@test -f .coverage || { echo "No coverage data: run make test first"; exit 1; }
	@$(BIN)/coverage report

format: setup ## format the code and mend what ruff can mend
	@$(BIN)/ruff format $(SOURCES)
	@$(BIN)/ruff check --fix $(SOURCES)

openapi: setup ## write docs/openapi.json and docs/access.md anew from the code
	@$(BIN)/expertdb openapi --write docs/openapi.json
	@$(BIN)/expertdb access --write docs/access.md

screenshots: setup chromium ## take the pictures of docs/screenshots/ anew
	@$(BIN)/python -m tests.screenshots

readme: setup ## write the outputs that the READMEs show anew
	@$(BIN)/python -m tests.readme

audit: setup ## check the licences of all locked packages, the bill of materials, and known faults where they can be asked
	@$(BIN)/python -m tests.supply

sbom: setup ## write docs/sbom.json (CycloneDX) anew from the lock file
	@$(BIN)/python -m tests.supply --write

bench: setup ## measure the index against other engines, its growth and the service; BENCH="engines --experts 10000"
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements-bench.lock
	@$(BIN)/python -m benchmarks $(or $(BENCH),engines --experts 10000)

lock: ## pin the dependencies anew (hashes, no addresses)
	@$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-annotate -q pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-annotate -q pyproject.toml --group dev -o requirements-dev.lock
	@$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-annotate -q pyproject.toml --group bench -c requirements-dev.lock -o requirements-bench.lock

clean: ## remove the environment and caches; instance/ (your data) stays
	rm -rf $(VENV) .coverage .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build *.egg-info
