#!/usr/bin/env bash
#
# Builds llama.cpp's `llama-server` from source, for tests that ask a real one; they skip without it.
# Some 13 minutes on one core, 80 MB fetched, 300 MB in .llama-server. Safe to call again.
#
# The sources come with a Python package, whose name, version and hash are in
# requirements/llama-server.txt; nothing else is fetched, and nothing is installed.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

where=$PWD/.llama-server
binary=$where/build/bin/llama-server

fail() {
    printf 'llama-server: %s\n' "$*" >&2
    exit 1
}

if [[ -x $binary ]]; then
    printf 'llama-server: %s is there\n' "$binary"
    exit 0
fi
for program in cmake ninja g++; do
    command -v "$program" >/dev/null ||
        fail "no $program; install it (Debian: cmake ninja-build g++), then run this again"
done
mkdir -p "$where/fetched"
.venv/bin/python -m pip download --quiet --no-deps --no-binary :all: --require-hashes \
    --dest "$where/fetched" --requirement requirements/llama-server.txt
tar -xzf "$where"/fetched/llama_cpp_python-*.tar.gz -C "$where"
# Neither its web page nor TLS is needed on this machine, nor what only this processor can do.
cmake -S "$where"/llama_cpp_python-*/vendor/llama.cpp -B "$where/build" -G Ninja \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O1 -DCMAKE_C_FLAGS_RELEASE=-O1 \
    -DBUILD_SHARED_LIBS=ON -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF \
    -DLLAMA_BUILD_APP=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF \
    -DLLAMA_OPENSSL=OFF -DGGML_NATIVE=OFF -DGGML_OPENMP=OFF >"$where/cmake.log"
nice -n 19 ninja -C "$where/build" "$@" llama-server
printf 'llama-server: built %s\n' "$binary"
