# Two commands set everything up on a fresh machine: `make demo`, then `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := PIP_CONSTRAINT=constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet --constraint constraints.txt

.PHONY: help demo test fuzz coverage mutants lint bench sample machine clean

help:
	@echo "make demo    install, then train, evaluate and predict on the sample data"
	@echo "make test    the tests"
	@echo "make fuzz    the long random tests: changed model files, kills, odd CSV files: about half an hour"
	@echo "make coverage  which lines of reading, model file and command line the tests run: about ten minutes"
	@echo "make mutants   whether the tests notice chosen wrong lines there: about ten minutes"
	@echo "make lint    ruff and mypy --strict"
	@echo "make bench   speed and memory against the bare libraries: about an hour"
	@echo "make sample  make the files in data/ anew"

# A fresh Debian or Ubuntu has Python without venv, and no OpenMP library, which LightGBM needs.
machine:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: sudo apt-get install python3 python3-venv libgomp1"; exit 1; }
	@missing=""; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || missing="$$missing python3-venv"; \
	test "$$(uname -s)" != Linux || $(PYTHON) -c 'import ctypes; ctypes.CDLL("libgomp.so.1")' 2>/dev/null || missing="$$missing libgomp1"; \
	test -z "$$missing" || { echo "This machine lacks$$missing. Install it with:"; echo "    sudo apt-get install$$missing"; exit 1; }

$(VENV)/.made: | machine
	$(PYTHON) -m venv $(VENV)
	@touch $@

# An editable project is not compiled by pip; bytecode takes two thirds off the start-up.
$(VENV)/.installed: $(VENV)/.made pyproject.toml constraints.txt
	$(PIP) --editable .
	@$(BIN)/python -m compileall -q creditrisk
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(PIP) --editable ".[dev]"
	@touch $@

demo: $(VENV)/.installed
	@mkdir -p demo
	@echo; echo "== creditrisk train data/train.csv --target isDefault --id id --output demo/model.crm"
	@$(BIN)/creditrisk train data/train.csv --target isDefault --id id --output demo/model.crm --force | tee demo/training.txt
	@echo; echo "== creditrisk evaluate demo/model.crm data/test.csv --report demo/report.html"
	@$(BIN)/creditrisk evaluate demo/model.crm data/test.csv --report demo/report.html | tee demo/evaluation.txt
	@$(BIN)/creditrisk evaluate demo/model.crm data/test.csv --json > demo/evaluation.json
	@echo; echo "== creditrisk predict demo/model.crm data/unlabelled.csv --output demo/scores.csv"
	@$(BIN)/creditrisk predict demo/model.crm data/unlabelled.csv --output demo/scores.csv
	@head -n 4 demo/scores.csv
	@echo; echo "Made in demo/:"
	@echo "  model.crm         the model: numbers and text in a zip, nothing that runs"
	@echo "  training.txt      the report of the training, on loans held out from it"
	@echo "  report.html       the report on data/test.csv: open this one in a browser"
	@echo "  evaluation.txt    the same as text"
	@echo "  evaluation.json   the same for programs"
	@echo "  scores.csv        id, PD, score and grade of every loan of data/unlabelled.csv"

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n auto --dist loadfile

fuzz: $(VENV)/.installed-dev
	CREDITRISK_FUZZ=1 $(BIN)/python -m pytest -m fuzz -n auto
	CREDITRISK_FUZZ=1 $(BIN)/python -m pytest tests/data/test_reading_properties.py -n auto

# Left out: the one test that no TOML is read, since what measures reads TOML itself.
coverage: $(VENV)/.installed-dev
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n 0 tests/data tests/cli tests/process tests/test_*.py tests/models/test_model_*.py \
		tests/models/test_hostile_files.py tests/models/test_hostile_manifests.py \
		--deselect tests/cli/test_config.py::test_a_config_error_loads_nothing_heavy_and_no_toml_is_read_without_a_config
	$(BIN)/coverage combine --quiet
	@for part in 'creditrisk/data/*' 'creditrisk/models/model_*.py' 'creditrisk/cli/*'; do \
		$(BIN)/coverage report --include="$$part" --fail-under=95; done

mutants: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/mutations.py

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/speed.py

# Other seeds, other loans; the population is the same.
sample: $(VENV)/.installed
	$(BIN)/creditrisk sample --rows 6000 --seed 9 --output data/train.csv
	$(BIN)/creditrisk sample --rows 3000 --seed 2 --first-id 6000 --output data/test.csv
	$(BIN)/creditrisk sample --rows 2000 --seed 3 --first-id 9000 --no-target --output data/unlabelled.csv

clean:
	rm -rf $(VENV) demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
