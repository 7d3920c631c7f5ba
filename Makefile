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
	scripts/terraform-test.sh

.PHONY: bench
bench: build ## Measures what docs/benchmarks.md states
	scripts/bench.sh

.PHONY: clean
clean: ## Removes what the company has stored, and what was built
	rm -rf .firedrill reports
	cargo clean
