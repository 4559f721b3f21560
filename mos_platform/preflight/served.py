"""What a study file can say and this release does not serve yet: refused rather than ignored."""

from __future__ import annotations

from studies.config import StudyConfig


def unserved(config: StudyConfig) -> list[str]:
    """One sentence for each."""
    found = []
    if config.design.sittings_per_rater > 1:
        found.append(
            "several sittings per rater are not served yet; write 'sittings_per_rater: 1' and lower "
            "trials_per_sitting."
        )
    return found
