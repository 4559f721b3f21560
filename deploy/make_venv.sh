#!/bin/sh
# make_venv.sh VENV UV_VERSION: a virtual environment with uv in it.
set -eu
venv=$1
uv_version=$2
here=$(dirname "$0")
python=${PYTHON:-python3}

if ! command -v "$python" >/dev/null 2>&1; then
    echo "$python was not found; install Python 3.11 or 3.12, or name one: make PYTHON=/path/to/python3.11." >&2
    exit 2
fi
if ! "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))'; then
    echo "$("$python" --version) is not supported; name a Python 3.11 or 3.12: make PYTHON=/path/to/python3.11." >&2
    exit 2
fi

# A folder left by an interrupted run has no working pip.
if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    "$here/system_packages.sh" python3-venv
    echo "Making $venv"
    "$python" -m venv --clear "$venv"
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check "uv==$uv_version"
