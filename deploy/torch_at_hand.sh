#!/bin/sh
# PyTorch for the tests of networks, where a wheel of it lies at hand; from the registry it takes several GB.
set -eu
python=$1
wanted=$2

pip() {
    "${PYTHON:-python3}" -m pip --python "$python" --quiet --disable-pip-version-check "$@"
}

"$python" -c 'import torch' 2>/dev/null && exit 0
if pip install --dry-run --no-deps --no-index "$wanted" >/dev/null 2>&1; then
    pip install "$wanted"
else
    echo "No PyTorch at hand: the tests of networks are skipped. 'make torch' installs it."
fi
