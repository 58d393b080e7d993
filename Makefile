# make run: try the product out.   make test: all tests.   make check: format, lint, types, settings, migrations.
# make run PORT=8001 DEMO_PASSWORD=...   make test ARGS="-k datagaps"   make test-sqlite   make test-postgres
# make test-quick: the tests of what changed, and the grids that every change can break, in three minutes.
# make messages: bring the catalogues of locale/ up to date with the code (docs/translating.md).
# make bench: how fast the pages are (docs/performance.md); make bench SIZES="1000 100000"; make profile PAGE=board
# make clicks: how many clicks each job takes (tests/browser/test_clicks.py).
# make trust: what takes minutes, and the figures it measures (docs/trust.md).

PORT ?= 8000
PYTHON ?= python3
BIN = .venv/bin
INSTALL = $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes
# --no-emit-*: the locks name no server, so that each installation uses the one it is set up with.
LOCK = $(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host
MANAGE = $(BIN)/python manage.py
TRYING_OUT = DEBUG=1 REVIEWTRACKER_TODAY=2020-08-20 SECOND_FACTOR_EXEMPT=admin,secretariat
PRODUCTION = env -u HTTPS -u REVIEWTRACKER_TODAY -u SECOND_FACTOR_EXEMPT DEBUG=0 BEHIND_PROXY=1 ALLOWED_HOSTS=example.org DATABASE_URL=sqlite://:memory: \
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))')

.PHONY: run messages clicks test test-quick test-sqlite test-postgres trust bench profile check format lock audit sbom screenshots clean

run: .venv/installed
	@$(TRYING_OUT) $(MANAGE) migrate --verbosity 0
	@$(TRYING_OUT) $(MANAGE) load_reference
	@$(TRYING_OUT) $(MANAGE) load_demo $${DEMO_PASSWORD:+--password="$$DEMO_PASSWORD"}
	@$(TRYING_OUT) $(MANAGE) runserver 127.0.0.1:$(PORT)

test: test-sqlite test-postgres

test-sqlite test-postgres: test-%: .venv/installed-test
	$(BIN)/python -m tests.support.databases $* --numprocesses 2 --dist worksteal $(ARGS)

test-quick: .venv/installed-test
	$(BIN)/python -m tests.support.quick $(ARGS)

trust: .venv/installed-test
	$(BIN)/python -m tests.support.databases trust $(ARGS)

# How many clicks each job takes, beside its goal.
clicks: .venv/installed-test
	REQUIRE_BROWSER=1 $(BIN)/python -m tests.support.databases postgres tests/browser/test_clicks.py tests/browser/test_*_story.py $(ARGS)

bench: .venv/installed-test
	$(BIN)/python -m bench $(SIZES)

# Where the time of a page goes, line by line: PAGE is the beginning of a name in docs/performance.md's list of pages.
profile: .venv/installed-test
	$(BIN)/python -m bench.lines $(if $(PAGE),"$(PAGE)",board) $(ROWS)

# How many lines may be kept from the formatter (fmt: skip). The number may only fall.
SKIPPED = 202
# In bytes, so that every awk counts alike.
TOO_LONG = length($$0) > 160 { print FILENAME ":" FNR ": longer than 160 bytes"; n++ } END { exit n > 0 }

check: .venv/installed-test
	@LC_ALL=C find templates -type f -exec awk '$(TOO_LONG)' {} + >&2
	@n=$$(grep -r --include='*.py' 'fmt: skip' reviews reviewtracker tests bench | wc -l); [ $$n -le $(SKIPPED) ] \
		|| { echo "fmt: skip stands on $$n lines, more than $(SKIPPED): let the formatter fold them." >&2; exit 1; }
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING
	$(PRODUCTION) $(MANAGE) makemigrations --check --dry-run

# The pictures in docs/screenshots/, taken from the demonstration in a real browser.
screenshots: .venv/installed-test
	$(BIN)/python -m tests.screenshots

# The compiled catalogues are in the repository, so that no installation needs a compiler: Debian's gettext, only here.
messages: .venv/installed-test
	@command -v msgfmt >/dev/null || { echo 'This needs gettext (Debian: apt-get install gettext).' >&2; exit 1; }
	$(TRYING_OUT) $(MANAGE) makemessages $(addprefix --locale=,$(notdir $(wildcard locale/*))) \
		--ignore=tests --ignore=bench --ignore=var --add-location=file --no-obsolete
	$(TRYING_OUT) $(MANAGE) compilemessages --ignore=.venv

format: .venv/installed-test
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lock: .venv/installed-test
	$(LOCK) --output-file=requirements.txt pyproject.toml $(ARGS)
	$(LOCK) --output-file=requirements-test.txt --extra=test --constraint=requirements.txt pyproject.toml $(ARGS)
	$(LOCK) --output-file=requirements-audit.txt --extra=audit --constraint=requirements.txt pyproject.toml $(ARGS)

# Both read the lock, not this machine. What has no answer from the advisory service fails as well.
audit: .venv/installed-audit
	.venv/audit/bin/pip-audit --requirement requirements.txt --require-hashes --disable-pip --strict

sbom: .venv/installed-audit
	@.venv/audit/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible requirements.txt

# Everything that can be made again. What people entered (var/) stays.
clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Python 3.11 or newer is needed; make PYTHON=/path/to/python3 chooses another one.' >&2; exit 1; }
	@$(PYTHON) -m venv .venv \
		|| { rm -rf .venv; echo 'Python lacks its venv module (Debian: apt-get install python3-venv).' >&2; exit 1; }

.venv/installed: requirements.txt | .venv/bin/python
	@echo 'Installing what requirements.txt lists ...'
	@$(INSTALL) --requirement requirements.txt
	@touch $@

.venv/installed-audit: requirements-audit.txt | .venv/bin/python
	@$(PYTHON) -m venv .venv/audit
	@.venv/audit/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

# The test lock holds the other one too.
.venv/installed-test: requirements-test.txt requirements.txt | .venv/bin/python
	@echo 'Installing what requirements-test.txt lists ...'
	@$(INSTALL) --requirement requirements-test.txt
	@touch $@ .venv/installed
