# kessai. `make` lists what can be made.
SHELL := /bin/bash
.DEFAULT_GOAL := help

GREMLINS := github.com/go-gremlins/gremlins/cmd/gremlins@v0.6.0
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

demo: ## the whole story on this machine: simulator, shop, back office
	go run ./cmd/kessai demo

build: ## the one binary, without cgo, into ./kessai
	CGO_ENABLED=0 go build -trimpath -o kessai ./cmd/kessai

test: ## every test that a bare machine can run
	go test ./...

race: ## the money packages under the race detector
	go test -race -count=1 ./internal/ledger/... ./internal/payment/... ./internal/order/... ./internal/store/... ./internal/notice/... ./internal/reconcile/...

lint: ## golangci-lint, built from source
	@command -v "$$(go env GOPATH)/bin/golangci-lint" >/dev/null || go install $(GOLANGCI)
	"$$(go env GOPATH)/bin/golangci-lint" run ./...

engines: ## the tests that need PostgreSQL and MariaDB (KESSAI_TEST_POSTGRES, KESSAI_TEST_MYSQL)
	KESSAI_TEST_REQUIRE=all go test -count=1 ./internal/database/... ./internal/store/... ./internal/setting/... ./internal/staff/... ./internal/mail/... ./internal/app/...

apache: ## the client against Debian's apache2, as the real centre asks for certificates, and against openssl
	KESSAI_TEST_REQUIRE=all go test -count=1 -run 'Apache|Renegotiation|PBES1' ./paygent

browser: ## the flows people click and the look of the pages, in Debian's chromium
	KESSAI_TEST_REQUIRE=all go test -count=1 -run 'Flow|Gallery|Script|Dialog|Browser|Screens' ./internal/browsertest/... ./internal/web/... ./internal/backoffice/... ./paygentsim/

simulate: ## whole-system simulation: make simulate ORDERS=5000 SEED=1 ENGINE=sqlite|postgres|mysql SHARDS=2
	KESSAI_SIM_ORDERS=$(or $(ORDERS),5000) KESSAI_SIM_SEED=$(SEED) KESSAI_SIM_ENGINE=$(ENGINE) KESSAI_SIM_SHARDS=$(SHARDS) go test -count=1 -timeout 0 -run 'TestSimulation$$' -v ./internal/app/

crash: ## processes killed at every boundary and at random under load: make crash ROUNDS=1000 SEED=1
	KESSAI_TEST_REQUIRE=all KESSAI_CRASH_ROUNDS=$(or $(ROUNDS),60) KESSAI_CRASH_SEED=$(SEED) go test -count=1 -timeout 0 -run TestCrash -v ./internal/app/

nodes: ## sixteen actors on one order; three nodes on each server engine and on a Galera cluster, some of them killed
	KESSAI_TEST_REQUIRE=all go test -count=1 -run 'TestSixteenActors|TestNodes|TestGalera' -v ./internal/app/

mutate: ## mutants of the pure packages, of which tests must kill 85 %: make mutate PACKAGE=payment
	@command -v "$$(go env GOPATH)/bin/gremlins" >/dev/null || go install $(GREMLINS)
	for p in $(or $(PACKAGE),order payment ledger); do "$$(go env GOPATH)/bin/gremlins" unleash --config .gremlins.yaml ./internal/$$p || exit 1; done

bench: ## benchmarks, printed
	go test -run '^$$' -bench . -benchmem $$(go list ./... | grep -v '/internal/app$$')
	TMPDIR=$${TMPDIR:-/var/tmp} go test -run '^$$' -bench . -benchtime 1x -timeout 0 ./internal/app

tidy: ## go.mod and formatting
	go mod tidy && gofmt -w paygent paygentsim internal cmd

.PHONY: help demo build test race lint engines apache browser simulate crash nodes mutate bench tidy
