"""Distribution: a method's clips against the references, as sets."""

from __future__ import annotations

from studies.computed.metric import Metric

_INCEPTION = "pt_inception-2015-12-05-6726825d.pth"
_PICTURES = (
    ("network", "Inception-v3 of 2015-12-05 as ported by pytorch-fid"),
    ("pictures", "the first of each fifth of a second of every clip of the method, whole"),
    ("resizing", "bilinear to 299 × 299 whatever the shape, not smoothed, as in pytorch-fid"),
)
_FRECHET = ("distance", "squared, of Gaussians with sample covariances (n − 1)")

METRICS: tuple[Metric, ...] = (
    Metric(
        "fid",
        "FID",
        "Fréchet distance of the Gaussians fitted to Inception features of generated and of real frames; "
        "too high where frames are few (below some 10 000), so that only values of as many compare",
        "Heusel, Ramsauer, Unterthiner, Nessler & Hochreiter (2017)",
        "lower",
        "1",
        level="method",
        needs=frozenset({"reference", "weights"}),
        files=(_INCEPTION,),
        parameters=(
            *_PICTURES,
            ("features", "2048, after the last pooling"),
            ("references", "of the same items"),
            _FRECHET,
        ),
    ),
    Metric(
        "is",
        "IS",
        "exponential of the mean divergence between a frame's class distribution by Inception and the "
        "marginal one",
        "Salimans, Goodfellow, Zaremba, Cheung, Radford & Chen (2016)",
        "higher",
        "1",
        level="method",
        needs=frozenset({"weights"}),
        aliases=("inception score",),
        files=(_INCEPTION,),
        parameters=(
            *_PICTURES,
            ("classes", "1008, logits without bias"),
            ("splits", "10, frames dealt to them in turn; their mean"),
        ),
    ),
    Metric(
        "fvd_16f",
        "FVD (16 frames)",
        "Fréchet distance of features of stretches of 16 frames, by a video network (I3D); too high where "
        "stretches are few (published values take 2048), so that only values of as many compare",
        "Unterthiner, van Steenkiste, Kurach, Marinier, Michalski & Gelly (2018); stretches and network: "
        "StyleGAN-V (CVPR 2022), arXiv:2112.14683",
        "lower",
        "1",
        level="method",
        needs=frozenset({"reference", "weights"}),
        files=("i3d_torchscript.pt",),
        parameters=(
            ("network", "I3D of Kinetics-400, the TorchScript file of StyleGAN-V"),
            ("stretches", "16 frames at 25 per second, one after another, of every clip of the method"),
            ("resizing", "to 224 × 224 by the network, whatever the shape"),
            ("features", "400, before the softmax"),
            ("references", "of the same items"),
            _FRECHET,
        ),
    ),
)
