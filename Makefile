# make plan   set up and propose catchments for all of Norway
# make test   set up and run every check
# Both can be repeated and interrupted: a step counts as done only when it has ended well.
# make test-lowest, make test-newest   the tests with the oldest and the newest packages that pyproject.toml allows

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: plan test test-lowest test-newest app chromium check types pages plans library format clean

plan: $(VENV)/.app
	$(BIN)/factgeo plan --area norge --out out/norge --overwrite

app: $(VENV)/.app
	$(BIN)/factgeo app

test: | $(VENV)/.created
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target $(VENV)/.test chromium
	$(MAKE) --no-print-directory check

chromium:
	sh tests/browser/install.sh

# All parts run side by side: one that waits for a browser leaves its core to the others. If one fails, so does the check.
check:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(MAKE) --no-print-directory --jobs=4 --output-sync=target pages plans library types

types:
	$(BIN)/mypy

# The tests in three parts that take about as long as each other; a new room belongs to the last until it is listed.
# What is computed once for all of Norway is computed once in each part that asks for it: keep docs, reach and report together.
PAGES := tests/browser tests/ui
PLANS := tests/cli tests/explore tests/hostile tests/planning

pages:
	$(BIN)/python -m pytest $(PAGES)

plans:
	$(BIN)/python -m pytest $(PLANS)

library:
	$(BIN)/python -m pytest $(addprefix --ignore=,$(PAGES) $(PLANS))

# What others' packages announce to each other is not ours to mend, so that these warnings are no errors here.
# The browser tests are left out: each Playwright drives a Chromium of its own.
OTHERS := -W default::DeprecationWarning -W default::PendingDeprecationWarning -W default::FutureWarning
TESTS ?= tests

test-lowest:
	$(call with-versions,$(VENV)-lowest,--resolution lowest-direct)

test-newest:
	$(call with-versions,$(VENV)-newest,--resolution highest --upgrade)

define with-versions
	$(PYTHON) -m venv --clear $(1)
	$(1)/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(1)/bin/uv pip install --quiet --python $(1)/bin/python $(2) -e ".[test]"
	$(1)/bin/python -m pytest $(TESTS) --ignore tests/browser -p no:cacheprovider $(OTHERS)
endef

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "factgeo needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.app: pyproject.toml constraints.txt | $(VENV)/.created
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[app,fast]"
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(VENV)/.created
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test]"
	@touch $@

clean:
	rm -rf $(VENV) $(VENV)-lowest $(VENV)-newest out artefacts .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
