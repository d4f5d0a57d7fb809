# Everything that is done to this project is a target here: `make help`.
# PYTHON=python3.12 chooses the Python, ARGS="..." is passed on to the tool behind a target.

.DEFAULT_GOAL := help
.NOTPARALLEL:

PY := .venv/bin/python
BITTERN := .venv/bin/bittern
CORE := sensors/core
CARGO_HOME ?= $(HOME)/.cargo
# rustup's folder first: a shell that has not read it finds the distribution's older cargo, or none.
export PATH := $(CARGO_HOME)/bin:$(PATH)
# The core is built for the environment's Python, whichever tool asks cargo.
export PYO3_PYTHON := $(CURDIR)/$(PY)

# The binding is linked by Python when it is loaded, so it has no tests of its own.
CORE_TESTS := --workspace --exclude binding --locked --quiet

# Folders that hold Python, by what is there.
PYTHON_FOLDERS = $(sort $(foreach folder,sensors detection response api tests compose workshop,\
	$(if $(shell find $(folder) -name '*.py' -print -quit 2>/dev/null),$(folder))))

CHECKS := check-style check-format check-types check-plant check-imports check-rust check-console check-generated \
	check-project

.PHONY: help setup environment demo test test-core test-python test-browser test-core-build check $(CHECKS) console \
	bench bench-protocols bench-crowd bench-batches bench-live faults floods bench-console bench-report eval docs golden captures \
	fuzz fuzz-api oracles lock system-deps clean

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: ## environment, locked requirements, Rust core, console (no root; quick when nothing changed)
	@workshop/setup.sh
	@workshop/console.sh build

console: ## packages, checks and build of the console (needs Node)
	@workshop/console.sh check
	@workshop/console.sh build

# What the checks need: they say what they have to say of Python while the core does not compile.
environment:
	@workshop/setup.sh environment

demo: setup ## the console with a simulated plant under attack, in this browser (ARGS="--no-browser")
	$(BITTERN) demo $(ARGS)

# Each part is done also when one before it failed, if make is told to keep going.
test: test-core test-python test-browser ## every test; says at the end what was not tested here and why

test-core: setup
	cd $(CORE) && cargo test --no-fail-fast $(CORE_TESTS)

test-python: setup
	$(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder \
		--ignore tests/browser $(ARGS)

# A browser's driver keeps an event loop running, beside which no other test may run one.
test-browser: setup
	$(PY) -m pytest tests/browser

# What the tests of the core run, without running it.
test-core-build:
	cd $(CORE) && cargo test $(CORE_TESTS) --no-run

check: ## style, types, imports, Rust lints, generated files, project text
	@$(MAKE) --no-print-directory --keep-going $(CHECKS)

check-style: environment
	$(PY) -m ruff check .

check-format: environment
	$(PY) -m ruff format --check --quiet .
	cd $(CORE) && cargo fmt --all --check

check-types: environment
	$(PY) -m mypy $(filter-out compose,$(PYTHON_FOLDERS))

# The plant's protocol stacks live in an environment of their own.
check-plant: environment
	@if sh compose/plant/setup >/dev/null; then \
		$(PY) -m mypy --python-executable build/plant-venv/bin/python --cache-dir .mypy_cache/plant compose; \
	elif [ "$$BITTERN_REQUIRE_ALL" = 1 ]; then exit 1; \
	else echo "check-plant: the types of compose/ are not checked here, see above"; fi

check-imports: environment
	.venv/bin/lint-imports --no-logo

# The binding is linked by Python when it is loaded, so only checked here; it is tested through Python.
check-rust: environment
	cd $(CORE) && cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
	cd $(CORE)/fuzz && cargo metadata --locked --format-version 1 >/dev/null

check-console:
	@workshop/console.sh check

# Written from the program itself, so this one check needs the core and says so when it does not compile.
check-generated: setup
	$(PY) -m workshop.generated --check

check-project: environment
	$(PY) -m workshop.project

bench: setup ## speed and memory, as ratios to tshark and Suricata in the same run
	$(PY) -m tests.bench $(ARGS)

bench-protocols: setup ## ns a packet and a message of each protocol, in the core alone
	$(PY) -m tests.bench.protocols $(ARGS)

bench-crowd: setup ## memory of a sensor with 100,000 conversations of all protocols at once, some of them damaged
	$(PY) -m tests.bench.crowd

bench-batches: setup ## ms of CPU that detection and the store take of small and large batches (after `bench`)
	$(PY) -m tests.bench.batches

bench-live: setup ## drops and cost of a sensor at an interface, seconds from wire to API (root: network namespaces)
	$(PY) -m tests.bench.live_rates $(ARGS)

faults: setup ## each role killed and stopped under load, counted (root: network namespaces); writes docs/reliability.md
	$(PY) -m tests.faults --write $(ARGS)

floods: setup ## floods a sensor beside writes that are counted (root: network namespaces); writes docs/reliability.md
	$(PY) -m tests.floods --write $(ARGS)

bench-console: setup ## milliseconds of the console on 10,000 alerts, in a real browser
	$(PY) -m tests.bench.console $(ARGS)

bench-report: setup ## time of a report with 400 findings in both languages, and whether its bytes repeat
	$(PY) -m tests.bench.report $(ARGS)

eval: setup ## detection and false incidents on labelled data sets
	$(PY) -m tests.eval $(ARGS)

# The core's own generated file first: the core may not compile without it, and the others ask the core.
docs: environment ## write every generated file anew
	$(PY) -m sensors.fields.rust
	@$(MAKE) --no-print-directory setup
	$(PY) -m workshop.generated

golden: setup ## write the golden events anew; read the difference before you commit it
	$(PY) -m tests.golden $(ARGS)

captures: environment ## make the plant's captures again: proofs, golden, demo (ARGS="names"; needs system-deps)
	sh compose/plant/setup >/dev/null
	build/plant-venv/bin/python -m compose.plant golden $(ARGS)

fuzz: setup ## the parsers against made and broken input
	$(PY) -m tests.fuzz $(ARGS)

fuzz-api: setup ## every route of the API with made requests (BITTERN_API_EXAMPLES=500)
	BITTERN_API_EXAMPLES=$${BITTERN_API_EXAMPLES:-300} $(PY) -m pytest -q -p no:randomly --timeout 0 tests/api/test_schema.py

oracles: setup ## our parsers against tshark on every capture at hand
	$(PY) -m tests.oracles $(ARGS)

lock: environment ## requirements/*.lock from pyproject.toml (ARGS="--upgrade" for new versions)
	workshop/lock.sh $(ARGS)
	$(PY) -m workshop.dependencies

system-deps: ## Debian packages of the tests and the plant (root)
	@workshop/system-deps.sh

clean: ## everything that can be made again
	rm -rf .venv build bench.json console/node_modules api/static sensors/_core*.so $(CORE)/target .pytest_cache .mypy_cache
	rm -rf .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
