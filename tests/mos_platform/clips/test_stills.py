"""Item pictures: decoded and written anew, with nothing in them but the picture."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from mos_platform.clips.stills import rewrite_picture
from studies.errors import InputError

SECRET = "made by SadTalker"


def gradient(size: tuple[int, int] = (40, 20)) -> Image.Image:
    picture = Image.new("RGB", size)
    picture.putdata([(x * 6 % 256, y * 12 % 256, 90) for y in range(size[1]) for x in range(size[0])])
    return picture


def described_png(path: Path) -> Path:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SECRET)
    gradient().save(path, pnginfo=text, dpi=(72, 72))
    return path


def described_jpeg(path: Path, orientation: int = 1) -> Path:
    exif = Image.Exif()
    exif[0x010E] = SECRET
    exif[0x0112] = orientation
    gradient().save(path, exif=exif, comment=SECRET.encode(), quality=95, icc_profile=SECRET.encode())
    return path


def test_a_png_keeps_its_pixels_and_nothing_else(tmp_path: Path) -> None:
    source = described_png(tmp_path / "a.png")
    assert SECRET.encode() in source.read_bytes()
    rewrite_picture(source, tmp_path / "out.png", "a.png")
    assert SECRET.encode() not in (tmp_path / "out.png").read_bytes()
    with Image.open(tmp_path / "out.png") as made:
        assert made.tobytes() == gradient().tobytes()
        assert made.info == {}


def test_a_jpeg_is_upright_and_bare(tmp_path: Path) -> None:
    source = described_jpeg(tmp_path / "a.jpg", orientation=6)
    assert SECRET.encode() in source.read_bytes()
    rewrite_picture(source, tmp_path / "out.jpg", "a.jpg")
    assert SECRET.encode() not in (tmp_path / "out.jpg").read_bytes()
    with Image.open(tmp_path / "out.jpg") as made:
        assert (made.format, made.size) == ("JPEG", (20, 40))
        assert dict(made.getexif()) == {}
        turned = gradient().rotate(-90, expand=True)
        pairs = zip(made.tobytes(), turned.tobytes(), strict=True)
        assert max(abs(one - other) for one, other in pairs) < 24


def test_transparency_is_kept(tmp_path: Path) -> None:
    Image.new("RGBA", (8, 8), (10, 20, 30, 0)).save(tmp_path / "a.png")
    rewrite_picture(tmp_path / "a.png", tmp_path / "out.png", "a.png")
    with Image.open(tmp_path / "out.png") as made:
        assert made.getpixel((0, 0)) == (10, 20, 30, 0)


def png_that_claims(width: int, height: int) -> bytes:
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    header = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return header + struct.pack(">I", 4) + b"IDAT" + bytes(8)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"GIF89a" + bytes(20), "is no PNG or JPEG picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is no PNG or JPEG picture"),
        (b"", "is no PNG or JPEG picture"),
        (png_that_claims(30000, 30000), "too many pixels; make no side longer than 8192"),
        (png_that_claims(9000, 1), "9000×1 pixels; make no side longer than 8192"),
        (png_that_claims(64, 64), "is damaged"),
    ],
)
def test_what_is_no_picture(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(InputError, match=says) as error:
        rewrite_picture(tmp_path / "a.png", tmp_path / "out.png", "portraits/a.png")
    assert str(error.value).startswith("portraits/a.png ")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_cut_picture_is_damaged(tmp_path: Path) -> None:
    source = described_jpeg(tmp_path / "a.jpg")
    source.write_bytes(source.read_bytes()[:-200])
    with pytest.raises(InputError, match="is damaged"):
        rewrite_picture(source, tmp_path / "out.jpg", "a.jpg")
