.DEFAULT_GOAL := help
.PHONY: help deps build demo test benchmark dist dist-test image-test lint format

# What apt calls the things that the build and the tests use.
PACKAGES := libsqlite3-dev libpq-dev pkg-config postgresql postgresql-client sqlite3 python3 python3-jsonschema
BENCHMARK_PACKAGES := python3-venv sql-migrate valgrind
DIST_PACKAGES := $(PACKAGES) binutils dpkg-dev rsync
SOURCES := Package.swift Sources Tests Plugins Benchmarks/Programs/Package.swift Benchmarks/Programs/Sources

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## Install the database libraries and servers that are missing
	@Scripts/install-missing $(PACKAGES)

build: deps ## Build the command
	swift build

demo: deps ## Upgrade a sample hub of the first version, in a temporary folder
	swift build --product kohaku-migrate
	Scripts/demo

test: deps ## Build and run every test, with a PostgreSQL server of its own
	swift build --build-tests
	Scripts/with-postgres Scripts/test

benchmark: deps ## Compare time and memory with other tools and with SQL by hand
	@Scripts/install-missing $(BENCHMARK_PACKAGES)
	Benchmarks/run

dist: ## Make a release of the last commit for this machine's architecture, in dist/
	@Scripts/install-missing $(DIST_PACKAGES)
	Scripts/dist

dist-test: ## Install the package of dist/ in a new system, upgrade a hub there, and remove it (as root)
	@Scripts/install-missing debootstrap sqlite3
	Scripts/dist-test

image-test: ## Build the container image without a daemon, and upgrade a hub in it (as root)
	@Scripts/install-missing buildah debootstrap sqlite3
	Scripts/image-test

lint: ## Check the format of every source file
	swift format lint --strict --recursive --parallel $(SOURCES)

format: ## Format every source file
	swift format --in-place --recursive --parallel $(SOURCES)
