"""Word and character errors by pocketsphinx: real voices, and reasons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from filmed import bars, ffmpeg

from mos_platform.metrics.measures.implementation import Files
from mos_platform.metrics.measures.result import Measurement, NoValueError
from mos_platform.metrics.measures.speech.recognition import against_reference, errors, recognised, transcript
from mos_platform.metrics.measures.weights import Weights

NO_WEIGHTS = Weights(Path("nowhere"))
SAID = "imagination is more important than knowledge for knowledge is limited"


def measured(clip: Path, reference: Path | None) -> dict[str, float | None]:
    found = against_reference(Files(clip, reference, NO_WEIGHTS))
    return {metric: each.value for metric, each in found.items()}


def test_errors_are_counted_over_the_transcript() -> None:
    assert errors("one two three four", "one two three four") == (0, 0)
    assert errors("one two three four", "one too three") == (pytest.approx(2 / 4), pytest.approx(6 / 18))
    assert errors("yes", "") == (1, 1)
    assert errors("yes", "yes it is so")[0] == 3


def test_a_clip_that_speaks_the_reference_is_understood_alike(shared: Path) -> None:
    folder = shared / "clips" / "anitalker"
    clip, reference = folder / "Einstein_hubert__Einstein-english_male.mp4", folder / "english_male.mp3"
    found = against_reference(Files(clip, reference, NO_WEIGHTS))
    note = "transcript of 22 words, recognised in the reference"
    assert found == {metric: Measurement(0, note=note) for metric in ("wer_asr", "cer_asr")}
    assert transcript(reference).text.startswith(SAID)


@pytest.mark.all
def test_a_clip_of_edtalk_is_understood_nearly_alike(shared: Path) -> None:
    folder = shared / "clips" / "edtalk"
    found = measured(folder / "demo_EDTalk_A.mp4", folder / "mouth_source.wav")
    assert found["wer_asr"] is not None
    assert found["cer_asr"] is not None
    assert found["wer_asr"] < 0.05
    assert found["cer_asr"] < 0.05


@pytest.mark.all
def test_every_clip_of_both_methods(shared: Path) -> None:
    anitalker, edtalk = shared / "clips" / "anitalker", shared / "clips" / "edtalk"
    spoken = [(clip, anitalker / "english_male.mp3", 0.0) for clip in sorted(anitalker.glob("*.mp4"))]
    spoken += [(clip, edtalk / "mouth_source.wav", 0.05) for clip in sorted(edtalk.glob("*.mp4"))]
    found = {clip.name: (measured(clip, reference)["wer_asr"], limit) for clip, reference, limit in spoken}
    assert {name: each for name, each in found.items() if each[0] is None or each[0] > each[1]} == {}


def test_a_voice_in_noise_is_misunderstood(shared: Path, tmp_path: Path) -> None:
    voice = shared / "clips" / "anitalker" / "english_male.mp3"
    noisy = tmp_path / "noisy.wav"
    hiss = "anoisesrc=amplitude=0.3:duration=3:seed=1"
    mixed = "[0:a]atrim=0:3[a];[a][1:a]amix=inputs=2:duration=first:normalize=0"
    ffmpeg("-i", voice, "-f", "lavfi", "-i", hiss, "-filter_complex", mixed, noisy)
    plain = tmp_path / "plain.wav"
    ffmpeg("-i", voice, "-t", "3", plain)
    found = measured(noisy, plain)["wer_asr"]
    assert found is not None
    assert found > 0.3


def test_reasons(tmp_path: Path) -> None:
    tone = bars(tmp_path / "tone.mp4", seconds=1.2)
    mute = bars(tmp_path / "mute.mp4", "-an", seconds=1.2)
    silent = bars(tmp_path / "silent.mp4", "-af", "volume=0", seconds=1.2)
    short = bars(tmp_path / "short.mp4", seconds=0.5)
    for clip, reference, reason in [
        (tone, None, r"^no reference clip for this item$"),
        (mute, tone, r"^the clip has no sound$"),
        (silent, tone, r"^the sound is silent$"),
        (short, tone, r"^the sound is shorter than 1 s$"),
        (tone, mute, r"^reference: the clip has no sound$"),
        (tone, silent, r"^reference: the sound is silent$"),
        (tone, tone, r"^reference: no English word is recognised$"),
    ]:
        with pytest.raises(NoValueError, match=reason):
            against_reference(Files(clip, reference, NO_WEIGHTS))


def test_a_file_that_changed_is_listened_to_again(shared: Path, tmp_path: Path) -> None:
    clip = tmp_path / "clip.wav"
    ffmpeg("-i", shared / "clips" / "anitalker" / "english_male.mp3", "-t", "2", clip)
    reference = tmp_path / "reference.wav"
    reference.write_bytes(clip.read_bytes())
    assert measured(clip, reference)["wer_asr"] == 0
    ffmpeg("-f", "lavfi", "-i", "sine=frequency=440:duration=2", clip)
    assert measured(clip, reference)["wer_asr"] == 1


def test_nothing_is_heard_in_noise() -> None:
    hiss = np.random.default_rng(0).normal(0, 50, 16000).astype(np.int16)
    assert len(recognised(hiss).split()) <= 1
