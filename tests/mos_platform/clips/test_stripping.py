"""What encoders write about themselves goes; what decoders need stays."""

from __future__ import annotations

import random

import av
import filmed
import numpy as np
import pytest

from mos_platform.clips.stripping import UnfitError, avcc_of, lengths_of, read_avcc, strip_aac, strip_h264

SLICE = bytes([0x65, 1, 2, 3])


def sei(*messages: tuple[int, bytes]) -> bytes:
    body = b"".join(
        b"\xff" * (kind // 255)
        + bytes([kind % 255])
        + b"\xff" * (len(said) // 255)
        + bytes([len(said) % 255])
        + said
        for kind, said in messages
    )
    return bytes([6]) + body.replace(b"\0\0\1", b"\0\0\3\1") + b"\x80"


def units(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4) + part for part in parts)


def test_remarks_go_and_timing_stays():
    timing, recovery, remark = (1, b"\x01\x02"), (6, b"\x9a"), (5, b"x264 - core 164" + b"!" * 600)
    picture = units(sei(remark), sei(timing, remark, recovery), SLICE)
    assert strip_h264(picture, 4) == units(sei(timing, recovery), SLICE)


def test_captions_filler_and_private_units_go():
    for unit in (sei((4, b"GA94 captions")), bytes([12, 0xFF, 0xFF, 0x80]), bytes([24]) + b"secret", b""):
        assert strip_h264(units(unit, SLICE), 4) == units(SLICE)


def test_zeros_stay_escaped():
    timing = (1, b"\0\0\1\0\0\1")
    out = strip_h264(units(sei(timing, (5, b"remark")), SLICE), 4)
    assert out == units(sei(timing), SLICE)
    assert b"\0\0\3\1" in out


def test_a_damaged_remark_does_not_get_through():
    for unit in (b"\x06\x05\xffsecret", b"\x06\xff\xff\xff", b"\x06", b"\x06\x05\x40secret"):
        assert strip_h264(units(unit, SLICE), 4) == units(SLICE)


def test_lengths_that_do_not_fit_are_refused():
    with pytest.raises(UnfitError):
        strip_h264(b"\0\0\0\x09abc", 4)


@pytest.mark.parametrize(
    "extradata", [b"", b"\0\0\0\1\x67", b"\1d\0\x1e\xff\xe1\0\xffshort", b"\1d\0\x1e\xff"]
)
def test_no_decoder_configuration_is_refused(extradata):
    with pytest.raises(UnfitError):
        read_avcc(extradata)


def test_nothing_follows_the_decoder_configuration():
    sets = b"\xe1\0\4\x67\x64\0\x1e\1\0\2\x68\xee"
    whole = b"\1\x64\0\x1e\xff" + sets + b"\xfd\xf8\xf8\0"
    assert read_avcc(whole + b"secret").config == whole
    bare = b"\1\x42\0\x1e\xff" + sets
    assert read_avcc(bare + b"secret").config == bare
    assert avcc_of(b"\0\0\0\1\x67\x64\0\x1e\0\0\1\x68\xee\0\0\1\x06\5remark") == whole


def test_start_codes_become_lengths():
    assert lengths_of(b"\0\0\0\1\x67abc\0\0\1\x65de\0", 4) == units(b"\x67abc", b"\x65de")


def test_the_name_of_the_sound_encoder_goes_and_the_sound_stays(tmp_path):
    clip = filmed.bars(tmp_path / "clip.mp4")
    with av.open(str(clip)) as container:
        packets = [bytes(one) for one in container.demux(audio=0) if one.size]
    assert b"Lavc" in packets[0]
    stripped = [strip_aac(packet) for packet in packets]
    assert b"Lav" not in b"".join(stripped)
    assert [len(one) for one in stripped] == [len(one) for one in packets]
    assert sum(one != other for one, other in zip(stripped, packets, strict=True)) == 1
    assert np.array_equal(_sound(clip, packets), _sound(clip, stripped))


def _sound(clip, packets):
    with av.open(str(clip)) as container:
        decoder = av.CodecContext.create("aac", "r")
        decoder.extradata = container.streams.audio[0].codec_context.extradata
        return np.concatenate(
            [one.to_ndarray() for packet in packets for one in decoder.decode(av.Packet(packet))], axis=1
        )


def test_data_elements_are_blanked():
    """id 4, tag, not aligned, count 6, the bytes; then the end."""
    bits = "100" + "0000" + "0" + f"{6:08b}" + "".join(f"{one:08b}" for one in b"secret") + "111"
    block = int(bits.ljust(72, "0"), 2).to_bytes(9)
    assert b"secret" in block
    assert b"secret" not in strip_aac(block)
    assert len(strip_aac(block)) == 9


def test_no_block_breaks_it():
    chance = random.Random(4)
    for _ in range(2000):
        block = bytes([chance.choice([0x80, 0xC0, 0xDE, 0xFF])]) + chance.randbytes(chance.randrange(30))
        assert len(strip_aac(block)) == len(block)
    assert strip_aac(b"") == b""
