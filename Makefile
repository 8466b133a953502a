# Every command of the template. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup demo bake adopt test test-all test-on-lambda bench lint format manifest lock
.SUFFIXES:

PYTHON ?= python3
BIN := .venv/bin
TEMPLATE := {{cookiecutter.project_slug}}
# uv installs, or pip where it cannot be had. The packages come in sets, by purpose: what measures and bakes is all that the
# demo needs, and what develops comes on top.
INSTALL = @$(PYTHON) -m artifact.environment
DEMO := demo/support-tickets
# A test goes to whichever worker is free. More than four would each make the same projects and servers.
PARALLEL := --numprocesses auto --maxprocesses 4 --dist worksteal
# A project's own lint leaves these folders out, so they are linted here through the links, by this repository's settings.
LINTED := . adapter artifact telemetry

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.installed .venv-sam/.installed ## Install everything (the others install what they need)

.venv/.demo: $(TEMPLATE)/requirements-measure.txt requirements-bake.txt
	$(INSTALL) .venv "$(TEMPLATE)/requirements-measure.txt" requirements-bake.txt
	@touch $@

.venv/.installed: $(TEMPLATE)/requirements-dev.txt requirements.txt
	$(INSTALL) .venv "$(TEMPLATE)/requirements-dev.txt" requirements.txt
	@touch $@ .venv/.demo

# In environments of their own: the SAM CLI, what benchmarks compare, and the libraries that are tried.
.venv-%/.installed: requirements-%.txt
	$(INSTALL) .venv-$* $<
	@touch $@

bake: .venv/.demo ## Generate a project from the committed template, with its default answers, in demo/
	@rm -rf demo/template && mkdir -p demo/template $(DEMO)
	@# Its environment is the template's: they hold the same packages.
	@find $(DEMO) -mindepth 1 -maxdepth 1 -exec rm -rf {} +
	@ln -s ../../.venv $(DEMO)/.venv
	@echo "Generating a project in $(DEMO)/ ..."
	@git archive HEAD | tar -x -C demo/template
	@$(BIN)/cookiecutter --no-input --overwrite-if-exists --output-dir demo demo/template
	@rm -rf demo/template
	@touch .venv/.measures

demo: bake ## Generate a project and measure its sample service in a local Lambda (QUICK=1: a smoke run, too small for a verdict)
	@$(MAKE) --no-print-directory -C $(DEMO) measure
	@echo
	@echo "The project, its records.jsonl, verdict.json and report.html are in $(DEMO)/"

adopt: ## Copy adapter/ and telemetry/ into a service of yours, or renew them there: INTO=../service (docs/adopt.md of a project)
	@$(PYTHON) -m artifact.adopt $(if $(INTO),--into "$(INTO)") $(FLAGS)

test: setup ## Run every fast test
	$(BIN)/python -m pytest $(PARALLEL) -m "not slow" --cov --cov-report=term

test-all: setup .venv-libraries/.installed ## Run every test
	$(BIN)/python -m pytest $(PARALLEL) --cov --cov-report=term

test-on-lambda: setup ## Deploy the sample to an AWS on loopback and measure it there, as on Lambda (a part of test-all)
	$(BIN)/python -m pytest tests/lambda_api/test_measured_twin.py

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

lock: .venv/.installed bake ## Renew the hash-pinned requirements (LOCK_FLAGS=--upgrade for newer versions)
	$(MAKE) --no-print-directory -C $(DEMO) lock VENV=../../.venv LOCK_FLAGS=$(LOCK_FLAGS)
	cp $(DEMO)/requirements*.txt "$(TEMPLATE)/"
	$(LOCK) --group dev -c "$(TEMPLATE)/requirements-dev.txt" -o requirements.txt
	$(LOCK) --group bake -c requirements.txt -c "$(TEMPLATE)/requirements-dev.txt" -o requirements-bake.txt
	$(LOCK) --group sam -o requirements-sam.txt
	$(LOCK) --group bench -c "$(TEMPLATE)/requirements-dev.txt" -o requirements-bench.txt
	$(LOCK) --group libraries -o requirements-libraries.txt
