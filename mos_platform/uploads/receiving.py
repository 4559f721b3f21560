"""Zip files on their way in: from people who are signed in, and no longer than allowed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest

from mos_platform.uploads.models import Upload
from studies.errors import InputError

UNFINISHED = ".part"  # of files that are still arriving


class StudyUploadHandler(TemporaryFileUploadHandler):
    """The only way for files in forms: nobody fills the disk who is not signed in.

    What is too long is read and forgotten, so that the browser shows our page; what is much too long is
    cut off.
    """

    def new_file(self, *args: Any) -> None:
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            raise StopUpload(connection_reset=True)
        if _announced(self.request) > 2 * settings.UPLOAD_MAX_BYTES:
            raise StopUpload(connection_reset=True)
        super().new_file(*args)
        self._received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._received += len(raw_data)
        if self._received <= settings.UPLOAD_MAX_BYTES:
            super().receive_data_chunk(raw_data, start)
        else:
            self.file.truncate(0)

    def file_complete(self, file_size: int) -> Any:
        if self._received > settings.UPLOAD_MAX_BYTES:
            self.file.close()
            return None
        return super().file_complete(file_size)


def _announced(request: HttpRequest | None) -> int:
    header = request.META.get("CONTENT_LENGTH", "") if request is not None else ""
    return int(header) if str(header).isdigit() else 0


def too_long() -> str:
    most = settings.UPLOAD_MAX_BYTES // 1024**2
    return f"the zip is larger than {most:,} MB; make the clips smaller, or import the folder on the server."


def receive(chunks: Iterable[bytes], *, name: str, sender: str, new_version: bool) -> Upload:
    """Store a zip and the row that asks for its import. Raises InputError where it is too long or empty."""
    root = Path(settings.UPLOADS_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=root, suffix=UNFINISHED, delete=False) as part:
        kept = Path(part.name)
        try:
            length = 0
            for chunk in chunks:
                length += len(chunk)
                if length > settings.UPLOAD_MAX_BYTES:
                    raise InputError(too_long())
                part.write(chunk)
            if not length:
                raise InputError("the zip is empty; choose the zip of a study's folder.")
            part.flush()
            upload = Upload(name=_plain(name), sender=sender[:150], new_version=new_version)
            kept.rename(upload.file)
            kept = upload.file
            upload.save()
        except BaseException as error:
            with suppress(FileNotFoundError):
                kept.unlink()
            if isinstance(error, OSError):
                raise InputError(f"the zip cannot be stored ({error.strerror}); make room for it.") from None
            raise
    return upload


def _plain(name: str) -> str:
    """The file's own name as something to show."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(character for character in last if character.isprintable())
    return printable[:200] or "study.zip"
