# Each command does its own set-up; the work is in tools/. PYTHON=python3.12 chooses the Python.
PYTHON ?= python3
IN := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help python env env-test read homework book test test-all claims bench test-gpu bench-gpu gallery-shots site.zip pins vendor goldens pictures

help:            ## this list
	@sed -n 's/^\([a-z.-]*\):[^#]*## /  make \1	/p' Makefile | expand -t 22

read: book       ## build the book and read it in the browser
	@$(IN) tools/serve.py _build/html

book: env        ## build the book into _build/html
	@$(IN) tools/book.py

test: env-test   ## everything that a change must pass (INSTALL_BROWSER=1 lets it install Chromium)
	@$(IN) tools/check.py

test-all: env-test  ## also what is too slow for every change
	@$(IN) tools/check.py --all

claims: env-test ## which claims of the pages are proved
	@$(IN) -m tools.claims

bench: book      ## measure the library and its explorers beside the goals and the peers
	@"$(PYTHON)" tools/environment.py bench
	@.venv-bench/bin/python -m benchmarks

test-gpu:        ## the tests of CUDA's texts on this machine's GPU (PYTHON= one that holds CuPy)
	@"$(PYTHON)" tools/on_gpu.py test

bench-gpu:       ## measure on this machine's GPU, into benchmarks/gpu.json (PYTHON= one that holds CuPy)
	@"$(PYTHON)" tools/on_gpu.py bench

homework: python ## set up the grading tool: then .venv/bin/python -m homework
	@"$(PYTHON)" tools/environment.py homework
	@$(IN) -m homework --help

gallery-shots: env-test book  ## pictures of every explorer of the built book, in _build/shots
	@$(IN) -m tools.gallery_shots

site.zip: book   ## the built book with a small server, for reading offline
	@$(IN) tools/site_zip.py

goldens: python  ## make the values from other libraries anew and show what differs
	@"$(PYTHON)" tests/goldens/make.py

pictures: env-test ## draw the shared-link card and the icons anew
	@$(IN) -m tools.artwork

pins: python     ## resolve the pinned packages anew and show what differs
	@"$(PYTHON)" tools/pins.py

vendor: python   ## compare the vendored files with the packages they came from (WRITE=1 replaces them)
	@"$(PYTHON)" tools/vendor.py

env: python
	@"$(PYTHON)" tools/environment.py book

env-test: python
	@"$(PYTHON)" tools/environment.py test

python:
	@command -v "$(PYTHON)" >/dev/null || { echo "PYTHON: no program called $(PYTHON); choose one with \`make PYTHON=python3.12 ...\`." >&2; exit 1; }
	@"$(PYTHON)" tools/python_fits.py
