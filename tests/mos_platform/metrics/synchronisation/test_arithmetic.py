"""What surrounds SyncNet: features of sound, distances, faces. Golden values come from the reference code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import syncnet_inputs as inputs

from mos_platform.metrics.measures.synchronisation import cuts, tracking
from mos_platform.metrics.measures.synchronisation.boxes import decoded, suppressed
from mos_platform.metrics.measures.synchronisation.mfcc import mfcc
from mos_platform.metrics.measures.synchronisation.scoring import windows
from mos_platform.metrics.measures.synchronisation.shifts import mean_distances, sync
from mos_platform.metrics.measures.synchronisation.tracking import Sighting


@pytest.fixture(scope="module")
def golden() -> dict[str, np.ndarray]:
    return dict(np.load(Path(__file__).parent / "golden.npz"))


def test_mfcc_are_those_of_python_speech_features(golden: dict[str, np.ndarray]) -> None:
    np.testing.assert_allclose(mfcc(inputs.samples()), golden["mfcc"], rtol=0, atol=1e-9)


@pytest.mark.parametrize(("samples", "rows"), [(1, 1), (400, 1), (401, 2), (560, 2), (561, 3)])
def test_mfcc_has_a_row_for_every_begun_step(samples: int, rows: int) -> None:
    assert mfcc(inputs.samples()[:samples]).shape == (rows, 13)


def test_mfcc_of_silence_is_finite() -> None:
    assert np.isfinite(mfcc(np.zeros(1600, np.int16))).all()


def test_mean_distances_are_the_reference_s(golden: dict[str, np.ndarray]) -> None:
    means = mean_distances(golden["syncnet_lips"], golden["syncnet_sound"])
    np.testing.assert_allclose(means, golden["syncnet_means"], rtol=1e-6)


@pytest.mark.parametrize("lead", [-12, -3, 0, 4, 15])
def test_sound_that_leads_has_a_positive_offset(lead: int) -> None:
    walk = np.random.default_rng(2).normal(size=(120, 32)).astype(np.float32) + 3
    lips, sound = walk[20:100], walk[20 + lead : 100 + lead]
    found = sync(lips, sound)
    assert found.offset == lead
    assert found.windows == 80


def test_distance_and_confidence_are_smallest_and_median_less_smallest() -> None:
    lips = np.zeros((200, 4), np.float32)
    sound = np.full((200, 4), 1.0, np.float32)
    found = sync(lips, sound, vshift=1)
    # √4 in time; a shift loses one window of 200 to zeros, whose distance is 0.
    assert found.distance == pytest.approx(2 * 199 / 200, abs=1e-5)
    assert found.confidence == pytest.approx(0, abs=1e-5)
    assert found.offset == 1


def test_windows_are_every_window_once() -> None:
    pictures = [np.full((1, 1, 3), number, np.uint8) for number in range(11)]
    stacks = list(windows(iter(pictures), 5, 3))
    starts = [int(stack[first, 0, 0, 0]) for stack in stacks for first in range(len(stack) - 4)]
    assert starts == list(range(7))
    assert not list(windows(iter(pictures[:4]), 5, 3))


def test_faces_are_followed_as_the_reference_follows_them(golden: dict[str, np.ndarray]) -> None:
    shot = [
        [Sighting(number, (a, b, c, d)) for a, b, c, d in boxes]
        for number, boxes in enumerate(inputs.sightings())
    ]
    found = tracking.tracks(shot)
    assert [track.first for track in found] == [int(golden["first0"]), int(golden["first1"])]
    for number, track in enumerate(found):
        np.testing.assert_allclose(track.boxes, golden[f"track{number}"], rtol=0, atol=1e-9)


def test_a_face_that_is_seen_in_100_pictures_is_too_short_a_track() -> None:
    boxes = [[Sighting(number, (0, 0, 200, 200))] for number in range(101)]
    assert len(tracking.tracks(boxes)) == 1
    assert not tracking.tracks(boxes[:100])


def test_a_face_of_100_pixels_is_too_small() -> None:
    assert not tracking.tracks([[Sighting(number, (0, 0, 100, 90))] for number in range(200)])


def test_a_face_that_is_missed_for_too_long_is_another_track() -> None:
    def seen(gap: int) -> list[list[Sighting]]:
        there = [*range(110), *range(110 + gap, 220 + gap)]
        return [
            [Sighting(number, (0, 0, 200, 200))] if number in there else [] for number in range(220 + gap)
        ]

    assert [(track.first, track.last) for track in tracking.tracks(seen(24))] == [(0, 243)]
    assert [(track.first, track.last) for track in tracking.tracks(seen(25))] == [(0, 109), (135, 244)]


def test_the_square_reaches_lower_than_higher() -> None:
    picture = np.arange(400 * 400 * 3, dtype=np.int64).reshape(400, 400, 3) % 251
    cut = tracking.cut_out(picture.astype(np.uint8), 200, 150, 50)
    assert cut.shape == (140, 140, 3)
    np.testing.assert_array_equal(cut, picture[100:240, 130:270].astype(np.uint8))


def test_beyond_the_edges_is_grey() -> None:
    cut = tracking.cut_out(np.zeros((100, 100, 3), np.uint8), 10, 10, 50)
    assert cut.shape == (140, 140, 3)
    assert (cut[:40] == 110).all()
    assert (cut[:, :60] == 110).all()
    assert (cut[40:, 60:] == 0).all()


def test_squares_ignore_a_single_jump() -> None:
    boxes = np.tile([100.0, 100, 200, 220], (40, 1))
    boxes[20] += 500
    place = tracking.squares(boxes)
    assert (place.x[20], place.y[20], place.half[20]) == (150, 160, 60)


def test_scenes_end_where_the_picture_changes() -> None:
    dark, bright = np.zeros((20, 20, 3), np.uint8), np.full((20, 20, 3), 31, np.uint8)
    assert cuts.scenes([dark] * 30 + [bright] * 30) == [(0, 30), (30, 60)]
    assert cuts.scenes([dark] * 30 + [bright - 2] * 30) == [(0, 60)]
    assert cuts.scenes([dark] * 30 + [bright] * 14 + [dark] * 16) == [(0, 30), (30, 60)]


@pytest.mark.parametrize(("width", "step"), [(399, 1), (400, 2), (512, 2), (1080, 4), (1920, 6), (4000, 12)])
def test_large_pictures_are_thinned_to_find_scenes(width: int, step: int) -> None:
    assert cuts.thinning(width) == step


def test_a_better_box_suppresses_what_it_overlaps() -> None:
    found = np.array([[0, 0, 10, 10, 0.5], [1, 1, 11, 11, 0.9], [20, 20, 30, 30, 0.6], [0, 0, 9, 1, 0.4]])
    assert suppressed(found, 0.3).tolist() == [1, 2, 3]
    assert suppressed(found, 0.05).tolist() == [1, 2, 3]
    assert suppressed(np.empty((0, 5)), 0.3).tolist() == []


def test_offsets_of_zero_are_the_anchors() -> None:
    boxes = decoded(np.zeros((2, 4, 4), np.float32), 1, 32, 16) * [32, 16, 32, 16]
    np.testing.assert_allclose(boxes[1, 2], [20 - 16, 12 - 16, 20 + 16, 12 + 16], atol=1e-5)


def test_windows_hold_few_pictures() -> None:
    counted: list[int] = []

    def stream() -> Iterator[np.ndarray]:
        for number in range(100):
            counted.append(number)
            yield np.zeros((1, 1, 3), np.uint8)

    stacks = windows(stream(), 5, 4)
    assert len(next(stacks)) == 8
    assert len(counted) == 8
