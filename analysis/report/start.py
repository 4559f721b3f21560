"""How a notebook comes by its `view`: from results.json beside it, or from the data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from analysis import RESULTS_FILE
from analysis.load import AskedScale
from analysis.options import Options
from analysis.report.sections import IMPORTS, Section

LOAD = """\
from analysis.load import load_source

data = load_source({source})"""
BESIDE = """\
import sys
from importlib.util import find_spec

if find_spec("analysis") is None:
    sys.path.insert(0, "code")

"""
LOAD_METRICS = f"from pathlib import Path\n\n{LOAD}"
COMPUTE = """\
from analysis.options import Options
from analysis.results import compute

options = Options(
{options}
)
results = compute(data, options)"""
VIEW = """\
from analysis.report import study_view

view = study_view(results, data)"""
REPRODUCED = f"""\
from analysis.report import reproduced

reproduced(results, "{RESULTS_FILE}")"""


@dataclass(frozen=True)
class Start:
    """The cells before the report's sections, with `words` above them, and the sections after."""

    cells: tuple[str, ...]
    words: str = ""
    last: tuple[Section, ...] = ()


FROM_RESULTS = Start((f'{IMPORTS}\n\nview = figures.View.open(".")',))


def from_data(
    source: str,
    options: Options,
    *,
    metrics: Path | None = None,
    question_column: str | None = None,
    reference: str | None = None,
    scale: AskedScale = None,
    published: bool = False,
) -> Start:
    """Cells that load `source`, as seen from the notebook's folder, and compute its statistics.

    `published`: results.json lies beside the notebook, and the last cell compares with it; so does `code`.
    """
    given = [json.dumps(source, ensure_ascii=False)]
    given += [f"metrics=Path({json.dumps(str(metrics), ensure_ascii=False)})"] if metrics is not None else []
    given += [f"question_column={json.dumps(question_column, ensure_ascii=False)}"] if question_column else []
    given += [f"reference={json.dumps(reference, ensure_ascii=False)}"] if reference else []
    given += [f"scale={_ends(scale)}"] if scale else []
    load = (LOAD if metrics is None else LOAD_METRICS).format(source=", ".join(given))
    heading = "Do the data give the published results?"
    return Start(
        cells=(
            f"{BESIDE}{IMPORTS}" if published else IMPORTS,
            load,
            COMPUTE.format(options=_made(options)),
            VIEW,
        ),
        words="The first cells load the data and compute the statistics. Change what you like, such as the "
        "confidence, and run its cell and those below it again.",
        last=(Section("reproduced", heading, (REPRODUCED,)),) if published else (),
    )


def _ends(scale: AskedScale) -> str:
    """The ends of the scale, or of each question's, as Python."""
    if isinstance(scale, tuple):
        return "({:g}, {:g})".format(*scale)
    named = (f"{json.dumps(name, ensure_ascii=False)}: {_ends(ends)}" for name, ends in (scale or {}).items())
    return f"{{{', '.join(named)}}}"


def _made(options: Options) -> str:
    """The options as Python, one per line."""
    given: dict[str, object] = {
        "target": options.target,
        "confidence": options.confidence,
        "seed": options.seed,
        "n_boot": options.n_boot,
        "margin": options.margin,
        "regularised_preference": options.regularised_preference,
    }
    return "\n".join(f"    {name}={_literal(value)}," for name, value in given.items())


def _literal(value: object) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)
