"""`analysis plan`: how many raters and items a study needs."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.cli import arguments as values
from analysis.cli.folder import VAR, place_of, replacing
from analysis.cli.record import assumed_origin, origin_of
from analysis.cli.statistics import add_reference, as_text
from studies.errors import InputError
from studies.scales import SCALES

if TYPE_CHECKING:
    from analysis.cli.arguments import Commands
    from analysis.cli.folder import OriginAt
    from analysis.planning.basis import Basis
    from analysis.planning.plan import Plan
    from analysis.planning.request import Request

COMPONENTS = ("rater", "item", "rater:item", "rater:method", "item:method", "residual")
LARGEST = 100_000
MOST_NUMBERS = 12
UNASKED = ("command", "run", "source", "out")  # arguments that do not change the plan's numbers


def add_command(commands: Commands) -> None:
    plan = commands.add_parser(
        "plan",
        help="how precise a study will be, over numbers of raters and items",
        description="Half-width of a MOS, detectable difference and cost over numbers of raters and items, "
        "from the variance components of a pilot, of --components, or else of published studies.",
        epilog="Variances are squared grades, named as in the list `variance` of results.json.",
    )
    plan.set_defaults(run=_run)
    _add_basis(plan)
    _add_design(plan)
    _add_goals(plan)
    plan.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help=f"for plan.csv, plan.json, plan.svg and plan.png; default: ${VAR}/plans/STUDY_ID, "
        f"or var/plans/STUDY_ID where {VAR} is not set",
    )


def _add_basis(plan: argparse.ArgumentParser) -> None:
    plan.add_argument(
        "source",
        metavar="SOURCE",
        nargs="?",
        help="pilot: a bundle, a ratings.csv or a study id, as for report",
    )
    plan.add_argument(
        "--question", metavar="NAME", help="plan for this question of the pilot; default: for each"
    )
    plan.add_argument("--question-column", metavar="NAME", help="column of the pilot that holds the question")
    add_reference(plan)
    plan.add_argument(
        "--components",
        type=_components,
        default={},
        metavar="LIST",
        help="variances such as rater=0.1,item=0.05 in place of estimated or assumed ones; names: "
        + ", ".join(COMPONENTS),
    )
    plan.add_argument(
        "--scale",
        type=values.scale,
        metavar="NAME",
        help=f"scale where no pilot says it: {', '.join(SCALES)} or LOW:HIGH, such as 0:100; default: acr5",
    )


def _add_design(plan: argparse.ArgumentParser) -> None:
    plan.add_argument("--raters", type=_numbers, metavar="LIST", help="default: 10,20,30,50")
    plan.add_argument("--items", type=_numbers, metavar="LIST", help="default: 5,10,20,40")
    plan.add_argument(
        "--methods", type=_count, metavar="N", help="methods per study; default: the pilot's, else 5"
    )
    plan.add_argument(
        "--ratings-per-rater", type=_count, metavar="N", help="clips that one rater rates; default: all"
    )
    plan.add_argument(
        "--payment-per-rating", type=_payment, metavar="SUM", help="cost of one rating, in any currency"
    )


def _add_goals(plan: argparse.ArgumentParser) -> None:
    plan.add_argument(
        "--half-width",
        type=values.grades,
        metavar="GRADES",
        help="wanted half-width of a MOS; default, where --difference is not given either: 1/16 of the scale "
        "(0.25 grades of five)",
    )
    plan.add_argument(
        "--difference",
        type=values.grades,
        metavar="GRADES",
        help="difference of two methods to be found; default, where --half-width is not given either: 1/8 of "
        "the scale (0.5 grades of five)",
    )
    plan.add_argument("--power", type=_power, help="of finding that difference; default: 0.8")
    plan.add_argument(
        "--comparisons",
        type=_count,
        metavar="N",
        help="tests that share the level (Holm's first step); default: all pairs of methods, as in reports",
    )
    plan.add_argument("--confidence", type=values.confidence, help="default: the pilot's, else 0.95")
    plan.add_argument(
        "--target", choices=values.TARGETS, help="default: as the pilot's study declares, else raters+items"
    )


def _components(text: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = (piece.strip() for piece in part.partition("="))
        value = values.number(number)
        if name not in COMPONENTS:
            raise argparse.ArgumentTypeError(f"{name!r} is not one of {', '.join(COMPONENTS)}")
        if not 0 <= value < math.inf:
            raise argparse.ArgumentTypeError(
                f"{part.strip()!r} is not like {name}=0.1, a variance of 0 or more"
            )
        found[name] = value
    return found


def _numbers(text: str) -> tuple[int, ...]:
    found = sorted({_count(part.strip()) for part in text.split(",")})
    if found[0] < 2 or len(found) > MOST_NUMBERS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of up to {MOST_NUMBERS} numbers from 2 on")
    return tuple(found)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= LARGEST):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {LARGEST}")
    return int(text)


def _power(text: str) -> float:
    value = values.number(text)
    if not 0.5 <= value <= 0.999:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0.5 to 0.999, such as 0.8")
    return value


def _payment(text: str) -> float:
    value = values.number(text)
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a sum such as 0.12")
    return value


def _run(arguments: argparse.Namespace) -> str:
    """Plan and write. Returns the plan's text and where its files lie."""
    from analysis.planning.plan import make_plan
    from analysis.planning.text import plan_text

    asked = _asked(arguments)
    given = arguments.source is not None
    bases, request, origin = _with_pilot(arguments) if given else _without_pilot(arguments)
    plans = [make_plan(basis, request) for basis in bases]
    place = place_of(arguments.out, "plans", bases[0].study, origin)
    with replacing(place, asked) as folder:
        _write(plans, folder)
        names = sorted(path.name for path in folder.iterdir())
    texts = "\n\n\n".join(plan_text(plan) for plan in plans)
    return "\n".join([texts, "", *place.told, f"{place.out}: {', '.join(names)}"])


