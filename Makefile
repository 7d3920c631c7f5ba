.DEFAULT_GOAL := help
SHELL := bash
FIREDRILL := target/release/firedrill

.PHONY: help
help: ## These lines
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.PHONY: build
build: ## Builds the two programs
	cargo build --release

.PHONY: monitoring
monitoring:
	@scripts/need.sh --optional prometheus=prometheus 'prometheus-alertmanager|alertmanager=prometheus-alertmanager'

.PHONY: demo
demo: monitoring build ## Starts the company, runs the surge drill, stays open (Ctrl-C closes it)
	$(FIREDRILL) --drill surge

.PHONY: drill
drill: monitoring build ## Runs one drill and ends with its verdict: SCENARIO=surge [REPORT=DIR]
	@test -n "$(SCENARIO)" || { echo "say which: make drill SCENARIO=surge; $(FIREDRILL) loadgen list names them"; exit 1; }
	@$(FIREDRILL) --drill "$(SCENARIO)" --exit-after-drill $(if $(REPORT),--report "$(REPORT)")

.PHONY: drills
drills: monitoring build ## Runs the whole catalogue on fresh companies, and scores the alerting: [REPORT=DIR]
	target/release/loadgen --scenario all --report "$(or $(REPORT),reports)"

.PHONY: mutate
mutate: monitoring build ## Weakens every alerting rule in four ways: each must be found out by its drill
	python3 scripts/mutate.py

.PHONY: test
test: ## Installs what the tests need and runs them
	scripts/test.sh

.PHONY: test-all
test-all: ## The same, with every scenario on every kind of company
	ALL=1 scripts/test.sh

.PHONY: check
check: ## Format, lints, documentation, alerting rules, shell scripts
	scripts/check.sh

.PHONY: test-terraform
test-terraform: ## Checks and tests the infrastructure, without an account: [TERRAFORM=PROGRAM]
	scripts/terraform-test.sh $(ARGS)

.PHONY: bench
bench: build ## Measures what docs/benchmarks.md states
	scripts/bench.sh

# What `docker compose` is called here.
COMPOSE ?= docker compose
EVERY_PROFILE := --profile logs --profile host --profile notify
# For whoever has the profile `notify` on: alerts go to what it starts.
NOTIFY := ALERT_EMAIL_TO=oncall@firedrill.example ALERT_EMAIL_FROM=alerts@firedrill.example \
	ALERT_SMTP_HOST=mailpit:1025 ALERT_SMTP_PLAIN=true \
	ALERT_SLACK_WEBHOOK_URL=http://webhook-viewer:8080/7a6f6e65-0000-4000-8000-70697a7a6121
# At stock speed Prometheus and the dead man's switch have the patience of stock speed too.
STOCK := RESEND_DELAY=1m DEADMAN_LIMIT=5m
# The last change of what the image is made from: any other commit needs no new one.
REVISION = $(shell git log -1 --abbrev=12 --format=%h -- .cargo Cargo.lock Cargo.toml loadgen prometheus services)

.PHONY: up
up: ## Opens the company in containers, among its real neighbours: [PROFILES="logs host notify"] [SPEED=stock]
	@$(COMPOSE) version >/dev/null 2>&1 || { echo "\`$(COMPOSE)\` does not run here; it takes Docker Engine 25 and Compose 2.26, or later"; exit 1; }
	@scripts/secrets.sh
	BUILD_REVISION=$(REVISION) $(if $(SPEED),SPEED=$(SPEED)) $(if $(filter stock,$(SPEED)),$(STOCK)) \
	$(if $(filter notify,$(PROFILES)),$(NOTIFY)) \
	$(COMPOSE) $(addprefix --profile ,$(PROFILES)) up --detach --build --wait \
	|| { echo "what may be wrong: docs/operations.md#troubleshooting; make down closes what is open"; exit 1; }

.PHONY: down
down: ## Closes it; what it has stored stays
	$(COMPOSE) $(EVERY_PROFILE) down --remove-orphans

.PHONY: test-compose
test-compose: ## Builds the image, opens the company in containers, drills it, takes all of it away: [ARGS=--minutes=10]
	@scripts/need.sh python3=python3 promtool=prometheus
	scripts/engine.sh python3 scripts/compose_test.py $(ARGS)

.PHONY: clean
clean: ## Removes what every company has stored, volumes and secrets too, and what was built
	rm -rf .firedrill reports
# Databases know the passwords: one without the other is of no use.
	@if $(COMPOSE) $(EVERY_PROFILE) down --volumes --remove-orphans 2>/dev/null; then rm -rf secrets; \
	elif [ -d secrets ]; then echo "secrets/ stays: Docker does not answer, and its volumes need them"; fi
	cargo clean
