# Every target first makes .venv hold what it needs; nothing is installed outside of it.
PYTHON ?= python3
TORCH ?= torch==2.13.0
VENV := .venv
BIN := $(VENV)/bin
SOURCES := $(shell find theory proofs_numeric lejepa_impl -name '*.py')

.PHONY: verify test lint docs bench clean

verify: $(VENV)/.core
	$(BIN)/lejepa-companion verify

test: $(VENV)/.test
	$(BIN)/pytest -n auto

lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.docs reports/verify.json
	rm -rf docs/reference # pages of modules that may be gone
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html

bench: $(VENV)/.core
	$(BIN)/python -m benchmarks

# The pages of the claims show the evidence of a run, so a run not older than the code is needed.
reports/verify.json: $(SOURCES) | $(VENV)/.core
	$(BIN)/lejepa-companion verify

# A Python without ensurepip (Debian's, where python3-venv is missing) still has pip to fill the venv.
$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV) || { $(PYTHON) -m venv --without-pip $(VENV) && \
	  $(PYTHON) -m pip --python $(VENV)/bin/python install pip; }

# torch comes first and pinned: a bare requirement may pull another, far larger, build of it.
$(VENV)/.core: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install $(TORCH)
	$(BIN)/python -m pip install --editable .
	touch $@

$(VENV)/.lint $(VENV)/.test $(VENV)/.docs: $(VENV)/.%: pyproject.toml $(VENV)/.core
	$(BIN)/python -m pip install --editable '.[$*]'
	touch $@

clean:
	rm -rf $(VENV) build dist docs/_build docs/claims docs/errata.md docs/figures docs/lean_audit.md docs/reference reports
