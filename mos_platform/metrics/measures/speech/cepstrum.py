"""Mel cepstra: the shape of a sound's spectrum in a few numbers, 100 times a second. Pure functions."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import NDArray

from mos_platform.metrics.measures.reading.sound import RATE

Floats = NDArray[np.float64]

WINDOW = 512
STEP = 160
BANDS = 40
ORDER = 13
_FFT = 1024
# What rounding samples to 16 bits adds, in units of a sample squared.
_ROUNDING = 1 / 12


def bands(samples: NDArray[np.int16]) -> Floats:
    """int16 samples at 16 kHz, (N,) → (T, 40): energies in dB, frame t from sample 160·t on.

    Hann window of 32 ms, 40 triangles of equal width on the mel scale from 0 to 8 kHz. No energy counts as
    less than what rounding to 16 bits leaves. N must be at least 512.
    """
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::STEP]
    spectrum = np.fft.rfft(frames * _HANN, _FFT)
    power = spectrum.real**2 + spectrum.imag**2
    return np.asarray(10 * np.log10(np.maximum(power @ _TRIANGLES.T, _FLOOR)))


def cepstra(energies: Floats) -> Floats:
    """(T, 40) energies in dB → (T, 13): mel-cepstral coefficients 1 to 13, in nepers; without loudness.

    Coefficient k is 2/40 · Σ a·cos(kπ(n − ½)/40) over bands n = 1 … 40 of the logarithm a of amplitude, so
    that a = Σ over k, from 0 on, of coefficient · cosine: the one-sided convention in which the usual factor
    10·√2 / ln 10 makes a distance of coefficients one of spectra in dB.
    """
    amplitude = energies * np.log(10) / 20
    return np.asarray(scipy.fft.dct(amplitude, type=2, axis=1)[:, 1 : ORDER + 1] / energies.shape[1])


def loudness(energies: Floats) -> Floats:
    """(T, 40) energies in dB → (T,): of all bands together, in dB."""
    return np.asarray(10 * np.log10(np.sum(10 ** (energies / 10), axis=1)))


def _triangles() -> Floats:
    """(40, 513): weights of frequencies; each triangle ends where its neighbours have their tops."""
    mel = np.linspace(0, 2595 * np.log10(1 + RATE / 2 / 700), BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    low, top, high = (edges[start : start + BANDS, None] for start in range(3))
    frequencies = np.arange(_FFT // 2 + 1) * RATE / _FFT
    return np.maximum(np.minimum((frequencies - low) / (top - low), (high - frequencies) / (high - top)), 0)


_HANN = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(WINDOW) + 0.5) / WINDOW)
_TRIANGLES = _triangles()
_FLOOR = _ROUNDING * np.sum(_HANN**2) * _TRIANGLES.sum(axis=1)
