# Every verb works in a fresh clone: the first one used makes .venv and installs the pinned requirements into it.

VENV ?= .venv
ifeq ($(OS),Windows_NT)
PYTHON ?= python
BIN := $(VENV)/Scripts
else
PYTHON ?= python3
BIN := $(VENV)/bin
endif
PY := $(BIN)/python
INSTALLED := $(VENV)/installed.stamp
SETS := $(sort $(notdir $(patsubst %/,%,$(wildcard solutions/*/))))
EXTRAS := keras,book,grading,hub,pretrained,test

# TensorFlow would print its start-up notes into the pages; pages and tests must not depend on the number of cores.
export TF_CPP_MIN_LOG_LEVEL := 2
export TF_ENABLE_ONEDNN_OPTS := 0
export PYTHONUTF8 := 1
# Threads that wait without spinning: on a busy machine, spinning ones cost each other most of their time.
export OMP_WAIT_POLICY := PASSIVE

.DEFAULT_GOAL := help
.PHONY: help install book test lab lint format bench parity grade hub release exercises widgets lock screenshot clean

help: ## list the verbs
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[$(EXTRAS)]"
	@# An oracle of tests, in a folder of its own: beside a CPU build of torch its import fails, and with it that of torchmetrics.
	$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --no-deps --target $(VENV)/oracle torchvision
	$(PY) -c "import pathlib; pathlib.Path('$(INSTALLED)').touch()"

install: $(INSTALLED) ## create .venv with the pinned requirements

book: $(INSTALLED) ## build the book into _build/html
	@$(PY) book/_ext/build.py

test: export OMP_NUM_THREADS := 1
test: book ## build the book, then run every test
	@$(PY) -m pytest -n auto --junitxml _build/test-report.xml
	@echo "All tests passed; the report is _build/test-report.xml"

lab: $(INSTALLED) ## open JupyterLab on the exercises and pages
	$(BIN)/jupyter lab

lint: $(INSTALLED) ## check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@echo "No lint findings."

format: $(INSTALLED) ## apply the format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: book ## measure sizes and times; writes the tables in benchmarks/README.md
	@$(PY) benchmarks/run.py
	@$(PY) benchmarks/training.py

parity: $(INSTALLED) ## compare every model with an oracle, stage by stage; writes benchmarks/parity.md
	@# The only oracle of EfficientNet-Lite0; beside the environment, so that nothing else finds it.
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --constraint constraints.txt --target _build/timm timm
	@$(PY) benchmarks/parity.py --timm _build/timm

grade: $(INSTALLED) ## release problem set 2, grade two sample submissions, write feedback, print the marks
	@$(PY) -m course_lib.cli grade ps02-convolution

hub: ## start a local JupyterHub with the course (comes with a later version)
	@echo "make hub: this version has no hub set-up yet; use make lab for JupyterLab on this machine" >&2; exit 2

release: book ## write the public tree, both bundles and the site into _build/release
	@$(PY) book/_ext/release.py

exercises: $(INSTALLED) ## regenerate the student versions in exercises/ from solutions/
	@$(foreach set,$(SETS),$(PY) -m course_lib.cli release $(set) &&) echo "Commit what has changed in exercises/."

widgets: ## rebuild the demos' bundles (needs Node.js 20 or newer)
	cd course_lib/widgets/src && npm ci --no-audit --no-fund && npm run build

lock: $(INSTALLED) ## rewrite constraints.txt from .venv, and environment.yml from it and pyproject.toml
	@$(PY) .ci/lock.py --freeze

screenshot: book ## redraw the README's picture (needs Chromium)
	@$(PY) docs/screenshot.py

clean: ## remove what was built, but not .venv
	$(PY) -c "import shutil; shutil.rmtree('_build', ignore_errors=True)"
