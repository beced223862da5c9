# What a person types. Every target says what it does in its `##` line, which `make help` prints.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build demo test test-unit test-system check conformance bench bench-edits bench-templates bench-tenants fuzz fuzz-templates limits-templates mutants isolation private standards pictures profile clean

# --explicit-target-dependency-import-check makes Package.swift the import table: an import it does not name is an error.
SWIFT_FLAGS := --explicit-target-dependency-import-check error
PORT ?= 8080
WORKERS ?= 1
ROUNDS ?= 3
SECONDS_EACH ?= 8
RUNS ?= 2000000
EDITS ?= 1000
REQUESTS ?= 10000
TENANTS ?= 101 1001
SHOPPING ?= 100000
PICTURES ?= .build/pictures
CATALOG ?= ../shared/catalog

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install every package that is missing (build, test, bench, bench-templates); starts no service
	scripts/setup

build: ## the release binary, .build/release/storefront
	scripts/setup build
	scripts/build

profile: ## Profile/storefront.profdata anew, by which the release build is laid out: the demo shops' pages, counted
	scripts/setup build
	scripts/profile

demo: build ## build, then serve the demo shops: make demo [PORT=8080] [WORKERS=1]
	@if ls $(CATALOG)/*.csv >/dev/null 2>&1; then \
	  .build/release/storefront catalog import $(CATALOG)/*.csv --tenant books --name "The Hacker's Shelf" --data var || [ $$? = 1 ]; fi
	.build/release/storefront demo --port $(PORT) --workers $(WORKERS)

test: ## everything CI runs: setup, checks, unit tests, release build, system tests; prints what it counted
	scripts/test all

test-unit: ## swift test only
	swift test $(SWIFT_FLAGS)

test-system: ## release build and the system tests only
	scripts/test system

check: ## format, imports against Package.swift, packages against packages.txt
	scripts/check

conformance: build ## golden-liquid through the command; every difference with its reason from docs/template-language.md
	scripts/conformance

bench: ## hit, 304, listing, cold page beside nginx, Varnish, FastAPI, Express: make bench [ROUNDS=3] [SECONDS_EACH=8] [ONLY=hit,nginx] [JSON=FILE]
	scripts/setup build bench
	scripts/build
	Benchmarks/http/bench --rounds $(ROUNDS) --seconds $(SECONDS_EACH) $(if $(ONLY),--only $(ONLY)) $(if $(JSON),--json $(JSON))

bench-templates: ## the template engine beside its peers, and instructions for each product: make bench-templates [ROUNDS=3]
	scripts/setup build test bench-templates
	swift build -c release --package-path Benchmarks/Templates
	Benchmarks/Templates/cost
	Benchmarks/Templates/bench --rounds $(ROUNDS)

bench-tenants: build ## start time and memory of a worker with 1 to 10,000 shops
	scripts/setup test
	.venv/bin/python3 Benchmarks/http/tenants

bench-edits: ## how soon every worker of two machines shows a change: make bench-edits [EDITS=1000]
	scripts/setup build test
	scripts/build
	.venv/bin/python3 Benchmarks/http/edits --edits $(EDITS)

fuzz: ## long fuzzing of the parsers: make fuzz [RUNS=2000000]
	scripts/setup build
	RUNS=$(RUNS) scripts/fuzz

limits-templates: ## what hostile templates take at the default limits: make limits-templates [PROGRAMS="filter: tags"]
	swift run -c release --package-path Benchmarks/TemplateLimits TemplateLimits $(if $(PROGRAMS),"$(PROGRAMS)")

fuzz-templates: ## long fuzzing of the template engine alone: make fuzz-templates [RUNS=2000000]
	Tests/Fuzz/templates/run $(RUNS)

mutants: ## show that the cache's model test finds every wrong protocol it was given
	Tests/Mutants/run

isolation: build ## requests of 101 and 1,001 shops mixed with malformed ones: make isolation [REQUESTS=10000] [TENANTS="101 1001"]
	scripts/setup test
	.venv/bin/python3 Tests/System/isolation.py --requests $(REQUESTS) --tenants $(TENANTS)

private: build ## requests of guests and signed-in shoppers together: make private [SHOPPING=100000]
	scripts/setup test
	.venv/bin/python3 Tests/System/private.py --requests $(SHOPPING)

standards: build ## every page of the demo's shops in every language by axe, the Nu Html Checker, what moves and what comes first
	scripts/setup test
	STANDARDS=all .venv/bin/python3 -m pytest -q -p no:cacheprovider -n 2 --dist load Tests/System/test_standards.py

pictures: build ## pictures of the demo's shops into a folder: make pictures [PICTURES=.build/pictures]
	scripts/setup test
	scripts/pictures $(PICTURES)

clean: ## remove what building made
	rm -rf .build Benchmarks/Templates/.build var/log
