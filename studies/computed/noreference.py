"""No reference: how good pictures look by themselves."""

from __future__ import annotations

from studies.computed.metric import Metric

METRICS: tuple[Metric, ...] = (
    Metric(
        "cpbd",
        "CPBD",
        "cumulative probability of blur detection: the share of edges whose blur is hardly noticed",
        "Narvekar & Karam (2011)",
        "higher",
        "1",
        parameters=(
            ("colour", "BT.601 luma"),
            ("block", "64 × 64"),
            ("β", "3.6"),
            ("edges", "as in the cpbd package 1.0.7"),
            ("over frames", "mean over those with a measurable edge"),
        ),
    ),
)
