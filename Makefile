# make demo   shows a build and a deployment on an issue of a local stand-in for Jira (ONCE=1: and stops)
# make test   checks and tests everything, and installs what that needs on a Debian machine
# make help   lists the rest

CARGO ?= cargo
MAVEN ?= mvn
ONCE ?=
BINARIES ?=
RUNS ?= 100000

JENKINS_URL ?= http://127.0.0.1:8080
JENKINS_TESTS ?=

.PHONY: help jenkins-test torture audit demo bench scale crowd test requirements format lint docs groovy rust build release deb windows

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

demo:
	@CARGO="$(CARGO)" tests/sandbox/needs.sh
	@echo 'Building jira-send and the stand-in: a few minutes the first time'
	@$(CARGO) build --locked --package jira-send --package jira-sandbox
	@$(CARGO) run --locked --quiet --package jira-sandbox --bin demo -- $(if $(ONCE),--once)

# The Rust tests come last, so that their summary, with its times, ends the output.
test:
	@set -e; for part in requirements format lint docs groovy; do \
	  begin=$$(date +%s); $(MAKE) --no-print-directory $$part; echo "make $$part took $$(($$(date +%s) - begin)) s"; \
	done
	@$(MAKE) --no-print-directory rust

# make build   builds the program as it is shipped
build:
	$(CARGO) build --locked --release

# make release   makes a release, and the branch of the library that carries it (BINARIES=folder: of finished binaries)
release:
	@CARGO="$(CARGO)" release/pack.sh --check
	$(if $(BINARIES),,rm -rf target/release-files && CARGO="$(CARGO)" release/build.sh target/release-files)
	CARGO="$(CARGO)" release/pack.sh $(or $(BINARIES),target/release-files)

# make deb   makes a package for Debian and Ubuntu; needs cargo-deb
deb:
	CARGO="$(CARGO)" release/deb.sh

# make windows   checks that the program compiles for Windows
windows:
	CARGO="$(CARGO)" release/build.sh --check windows-x86_64

# make bench   measures a whole send and long texts next to other programs, and writes BENCHMARKS.md
bench: build
	$(CARGO) build --locked --quiet --release --package jira-sandbox
	target/release/bench target/release/jira-send

# make scale RUNS=100000   measures a backfill of so many runs: time, memory, requests
scale: build
	$(CARGO) build --locked --quiet --release --package jira-sandbox
	target/release/scale target/release/jira-send $(RUNS)

# make crowd   simulates 10,000 builds that end at once under Jira's limits
crowd:
	$(CARGO) test --locked --quiet --bin jira-send crowd -- --nocapture

requirements:
	@tests/requirements.sh

format:
	$(CARGO) fmt --all --check
	$(CARGO) fmt --manifest-path fuzz/Cargo.toml --check

lint:
	$(CARGO) clippy --locked --workspace --all-targets --quiet -- -D warnings

docs:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --quiet --no-deps --document-private-items

# make groovy   tests the pipeline library, up to the real program against the stand-in
groovy:
	$(CARGO) build --locked --quiet --package jira-send --package jira-sandbox
	@rm -rf tests/groovy/target/test-classes # Maven would run the old class of a test that was removed
	@mkdir -p target/stripped && strip -o target/stripped/jira-send target/debug/jira-send # launchers hash it at every call
	JIRA_SEND_BIN=$(CURDIR)/target/stripped/jira-send JIRA_SANDBOX_BIN=$(CURDIR)/target/debug/jira-sandbox \
	  $(MAVEN) --batch-mode --no-transfer-progress --file tests/groovy/pom.xml test

# A shell in the background ignores signals, and so does all that it starts; tests send them.
DEFAULT_SIGNALS := $(shell env --default-signal true 2>/dev/null && echo env --default-signal)

TEMPORARY = $(shell folder=$$(tests/temporary.sh); [ -z "$$folder" ] || echo "TMPDIR=$$folder")

# make rust   tests the program and the stand-in; most tests wait for a clock, so more run at once than there are cores
rust:
	GIT_TEMPLATE_DIR= RUST_TEST_THREADS=6 $(TEMPORARY) $(DEFAULT_SIGNALS) $(CARGO) test --locked --workspace

# make torture MINUTES=10   kills the program, and lets drives, threads and memory fail it, for as long as wanted
torture:
	CARGO="$(CARGO)" tests/torture.sh "$(or $(MINUTES),10)"

# make audit   checks licences, sources, duplicates and known vulnerabilities of the libraries; needs cargo-deny
audit:
	$(CARGO) deny --locked check licenses sources bans
	@if $(CARGO) deny --locked fetch db; then $(CARGO) deny --locked check advisories; else \
		echo 'warning: known vulnerabilities were not checked: https://github.com/RustSec/advisory-db cannot be reached' >&2; fi

# make jenkins-test JENKINS_URL=…   runs the pipelines of tests/jenkins on a real Jenkins; see the README there
jenkins-test:
	@python3 tests/jenkins/run.py "$(JENKINS_URL)" $(JENKINS_TESTS)
