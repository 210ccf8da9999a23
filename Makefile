# Every target makes what it needs. PYTHON=python3.12 chooses the interpreter.

PYTHON ?= python3
RUN = .venv/bin/python -m
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-config \
	--no-annotate --custom-compile-command "make lock"

# Hundreds of processes are started here: compiled modules are kept, whatever the shell says.
export PYTHONDONTWRITEBYTECODE =

.PHONY: help demo test check env format docs picture lock clean

help: ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

demo: ## play a study and make its pages: runs/demo/site/index.html
	@$(PYTHON) requirements/install.py .demo use
	@.demo/bin/suasion demo

test: env ## every test
	@$(RUN) pytest -n 2 --dist worksteal

# The blocks of the documents are run by make test.
check: env ## format, lint, types, layers, docs
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .
	@$(RUN) mypy
	@$(RUN) pytest tests/layers_test.py tests/docs_test.py tests/repository_test.py -k "not do_what_they_say"

env: ## .venv with the program and everything to develop it
	@$(PYTHON) requirements/install.py .venv dev

format: env ## write the format that check asks for
	@$(RUN) ruff format .
	@$(RUN) ruff check --fix .

docs: env ## write the generated pages under docs/
	@.venv/bin/python docs/generate.py

picture: env ## take the README's picture from the pages of the demo
	@.venv/bin/python docs/picture.py

lock: ## write the locks anew, with the newest versions that pyproject.toml allows
	@$(LOCK) --upgrade --extra dev pyproject.toml -o requirements/dev.txt
	@$(LOCK) --upgrade -c requirements/dev.txt pyproject.toml -o requirements/use.txt
	@echo hatchling | $(LOCK) --upgrade -c requirements/dev.txt - -o requirements/build.txt
	@echo uv | $(LOCK) --upgrade - -o requirements/uv.txt

clean: ## remove what make made; runs/ stays
	@rm -rf .venv .demo .uv .mypy_cache .ruff_cache .hypothesis .coverage dist build
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