def _asked(arguments: argparse.Namespace) -> dict[str, str]:
    given = {name: value for name, value in vars(arguments).items() if name not in UNASKED}
    return {name: as_text(value) for name, value in given.items() if value is not None and value != {}}


def _without_pilot(arguments: argparse.Namespace) -> tuple[tuple[Basis, ...], Request, OriginAt]:
    from analysis.planning.basis import assumed_basis

    for name in ("question", "question_column", "reference"):
        if getattr(arguments, name) is not None:
            raise InputError(
                f"--{name.replace('_', '-')} is about a pilot; give one as SOURCE, or leave it out."
            )
    scale = arguments.scale or values.scale("acr5")
    basis = assumed_basis(arguments.components, scale)
    named = () if arguments.out else (basis.scale, basis.components)
    return (basis,), _request(arguments), lambda _: assumed_origin(basis.study, *named)


def _with_pilot(arguments: argparse.Namespace) -> tuple[tuple[Basis, ...], Request, OriginAt]:
    from analysis.load import load_source
    from analysis.planning.pilot import pilot_bases
    from studies.config import Analysis

    data = load_source(
        arguments.source,
        question_column=arguments.question_column,
        reference=arguments.reference,
        scale=arguments.scale,
    )
    declared = data.config.analysis if data.config else Analysis()
    arguments.target = arguments.target or declared.target
    arguments.confidence = arguments.confidence or declared.confidence
    bases = pilot_bases(data, arguments.question, arguments.components, arguments.target)
    return bases, _request(arguments), lambda folder: origin_of(data, arguments.source, folder)


def _request(arguments: argparse.Namespace) -> Request:
    from analysis.planning.request import Request

    return Request(
        raters=arguments.raters or Request.raters,
        items=arguments.items or Request.items,
        methods=arguments.methods,
        ratings_per_rater=arguments.ratings_per_rater,
        half_width=arguments.half_width,
        difference=arguments.difference,
        power=arguments.power or Request.power,
        confidence=arguments.confidence,
        target=arguments.target,
        comparisons=arguments.comparisons,
        payment=arguments.payment_per_rating,
    )


def _write(plans: list[Plan], folder: Path) -> None:
    from analysis.figures.plan import plan_figure
    from analysis.planning.files import plan_csv, plan_json

    (folder / "plan.json").write_text(plan_json(plans), encoding="utf-8")
    (folder / "plan.csv").write_text(plan_csv(plans), encoding="utf-8")
    for plan in plans:
        plan_figure(plan, alone=len(plans) == 1).save(folder)
