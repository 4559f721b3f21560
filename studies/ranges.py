"""Which values a metric can have by its definition, whoever measures it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from studies.metrics import Metric

ROUNDING = 1e-6  # of single precision: the cosine of a vector with itself


@dataclass(frozen=True)
class Range:
    """Lowest and highest value, both possible."""

    low: float
    high: float = math.inf
    rounding: float = ROUNDING

    def holds(self, value: float) -> bool:
        return self.low - self.rounding <= value <= self.high + self.rounding

    @property
    def words(self) -> str:
        low = f"{self.low:g}".replace("-", "−")
        return f"is {low} or more" if math.isinf(self.high) else f"lies between {low} and {self.high:g}"


COSINE, SHARE, POSITIVE = Range(-1, 1), Range(0, 1), Range(0)
# Of sets that are alike, the root of a product of covariances leaves a little to either side of 0.
FRECHET = Range(0, rounding=0.01)

_OF: dict[Range, tuple[str, ...]] = {
    COSINE: (
        *("ssim", "ms_ssim", "csim", "csim_dlib", "csim_arcface", "jaw_envelope_correlation"),
        "av_hubert_score",
    ),
    SHARE: ("cpbd", "beat_align", "beat_align_pose", "sync_f1", "sync_balanced_accuracy"),
    Range(-10, 10): ("jaw_envelope_lag",),
    Range(1): ("is",),
    FRECHET: ("fid", "fvd", "fvd_16f", "e_fid", "emo_fid", "p_fd"),
    POSITIVE: (
        *("mse", "l1", "psnr", "lpips", "niqe", "fps", "rpcc", "mcd", "mcd_dtw"),
        *("lse_d", "lse_d_demo", "lse_d_lrs", "lse_d_mesh", "lse_c", "lse_c_demo", "lse_c_lrs", "lse_c_mesh"),
        *("wer", "cer", "ver", "vwer", "wer_asr", "cer_asr", "lra", "emotion_accuracy", "nsv_accuracy"),
        *("bleu", "meteor", "rouge", "cider", "spice"),
        *("lmd", "m_lmd", "f_lmd", "lmd_lips", "lve_2d", "akd", "ear", "ear_difference", "pose_lmd"),
        *("lip_opening", "lip_opening_difference", "mve", "lve", "eve", "mod", "mee", "eie", "mle"),
        *("prmse", "apd", "ard", "aed", "aed_blendshapes", "fdd_2d", "velocity_mse", "acceleration_mse"),
        *("landmark_velocity", "landmark_acceleration", "landmark_jitter"),
        *("diversity", "diversity_head_motion", "diversity_head_motion_pose", "emotion_diversity"),
    ),
}
RANGES: dict[str, Range] = {name: possible for possible, names in _OF.items() for name in names}


def metric_range(metric: Metric) -> Range | None:
    """The range that follows from the metric's definition; None where it sets no limit that we know.

    No upper limit stands where shares are stated in percent as well.
    """
    return RANGES.get(metric.name)
