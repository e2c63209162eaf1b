# `make help` lists the targets. Every target installs what it needs.
.DEFAULT_GOAL := help
.PHONY: help demo dev dev.down test test.unit test.faults lint format typecheck ci bench docs clean db.update db.revision db.reset db.seed db.seed.elexon

# A marker inside node_modules. An interrupted install leaves none, and is repeated.
INSTALLED := node_modules/.installed

help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z.]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(INSTALLED): package.json package-lock.json client/package.json $(wildcard packages/*/package.json) .npmrc
	@command -v node >/dev/null || { echo 'Node.js 20.19 or newer is needed: https://nodejs.org'; exit 1; }
	npm ci
	@touch $@

# One clear line when Docker is missing or not running.
NEEDS_DOCKER = @docker compose version >/dev/null 2>&1 && docker info >/dev/null 2>&1 \
	|| { echo 'This needs Docker with Compose, running. Without it: make demo'; exit 1; }

demo: $(INSTALLED) ## Starts a Postgres pair with sample data and serves the API on port 8000; PORT=8100 chooses another. No Docker
	@node --import tsx seed/demo.ts

dev: ## Starts the whole cluster in Docker, with sample data, and reloads on changes; ports as in .env.example
	$(NEEDS_DOCKER)
	@test -e .env || { cp .env.example .env; echo 'Made .env from .env.example.'; }
	@test -n "$$(docker compose ps --quiet --status running)" || bash docker/free-ports.sh
	@docker compose up --build --detach --wait
	@port() { docker compose port "$$1" "$$2" | cut -d : -f 2; }; \
	echo; \
	echo "  The API           http://127.0.0.1:$$(port gc_registry 8000)/docs"; \
	echo "  EventStoreDB      http://127.0.0.1:$$(port eventstore 2113)"; \
	echo "  Postgres          primary on port $$(port postgres_db_write 5432), standby on port $$(port postgres_db_read 5432)"; \
	echo '  Logs              docker compose logs --follow gc_registry'; \
	echo '  Stop              make dev.down; the data stays'; \
	test "$$(port gc_registry 8000)" = 8000 || echo "  For the guide     export REGISTRY=http://127.0.0.1:$$(port gc_registry 8000)"

dev.down: ## Stops the containers; their data stays
	$(NEEDS_DOCKER)
	@docker compose down

test: $(INSTALLED) ## Runs all tests on an embedded cluster, in about 10 minutes on two cores; ARGS='user' picks files
	@npm test -- $(ARGS)

test.faults: $(INSTALLED) ## Injects faults under load, for at most ten minutes; SEED=7 repeats a run
	@SEED='$(SEED)' npm run test:faults

test.unit: $(INSTALLED) ## Runs the tests that need no database
	@npm test -- --project unit --project eventstore $(ARGS)

typecheck: $(INSTALLED) ## Checks the types
	@npm run typecheck

lint: $(INSTALLED) ## Checks lint and format
	@npm run lint

format: $(INSTALLED) ## Formats the code, and applies safe lint fixes
	@npm run format

ci: ## Runs what continuous integration runs
	@bash .ci/run

bench: $(INSTALLED) ## Measures the registry beside what its database would allow; ARGS='--quick' takes two minutes
	@npm run bench -- $(ARGS)

db.update: $(INSTALLED) ## Migrates the database to the newest schema
	@node --import tsx src/command/update-database.ts

db.revision: $(INSTALLED) ## Generates a migration from changes of the schema: NAME=what_it_does
	@test -n '$(NAME)' || { echo 'A name is needed: make db.revision NAME=what_it_does'; exit 1; }
	npx drizzle-kit generate --name '$(NAME)'

db.reset: $(INSTALLED) ## Deletes all data of the database
	@node --import tsx src/command/reset-database.ts

db.seed: $(INSTALLED) ## Loads the sample users, accounts, devices and 14 days of generation
	@node --import tsx seed/main.ts

db.seed.elexon: $(INSTALLED) ## Loads metered generation from Elexon: FROM=2026-11-01 TO=2026-11-07 [UNITS=T_ABRBO-1,...]
	@node --import tsx seed/elexon/main.ts --from '$(FROM)' --to '$(TO)' --units '$(UNITS)'

docs: $(INSTALLED) ## Generates the OpenAPI document, client types and Postman collection from the operations
	@npm run docs

clean: ## Removes what was installed and built; the demo's data in .registry stays
	rm -rf node_modules client/node_modules packages/*/node_modules dist packages/*/dist coverage
