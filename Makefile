# Crossdock: every command a contributor needs. `make help` lists them.

PYTHON  ?= python3
VENV    ?= .venv
BIN      = $(VENV)/bin
RUNTIME  = $(VENV)/.runtime
DEV      = $(VENV)/.dev
VENDOR   = src/crossdock/tower/static/vendor
ASSETS   = src/crossdock/tower/assets
NPM     ?= npm
CHECKED  = src tests $(wildcard docs/*.py) $(wildcard benchmarks)
CODE     = src docs/generate.py

# Where compiled modules are not kept, every worker and every process of the tests compiles all of them anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: brokers record help venv dev demo test slow lint format check docs reference bench assets browser pictures shots chaos golden odoo flows clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  \033[1m%-9s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: $(RUNTIME) ## Create .venv with what Crossdock needs to run (Python 3.11 or later)

dev: $(DEV) ## The same with the tools of the checks

demo: $(RUNTIME) ## Run the story of 20 orders on loopback; KEEP=1 leaves it running with its page open
	$(BIN)/crossdock demo $(if $(KEEP),--keep)

test: $(DEV) ## Run the tests, one process a core: minutes (those that need something absent say so and skip)
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not slow" $(PYTEST)

slow: $(DEV) ## Run what `make test` leaves out: more seeds and examples, bugs put into the engine, killed servers
	$(BIN)/python -m pytest -n auto --dist worksteal -m "slow or hypothesis" --hypothesis-profile thorough $(PYTEST)

lint: $(DEV) ## Format, lint, types, import contracts, shape of the house; what pre-commit runs
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	$(BIN)/crossdock lint workflows
	$(BIN)/crossdock contracts lint
	$(BIN)/python -m pytest tests/architecture

format: $(DEV) ## Put the code into the house's format and fix what can be fixed
	$(BIN)/ruff format $(CHECKED)
	$(BIN)/ruff check --fix $(CHECKED)

check: lint test docs ## What must be green before merging; CI adds `make slow` and `make browser`

docs: $(DEV) ## Check that docs/reference agrees with the code, and build the site
	$(BIN)/python docs/generate.py --check
	$(BIN)/mkdocs build --strict --quiet

reference: $(DEV) ## Write docs/reference anew from the code
	$(BIN)/python docs/generate.py

bench: $(DEV) ## Measure intake, end to end and delivery on this machine
	$(BIN)/python -m benchmarks.local $(BENCH)

assets: $(DEV) $(VENDOR)/.stamp ## Bring the page's third-party files in from package-lock.json, integrity checked

browser: $(DEV) assets ## Every page in headless Chromium: both themes, phone to desk, zoom, axe, keyboard, without scripts
	CROSSDOCK_BROWSER=1 $(BIN)/python -m pytest tests/browser -rs $(PYTEST)
	$(BIN)/python docs/picturing.py --check

pictures: $(DEV) assets ## Take the pictures of the documentation anew, of the running demo
	$(BIN)/python docs/picturing.py

shots: $(DEV) assets ## Pictures of every screen, light and dark, desk and phone, into SHOTS (shots/)
	$(BIN)/python -m tests.browser.shots $(or $(SHOTS),shots)

chaos: $(DEV) ## 1,000 seeds of every simulation, five peak days and crashes in process, then real SIGKILLs under the demo's load, five times
	$(BIN)/crossdock chaos --seeds 1000 --scenario all
	$(BIN)/crossdock chaos stories --seeds 100
	CROSSDOCK_SEEDS=1000 $(BIN)/python -m pytest tests/crash --deselect tests/crash/test_simulation.py::test_every_promise_holds_under_every_seed $(PYTEST)
	CROSSDOCK_SEEDS=1000 $(BIN)/python -m pytest tests/connectors tests/devkit -k "leave_one_label or leaves_no_label" --durations=0 $(PYTEST)
	CROSSDOCK_SEEDS=1000 $(BIN)/python -m pytest tests/processes/test_every_stage.py $(PYTEST)
	CROSSDOCK_KILLS=3 $(BIN)/python -m pytest tests/kills -rs --durations=0 $(PYTEST)
	for turn in 1 2 3 4 5; do $(BIN)/crossdock demo || exit 1; done

brokers: $(DEV) ## Bridges against real NATS, RabbitMQ, Kafka and MQTT brokers that are killed under load (those installed)
	CROSSDOCK_BROKERS=1 $(BIN)/python -m pytest tests/bridges -rs $(PYTEST)

golden: $(DEV) ## Compare translations with golden events, then 100,000 mutated messages (needs CROSSDOCK_SAMPLES)
	$(BIN)/crossdock golden $(CROSSDOCK_SAMPLES)/carriers --known tests/golden/known.tsv --least 0.98
	CROSSDOCK_MUTATIONS=100000 $(BIN)/python -m pytest tests/connectors/test_mutations.py -rs $(PYTEST)

odoo: $(DEV) ## Run tests/odoo against the real Odoo named by CROSSDOCK_ODOO_URL, _DB, _LOGIN and _KEY
	$(BIN)/python -m pytest tests/odoo -rs $(PYTEST)

flows: $(DEV) ## Drive sales, returns and purchases through a real Odoo from a configuration, against books kept apart (FOLDER=..., FLOWS="--kills 5")
	$(BIN)/python -m benchmarks.endpoint.flows --folder $(FOLDER) $(FLOWS)

record: $(DEV) ## Record flows of that real Odoo anew for the simulator's tests (FLOW="sale-in-parts ...": only these)
	$(BIN)/python -m tests.odoo.record $(FLOW)

clean: ## Remove what these commands made (the environment too)
	rm -rf $(VENV) site dist .crossdock-demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests docs -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Crossdock needs Python 3.11 or later; $(PYTHON) is older. Try: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

$(RUNTIME): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Crossdock into $(VENV) ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(DEV): $(RUNTIME)
	@echo "Adding the tools of the checks ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

$(VENDOR)/.stamp: $(ASSETS)/package-lock.json $(ASSETS)/copy.mjs | $(DEV)
	cd $(ASSETS) && PATH="$$PATH:$(CURDIR)/$(BIN)" $(NPM) ci --ignore-scripts --no-audit --no-fund && \
	  PATH="$$PATH:$(CURDIR)/$(BIN)" $(NPM) run copy
	@touch $@
