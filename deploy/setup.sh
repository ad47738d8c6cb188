#!/usr/bin/env bash
#
# Makes this checkout ready to use: system packages, a virtual environment, hash-checked packages.
# Safe to call again at any time: with nothing to do it ends in a fraction of a second.
#
#   deploy/setup.sh run     what the daemon needs             -> .venv
#   deploy/setup.sh test    ... and what its tests need       -> .venv
#   deploy/setup.sh torch   ... and PyTorch, ultralytics and a server of models -> .venv-torch
#   deploy/setup.sh home-assistant   a Home Assistant to test against -> .venv-home-assistant
#
# PYTHON=/path/to/python chooses the interpreter (3.11 or newer; 3.13 for Home Assistant).

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf 'setup: %s\n' "$*"; }

fail() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

main() {
    local profile=${1:-} environment=.venv locks size room_gib=2 least=11 pip_options=()
    case $profile in
    run) locks=(base) size="0.6 GB on disk" ;;
    test) locks=(dev) size="1 GB on disk" ;;
    torch)
        environment=.venv-torch locks=(gpu dev serving) room_gib=11
        size="7 GB on disk, several minutes"
        pip_options=(--no-cache-dir) # its wheels alone would fill a cache with 3 GB
        ;;
    home-assistant)
        environment=.venv-home-assistant locks=(home-assistant) size="0.7 GB on disk" least=13
        pip_options=(--no-deps) # it pins more exactly than its parts agree on
        ;;
    *)
        printf 'usage: deploy/setup.sh run|test|torch|home-assistant\n' >&2
        exit 2
        ;;
    esac
    ensure_system_packages
    ensure_environment
    ensure_packages
    if [[ $profile != home-assistant ]]; then ensure_project; fi
}

# --- system packages ---------------------------------------------------------------------------

# Each check looks for the thing itself, not for a package, so it holds on any distribution.
has_library() { [[ $libraries == *"$1"* ]]; }
has_program() { command -v "$1" >/dev/null || [[ -x /usr/sbin/$1 ]]; }
has_file() { compgen -G "/usr/lib/*/$1" >/dev/null || compgen -G "/usr/lib*/$1" >/dev/null; }

need() {
    local package=$1
    shift
    "$@" || missing+=("$package")
}

