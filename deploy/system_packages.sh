#!/bin/sh
# Installs the named Debian packages that are not there yet; without apt it says what to install.
set -eu

shared_library() {
    ldconfig -p | grep -qF "$1"
}

present() {
    case "$1" in
        python3-venv) "${PYTHON:-python3}" -c 'import ensurepip, venv' ;;
        postgresql) command -v postgres || ls /usr/lib/postgresql/*/bin/postgres ;;
        poppler-utils) command -v pdftoppm ;;
        libgl1) shared_library libGL.so.1 ;;
        libegl1) shared_library libEGL.so.1 ;;
        libgles2) shared_library libGLESv2.so.2 ;;
        *) command -v "$1" ;;
    esac >/dev/null 2>&1
}

missing=""
for package in "$@"; do
    present "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "Missing on this machine:$missing; there is no apt-get here, so install them with your system's package manager and run make again." >&2
    exit 2
fi

as_root=""
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "Missing on this machine:$missing; run 'apt-get install$missing' as root, then run make again." >&2
        exit 2
    fi
    as_root="sudo"
fi

echo "Installing Debian packages:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@"; }
# $missing is a list of words: it must be split.
# shellcheck disable=SC2086
if ! { apt update && apt install --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    echo "apt-get could not install$missing (its last lines stand above); install them by hand and run make again." >&2
    exit 2
fi
