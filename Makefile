# Every command of the template. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup demo bake test test-all bench lint format manifest lock
.SUFFIXES:

PYTHON ?= python3
BIN := .venv/bin
TEMPLATE := {{cookiecutter.project_slug}}
INSTALL = pip install --quiet --disable-pip-version-check --require-hashes --no-deps
DEMO := demo/support-tickets
# A test goes to whichever worker is free. More than four would each make the same projects and servers.
PARALLEL := --numprocesses auto --maxprocesses 4 --dist worksteal
# A project's own lint leaves these folders out, so they are linted here through the links, by this repository's settings.
LINTED := . adapter artifact telemetry

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.installed .venv-sam/.installed ## Install everything (the others do it when needed)

.venv/.installed: requirements.txt $(TEMPLATE)/requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.13 ...")'
	@echo "Installing into .venv: a minute or two ..."
	@$(PYTHON) -m venv .venv
	@# Two commands: both locks hold some of the same packages, in the same versions.
	@$(BIN)/$(INSTALL) -r "$(TEMPLATE)/requirements-dev.txt"
	@$(BIN)/$(INSTALL) -r requirements.txt
	@touch $@

.venv-sam/.installed: requirements-sam.txt
	@echo "Installing the SAM CLI into .venv-sam: a minute ..."
	@$(PYTHON) -m venv .venv-sam
	@.venv-sam/bin/$(INSTALL) -r requirements-sam.txt
	@touch $@

.venv-bench/.installed: requirements-bench.txt
	@echo "Installing what is compared into .venv-bench: a minute ..."
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/$(INSTALL) -r requirements-bench.txt
	@touch $@

.venv-libraries/.installed: requirements-libraries.txt
	@echo "Installing the libraries that are tried into .venv-libraries: a minute ..."
	@$(PYTHON) -m venv .venv-libraries
	@.venv-libraries/bin/$(INSTALL) -r requirements-libraries.txt
	@touch $@

bake: .venv/.installed ## Generate a project from the committed template, with its default answers, in demo/
	@rm -rf demo/template && mkdir -p demo/template $(DEMO)
	@# All but its environment: a second demo need not install again.
	@find $(DEMO) -mindepth 1 -maxdepth 1 ! -name .venv -exec rm -rf {} +
	@git archive HEAD | tar -x -C demo/template
	@$(BIN)/cookiecutter --no-input --overwrite-if-exists --output-dir demo demo/template
	@rm -rf demo/template

demo: bake ## Generate a project and measure its sample service in a local Lambda (QUICK=1: a smoke run, too small for a verdict)
	@echo "Measuring the new project; it has an environment of its own."
	@$(MAKE) --no-print-directory -C $(DEMO) measure
	@echo
	@echo "The project, its records.jsonl, verdict.json and report.html are in $(DEMO)/"

test: setup ## Run every fast test
	$(BIN)/python -m pytest $(PARALLEL) -m "not slow" --cov --cov-report=term

test-all: setup .venv-libraries/.installed ## Run every test
	$(BIN)/python -m pytest $(PARALLEL) --cov --cov-report=term

bench: .venv/.installed .venv-bench/.installed ## Measure what adapter and telemetry cost, into bench/evidence/
	$(BIN)/python -m bench --document

lint: setup ## Check style, types and workflows
	$(BIN)/ruff check $(LINTED)
	$(BIN)/ruff format --check $(LINTED)
	$(BIN)/mypy
	$(BIN)/zizmor --offline --strict-collection --no-progress --quiet . "$(TEMPLATE)"

format: setup ## Mend the style, and renew the manifest
	$(BIN)/ruff check --fix $(LINTED)
	$(BIN)/ruff format $(LINTED)
	@$(MAKE) --no-print-directory manifest

manifest: ## Renew upstream.sha256, the hashes of adapter/, artifact/ and telemetry/
	@$(PYTHON) -c 'from artifact.upstream import PROJECT, Manifest; Manifest.of_files(PROJECT).write(PROJECT)'

LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate $(LOCK_FLAGS)

lock: bake ## Renew the hash-pinned requirements (LOCK_FLAGS=--upgrade for newer versions)
	$(MAKE) --no-print-directory -C $(DEMO) lock VENV=../../.venv LOCK_FLAGS=$(LOCK_FLAGS)
	cp $(DEMO)/requirements*.txt "$(TEMPLATE)/"
	$(LOCK) --group dev -c "$(TEMPLATE)/requirements-dev.txt" -o requirements.txt
	$(LOCK) --group sam -o requirements-sam.txt
	$(LOCK) --group bench -c "$(TEMPLATE)/requirements-dev.txt" -o requirements-bench.txt
	$(LOCK) --group libraries -o requirements-libraries.txt
