# `make help` lists what there is to do. Every target installs what it lacks.
.DEFAULT_GOAL := help
.PHONY: help demo dev dev.down test test.unit test.faults lint format typecheck ci bench docs clean db.update db.revision db.reset db.seed db.seed.elexon

# A mark inside node_modules: an install that was interrupted leaves none, and is done again.
INSTALLED := node_modules/.installed

help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z.]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(INSTALLED): package.json package-lock.json client/package.json .npmrc
	@command -v node >/dev/null || { echo 'Node.js 20.19 or newer is needed: https://nodejs.org'; exit 1; }
	npm ci
	@touch $@

# One line for whoever has no Docker, or has not started it.
NEEDS_DOCKER = @docker compose version >/dev/null 2>&1 && docker info >/dev/null 2>&1 \
	|| { echo 'This needs Docker with Compose, running. Without it: make demo'; exit 1; }

demo: $(INSTALLED) ## Starts a Postgres pair, loads sample data, serves the API on port 8000; needs no Docker
	@node --import tsx seed/demo.ts

dev: ## Starts the whole cluster in containers, with sample data, and watches the sources; needs Docker
	$(NEEDS_DOCKER)
	@test -e .env || { cp .env.example .env; echo 'Made .env from .env.example.'; }
	@docker compose up --build --detach --wait
	@echo
	@echo "  The API           http://127.0.0.1:$$(docker compose port gc_registry 8000 | cut -d : -f 2)/docs"
	@echo '  EventStoreDB      http://127.0.0.1:2113'
	@echo '  Postgres          primary on port 5436, standby on port 5438; addresses in .env'
	@echo '  Logs              docker compose logs --follow gc_registry'
	@echo '  Stop              make dev.down; the data stays'

dev.down: ## Stops the containers; their data stays
	$(NEEDS_DOCKER)
	@docker compose down

test: $(INSTALLED) ## Runs all tests on an embedded cluster of their own; ARGS='user' picks files
	@npm test -- $(ARGS)

test.faults: $(INSTALLED) ## Breaks servers and processes under load, for at most ten minutes; SEED=7 repeats a run
	@SEED='$(SEED)' npm run test:faults

test.unit: $(INSTALLED) ## Runs the tests that need no database
	@npm test -- --project unit --project eventstore $(ARGS)

typecheck: $(INSTALLED) ## Checks the types
	@npm run typecheck

lint: $(INSTALLED) ## Checks lint and format
	@npm run lint

format: $(INSTALLED) ## Formats, and mends what lint can mend
	@npm run format

ci: ## Runs what continuous integration runs
	@bash .ci/run

bench: $(INSTALLED) ## Measures the API against the same SQL through a bare client
	@npm run bench

db.update: $(INSTALLED) ## Migrates the database to the newest schema
	@node --import tsx src/command/update-database.ts

db.revision: $(INSTALLED) ## Makes a migration from changes of the schema: NAME=what_it_does
	@test -n '$(NAME)' || { echo 'A name is needed: make db.revision NAME=what_it_does'; exit 1; }
	npx drizzle-kit generate --name '$(NAME)'

db.reset: $(INSTALLED) ## Empties the database; all that is in it is lost
	@node --import tsx src/command/reset-database.ts

db.seed: $(INSTALLED) ## Loads the sample users, accounts, devices and 14 days of generation
	@node --import tsx seed/main.ts

db.seed.elexon: $(INSTALLED) ## Loads metered generation from Elexon: FROM=2026-11-01 TO=2026-11-07 [UNITS=T_ABRBO-1,...]
	@node --import tsx seed/elexon/main.ts --from '$(FROM)' --to '$(TO)' --units '$(UNITS)'

docs: $(INSTALLED) ## Writes what is made from the operations: OpenAPI document, client types, Postman collection
	@npm run docs

clean: ## Removes what was installed and built; the demo's data in .registry stays
	rm -rf node_modules client/node_modules dist coverage
