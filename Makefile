# Chaque commande prépare elle-même ce dont elle a besoin (bin/prepare).

PYTHON := .venv/bin/python
WITH_DATABASE := $(PYTHON) -m franceservices.postgres
PIP_COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(PYTHON) -m piptools compile --quiet --allow-unsafe --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras
# Any values will do: `check --deploy` only looks at how production would be set up.
LIKE_PRODUCTION := ENVIRONMENT=production SECRET_KEY=Aa0-pour-le-controle-seulement-0123456789-abcdefghijklmnopqrstuvwxyz \
	ALLOWED_HOSTS=exemple.invalid DATABASE_URL=postgis:///controle

.DEFAULT_GOAL := help
.PHONY: help run manage test check bench lock

help:
	@echo "make run     prépare tout et sert le portail sur http://127.0.0.1:8000/ (autre port : make run PORT=8001)"
	@echo "make manage  lance une commande de gestion : make manage ARGS=\"import_sites --official\""
	@echo "make test    lance tous les tests (une partie : make test ARGS=\"tests/sites -x\")"
	@echo "make check   vérifie la forme, les gabarits, les types, les migrations et les réglages de production"
	@echo "make bench   mesure les temps de réponse et le poids des pages"
	@echo "make lock    refait requirements.txt et requirements-dev.txt (tout mettre à jour : make lock ARGS=--upgrade)"

run:
	@bin/prepare run
	@exec $(PYTHON) -m franceservices.run

manage:
	@bin/prepare run
	@exec $(WITH_DATABASE) local manage.py $(ARGS)

test:
	@bin/prepare test
	@exec $(WITH_DATABASE) test -m pytest $(ARGS)

check:
	@bin/prepare dev
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m djlint templates --check --quiet
	$(PYTHON) -m djlint templates --lint --quiet
	ENVIRONMENT=test $(PYTHON) -m mypy franceservices sites stats
	$(WITH_DATABASE) test manage.py makemigrations --check --dry-run
	@echo "manage.py check --deploy --fail-level WARNING (réglages de production)"
	@$(LIKE_PRODUCTION) $(PYTHON) manage.py check --deploy --fail-level WARNING

bench:
	@bin/prepare dev
	@exec $(WITH_DATABASE) local -m benchmarks.run $(ARGS)

lock:
	@bin/prepare dev
	$(PIP_COMPILE) $(ARGS) --output-file=requirements.txt requirements.in
	$(PIP_COMPILE) $(ARGS) --output-file=requirements-dev.txt requirements-dev.in
