# Two commands do all the set-up: `make run` serves a demonstration bureau, `make test` runs the tests.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEMO := var/demo
DEMO_SEEKERS ?= 4000

# Where pip knows of local wheels, let uv find them too.
export UV_FIND_LINKS ?= $(PIP_FIND_LINKS)

.PHONY: run test check browser bench bench-peers format clean
run test check bench bench-peers format: $(INSTALLED)

# The demonstration has a database of its own, whatever the environment or .env say of the real one.
run: export MATCHER_VAR_DIR = $(DEMO)
run: export MATCHER_DATABASE_URL =
run:
	@$(BIN)/matcher key identity
	@test -d $(DEMO)/register || $(BIN)/matcher simulate --seekers $(DEMO_SEEKERS) --out $(DEMO)/register
	@$(BIN)/matcher import $(DEMO)/register
	@$(BIN)/matcher index
	@test -f $(DEMO)/ranker/current || $(BIN)/matcher train
	@! test -f $(DEMO)/ranker/current || $(BIN)/matcher plan -n 3
	@$(BIN)/matcher welcome
	@$(BIN)/matcher serve

test:
	$(BIN)/pytest

check:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

browser:
	@.ci/browser

bench:
	$(BIN)/python benchmarks/ranking.py
	$(BIN)/python benchmarks/encoding.py
	$(BIN)/python benchmarks/matching.py
	$(BIN)/python benchmarks/service.py
	$(BIN)/python benchmarks/looks.py
	$(BIN)/python benchmarks/plan.py
	$(BIN)/python benchmarks/policies.py policies --seeds 3

# Other engines are no part of the project: they are installed here and nowhere else.
bench-peers:
	$(BIN)/uv pip install --quiet --python $(BIN)/python --constraints constraints.txt --editable '.[test,peers]'
	$(BIN)/python benchmarks/peers.py

format:
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) $(DEMO)

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --constraints constraints.txt --editable '.[test]'
	@touch $@
