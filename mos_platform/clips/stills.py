"""Still pictures of items: decoded and written anew, so that nothing but the picture is left."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from studies.errors import InputError

FORMATS = ("PNG", "JPEG")
LONGEST_SIDE = 8192  # pixels
JPEG_QUALITY = 95
MEND = "save it anew as PNG or JPEG"


def rewrite_picture(source: Path, target: Path, name: str) -> None:
    """Write the first picture of a PNG or JPEG file to `target`, upright and without metadata.

    Raises InputError calling the file `name` where it is neither, is damaged, or has too many pixels.
    """
    try:
        with Image.open(source, formats=FORMATS) as opened:
            if max(opened.size) > LONGEST_SIDE:
                size = f"{opened.width}×{opened.height}"
                raise InputError(f"{name} has {size} pixels; make no side longer than {LONGEST_SIDE}.")
            kind = opened.format
            picture = _bare(ImageOps.exif_transpose(opened))
    except UnidentifiedImageError:
        raise InputError(f"{name} is no PNG or JPEG picture; {MEND}.") from None
    except Image.DecompressionBombError:
        raise InputError(f"{name} has too many pixels; make no side longer than {LONGEST_SIDE}.") from None
    except (OSError, ValueError, SyntaxError) as error:
        raise InputError(f"{name} is damaged ({error}); {MEND}.") from None
    part = target.with_suffix(".part")
    if kind == "JPEG":
        picture.convert("RGB").save(part, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    else:
        picture.save(part, "PNG")
    part.replace(target)


def _bare(picture: Image.Image) -> Image.Image:
    """The pixels alone, as colours of a screen: no EXIF, profile, text or thumbnail."""
    kept = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    bare = Image.new(kept.mode, kept.size)
    bare.paste(kept)
    return bare