ensure_system_packages() {
    local libraries missing=()
    libraries=$(/sbin/ldconfig -p)
    need libgl1 has_library libGL.so.1 # OpenCV's wheel links both
    need libglib2.0-0 has_library libgthread-2.0.so.0
    if [[ $profile != run ]]; then
        need mosquitto has_program mosquitto
        need mosquitto-clients has_program mosquitto_sub
        need jq has_program jq
        need strace has_program strace # disks that fail, and power that goes
        need systemd has_program systemd-analyze     # scores the units; nothing is started
        need libseccomp2 has_library libseccomp.so.2 # runs an inference under a unit's filter
        need python3-gi has_file python3/dist-packages/gi
        need gir1.2-gst-rtsp-server-1.0 has_file girepository-1.0/GstRtspServer-1.0.typelib
        need gstreamer1.0-plugins-base has_file gstreamer-1.0/libgstapp.so
        need gstreamer1.0-plugins-good has_file gstreamer-1.0/libgstrtp.so
        need gstreamer1.0-plugins-bad has_file gstreamer-1.0/libgstvideoparsersbad.so
    fi
    if ! works && ! find_python >/dev/null; then missing+=(python3 python3-venv); fi
    if ((${#missing[@]})); then install_with_apt "${missing[@]}"; fi
}

install_with_apt() {
    local as_root=() log
    if ! has_program apt-get; then
        fail "this system lacks (named as on Debian): $*; install them, then run this again"
    fi
    if ((EUID != 0)); then
        if ! has_program sudo || ! sudo -n true 2>/dev/null; then
            fail "system packages are missing; run this, then try again:

  sudo apt-get install -y --no-install-recommends $*
"
        fi
        as_root=(sudo -n)
    fi
    log=$(mktemp)
    apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" >>"$log" 2>&1; }
    say "installing system packages: $*"
    if ! apt install -y --no-install-recommends "$@"; then
        say "refreshing the package lists, which are absent or too old"
        if ! apt update || ! apt install -y --no-install-recommends "$@"; then
            tail -n 20 "$log" >&2
            fail "apt-get could not install: $* (its last words are above; all of them: $log)"
        fi
    fi
    rm -f "$log"
}

# --- the environment ---------------------------------------------------------------------------

works() { [[ -x $environment/bin/python ]] && "$environment/bin/python" -c 'import pip' 2>/dev/null; }

# Prints the first interpreter that is recent enough and can make environments.
find_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 /usr/bin/python3; do
        if "$candidate" -c "import sys, ensurepip, venv; sys.exit(sys.version_info < (3, $least))" \
            2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    return 1
}

ensure_environment() {
    local python
    if works; then return; fi
    python=$(find_python) ||
        fail "no Python 3.$least or newer with its venv module; Debian 12 has 3.11, or set PYTHON="
    say "creating $environment with $("$python" --version)"
    rm -rf "$environment"
    "$python" -m venv "$environment"
}

# --- packages ----------------------------------------------------------------------------------

# A stamp holds the hashes of what was installed last; while it fits there is nothing to do.
fits() { [[ -f $environment/$1.stamp && $(<"$environment/$1.stamp") == "$2" ]]; }

hashes() { sha256sum "$@"; }

pip() {
    # TMPDIR: PyTorch's wheels are too large for a /tmp that is kept in memory.
    TMPDIR=$PWD/$environment/tmp "$environment/bin/python" -m pip install \
        --disable-pip-version-check --no-input "$@"
}

ensure_packages() {
    local files=("${locks[@]/#/requirements/}") total log=$environment/install.log
    files=("${files[@]/%/.txt}")
    if fits "$profile" "$(hashes "${files[@]}")"; then return; fi
    # The tests' packages contain the daemon's.
    if [[ $profile == run ]] && fits test "$(hashes requirements/dev.txt)"; then return; fi
    ensure_room
    total=$(grep -hoE '^[[:alnum:]._-]+==' "${files[@]}" | sort -u | wc -l)
    say "installing $total packages into $environment, each checked against its hash ($size)"
    mkdir -p "$environment/tmp"
    if ! pip --require-hashes "${pip_options[@]}" "${files[@]/#/--requirement=}" 2>&1 |
        tee "$log" | show_progress "$total"; then
        tail -n 20 "$log" >&2
        fail "packages could not be installed (pip's last words are above; all of them: $log)"
    fi
    rm -rf "$environment/tmp"
    hashes "${files[@]}" >"$environment/$profile.stamp"
}

ensure_room() {
    local free_kib
    free_kib=$(df -Pk . | awk 'NR == 2 { print $4 }')
    if ((free_kib < room_gib * 1024 * 1024)); then
        fail "$environment needs up to $room_gib GiB while it is built, but $PWD has only" \
            "$((free_kib / 1024 / 1024)) GiB free; make room, then run this again"
    fi
}

# Turns pip's chatter into a line per ten packages; on a terminal, into one line that changes.
show_progress() {
    local total=$1 count=0 line name
    while IFS= read -r line; do
        case $line in
        "Collecting "*) name=${line#Collecting } ;;
        "Processing "*) name=${line##*/} ;;
        "Requirement already satisfied: "*) name=${line#Requirement already satisfied: } ;;
        "Installing collected packages"*) say "unpacking" && continue ;;
        *) continue ;;
        esac
        count=$((count + 1))
        if [[ -t 1 ]]; then
            printf '\r\033[Ksetup: %d of %d: %s' "$count" "$total" "${name%% *}"
            if ((count == total)); then printf '\n'; fi
        elif ((count % 10 == 0)); then
            say "$count of $total"
        fi
    done
}

ensure_project() {
    local stamp
    stamp=$(hashes pyproject.toml)
    if fits project "$stamp"; then return; fi
    say "installing this checkout into $environment"
    # Its build tools come from the lock too: nothing is fetched here, so nothing is unchecked.
    mkdir -p "$environment/tmp"
    pip --quiet --no-index --no-deps --no-build-isolation --editable .
    rm -rf "$environment/tmp"
    printf '%s\n' "$stamp" >"$environment/project.stamp"
}

main "$@"
