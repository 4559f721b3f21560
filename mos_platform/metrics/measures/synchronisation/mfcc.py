"""Mel-frequency cepstral coefficients as SyncNet was trained on them."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RATE = 16000
WINDOW = 400
STEP = 160
COEFFICIENTS = 13
_FILTERS = 26
_FFT = 512
_PRE_EMPHASIS = 0.97
_LIFTER = 22
_EPSILON = float(np.finfo(np.float64).eps)


def mfcc(samples: NDArray[np.int16]) -> Floats:
    """int16 samples at 16 kHz, (N,) → (T, 13): a row for every 10 ms, each from 25 ms without a window.

    Pre-emphasis 0.97, 512-point power spectrum, 26 triangular mel filters from 0 to 8 kHz, DCT-II, lifter 22;
    the first coefficient is the log of the frame's energy. Sound is padded with zeros to a whole last frame.
    Silence gives the log of the smallest float in place of −∞. The same numbers as the defaults of
    python_speech_features 0.6. N must be positive.
    """
    emphasised = scipy.signal.lfilter([1.0, -_PRE_EMPHASIS], [1.0], samples.astype(np.float64))
    spectrum = np.fft.rfft(_frames(emphasised), _FFT)
    power = (spectrum.real**2 + spectrum.imag**2) / _FFT
    bands = _positive(power @ _FILTERBANK.T)
    cepstra = scipy.fft.dct(np.log(bands), type=2, axis=1, norm="ortho")[:, :COEFFICIENTS] * _LIFT
    cepstra[:, 0] = np.log(_positive(power.sum(axis=1)))
    return np.asarray(cepstra, dtype=np.float64)


def _positive(values: Floats) -> Floats:
    return np.where(values == 0, _EPSILON, values)


def _frames(signal: Floats) -> Floats:
    count = 1 + max(-(-(len(signal) - WINDOW) // STEP), 0)
    padded = np.zeros((count - 1) * STEP + WINDOW)
    padded[: len(signal)] = signal
    return np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::STEP]


def _filterbank() -> Floats:
    """(26, 257): triangles between bins, whose edges lie evenly on the mel scale."""
    mel = np.linspace(0, 2595 * np.log10(1 + RATE / 2 / 700), _FILTERS + 2)
    edges = np.floor((_FFT + 1) * 700 * (10 ** (mel / 2595) - 1) / RATE)
    low, centre, high = (edges[start : start + _FILTERS, None] for start in range(3))
    bins = np.arange(_FFT // 2 + 1)
    rising = (bins - low) / np.maximum(centre - low, 1)
    falling = (high - bins) / np.maximum(high - centre, 1)
    up, down = (bins >= low) & (bins < centre), (bins >= centre) & (bins < high)
    return np.where(up, rising, np.where(down, falling, 0.0))


_FILTERBANK = _filterbank()
_LIFT = 1 + _LIFTER / 2 * np.sin(np.pi * np.arange(COEFFICIENTS) / _LIFTER)
