# What a newcomer types. Needs Python >= 3.11, and nothing else.
PYTHON ?= python3
VENV := .venv
CLIENT := .venv-client
BIN := $(VENV)/bin
SOURCES := api workers moderation

.PHONY: help install up test test-wordpress lint docs bench pictures chaos measure train lock format clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

install: $(VENV)/.installed  ## make .venv from the hashed lock

up: install  ## start everything on this machine; Ctrl-C stops it. ARGS='--port 9000' and the like
	@$(BIN)/python -m compileall -q $(SOURCES)
	@exec $(BIN)/greenroom up $(ARGS)

test: $(VENV)/.installed-dev $(CLIENT)/.installed  ## everything that must be true. ARGS='-k word' for less
	@$(BIN)/python -m tests.browser
	$(BIN)/pytest $(ARGS)

WORDPRESS = wordpress mariadb-server php-cli php-mysql php-curl php-xml

test-wordpress: $(VENV)/.installed-dev  ## the whole circle with Debian's WordPress (as root); WORDPRESS_SOURCE=folder: another one, unpacked
	apt-get install --yes --no-install-recommends $(WORDPRESS)
	$(BIN)/pytest -n 0 tests/wordpress

lint: $(VENV)/.installed-dev  ## formatting, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/pyright

docs: $(VENV)/.installed-dev  ## these pages as a site in build/docs that a browser opens from disk
	$(BIN)/python -m tests.reference
	$(BIN)/sphinx-build -q -W -b html docs build/docs
	@echo "build/docs/index.html"

bench: $(VENV)/.installed-dev  ## measure everything, beside others, in one run; QUICK=1 in six minutes; writes docs/performance.md
	@$(BIN)/python -m tests.browser
	$(BIN)/python -m tests.bench $(if $(QUICK),--quick)

pictures: $(VENV)/.installed-dev  ## every page of the desk, light and dark, into docs/desk/
	@$(BIN)/python -m tests.browser
	$(BIN)/python -m tests.pictures

SEEDS ?= 20
SECONDS ?= 120

chaos: $(VENV)/.installed-dev  ## the long proof: SEEDS=20 runs of SECONDS=120 on each database; writes docs/reliability.md
	$(BIN)/python -m tests.faults.nights $(SEEDS) $(SECONDS)

measure: $(VENV)/.installed-dev  ## kills, frozen Redis, raid, overload: each figure by itself; writes docs/reliability.md
	$(BIN)/python -m tests.faults.measure

train: $(VENV)/.installed-dev  ## make every model anew. DATA=folder of labelled JSON Lines
	$(BIN)/python -m moderation.training $(DATA)

format: $(VENV)/.installed-dev  ## put the code in order
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(BIN)/uv  ## renew the locks from pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	  pyproject.toml --group build -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	  -c requirements.lock pyproject.toml --group build --group dev -o requirements-dev.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	  --group client -o requirements-client.lock

clean:  ## forget the environment; the data folder stays
	rm -rf $(VENV) $(CLIENT)

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Greenroom needs Python 3.11 or newer: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "Python cannot make a virtual environment: on Debian and Ubuntu, install python3-venv" >&2; exit 1; }
	@$(BIN)/pip install -q --disable-pip-version-check 'uv>=0.13,<1'

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/uv
	@echo "Installing into $(VENV): half a minute or so" >&2
	@$(BIN)/uv pip install -q --compile-bytecode --require-hashes -r requirements.lock
	@$(BIN)/uv pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@$(BIN)/uv pip install -q --compile-bytecode --require-hashes -r requirements-dev.lock
	@touch $@

# What drives us from outside has an environment of its own: it wants other versions of what we need as well.
$(CLIENT)/.installed: requirements-client.lock | $(BIN)/uv
	@$(BIN)/uv venv -q --clear $(CLIENT)
	@$(BIN)/uv pip install -q --python $(CLIENT) --require-hashes -r requirements-client.lock
	@touch $@
