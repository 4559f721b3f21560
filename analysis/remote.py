"""A study's bundle from a platform elsewhere: one request with a token, which no message ever shows.

MOS_PLATFORM_URL is the platform's address, MOS_PLATFORM_TOKEN a token of it. Where the
address is set the token goes to no other host, and over the network it goes only encrypted.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import os
import re
import socket
import ssl
import time
import urllib.error
import urllib.request
import zipfile
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from studies.errors import InputError

URL = "MOS_PLATFORM_URL"
TOKEN = "MOS_PLATFORM_TOKEN"  # noqa: S105
MAKE_ONE = "make one on the platform with `python -m mos_platform token create NAME`"
WAIT_S = 120.0  # for each answer: a large study is exported while we wait
LARGEST = 2 * 1024**3
PIECE = 1024**2
LONGEST_S = 1800.0  # for the whole answer
SLOWEST = 1024  # bytes per second that it brings on the average, once it has had a minute
PATIENCE_S = 60.0
REDIRECTS = frozenset({301, 302, 303, 307, 308})
STUDY_PAGE = re.compile(r"(?P<base>.*?)/(?:console|api)/studies/(?P<study>[^/]+)(?:/.*)?", re.DOTALL)


@dataclass(frozen=True)
class Remote:
    """A study on a platform: the platform's address without a slash at its end, and the study's id."""

    platform: str
    study: str

    @property
    def bundle(self) -> str:
        return f"{self.platform}/api/studies/{quote(self.study, safe='')}/bundle"


def configured(study: str) -> Remote | None:
    """The study on the platform that the user named in the environment, if any."""
    base = _platform()
    return Remote(base, study) if base else None


def parse_address(address: str) -> Remote:
    """The address of a study's page, or of its bundle, as the browser shows it. Raises InputError."""
    parts = _parts(address, address)
    found = STUDY_PAGE.fullmatch(parts.path)
    if found is None:
        raise InputError(
            f"{address} is not the web address of a study's page; copy that from the browser "
            "(https://HOST/console/studies/ID/), or give a bundle folder, a bundle zip or a CSV file."
        )
    return Remote(_origin(parts) + found["base"], unquote(found["study"]))


def fetch(remote: Remote, content: IO[bytes]) -> None:
    """Write the bundle, a zip, into an empty file.

    Raises InputError: one sentence for each way in which a network can fail.
    """
    _check_encrypted(remote)
    request = urllib.request.Request(  # noqa: S310
        remote.bundle, headers={"Authorization": f"Bearer {_token(remote)}"}
    )
    try:
        with _opener(remote).open(request, timeout=WAIT_S) as answer:
            _read(answer, remote, content)
    except urllib.error.HTTPError as error:
        with error:
            raise InputError(_refused(error, remote)) from None
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        raise InputError(_unreachable(error, remote)) from None
    if not zipfile.is_zipfile(content):
        raise InputError(f"{remote.bundle} answers with something other than a bundle; {_check_address()}.")
    content.seek(0)


def _platform() -> str:
    """The address in the environment, without a slash at its end; "" where there is none."""
    text = os.environ.get(URL, "").strip()
    if not text:
        return ""
    parts = _parts(text, f"{URL} ({text})")
    return _origin(parts) + parts.path.rstrip("/").removesuffix("/console")


def _parts(address: str, name: str) -> SplitResult:
    if "@" in address.partition("://")[2].partition("/")[0]:
        raise InputError("The web address holds a name or password before its '@'; leave that out.")
    try:
        parts = urlsplit(address)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or re.search(r"[\s\x00-\x1f]", address):
        raise InputError(f"{name} is no web address that can be read; write it as https://HOST.")
    return parts


def _origin(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _token(remote: Remote) -> str:
    token = os.environ.get(TOKEN, "").strip()
    if not token:
        raise InputError(
            f"{TOKEN} is not set, and {remote.platform} asks for a token; {MAKE_ONE} and set it."
        )
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise InputError(f"{TOKEN} holds characters that no token has; copy the token again.")
    known = _platform()
    if known and _origin(urlsplit(known)) != _origin(urlsplit(remote.platform)):
        raise InputError(
            f"{TOKEN} is for {known} and is not sent to {remote.platform}; to read from there, set {URL} and "
            f"{TOKEN} for it."
        )
    return token


def _check_encrypted(remote: Remote) -> None:
    """Whoever is on the way could read the token; this machine itself is not on the way."""
    if remote.platform.startswith("http:") and not _is_here(remote):
        raise InputError(
            f"{remote.platform} is not encrypted, so that others could read the token on its way; "
            "use the platform's https:// address."
        )


def _is_here(remote: Remote) -> bool:
    host = urlsplit(remote.platform).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _opener(remote: Remote) -> urllib.request.OpenerDirector:
    """Without a handler of redirects: the token is not carried to where one leads."""
    opener = urllib.request.OpenerDirector()
    no_proxy: dict[str, str] | None = {} if _is_here(remote) else None  # it would be somebody else
    opener.add_handler(urllib.request.ProxyHandler(no_proxy))
    opener.add_handler(urllib.request.HTTPHandler())
    opener.add_handler(urllib.request.HTTPSHandler())
    opener.add_handler(urllib.request.HTTPErrorProcessor())
    opener.add_handler(urllib.request.HTTPDefaultErrorHandler())
    return opener


def _read(answer: http.client.HTTPResponse, remote: Remote, content: IO[bytes]) -> None:
    promised, n, began = _promised(answer), 0, time.monotonic()
    while max(promised or 0, n) <= LARGEST:
        piece = answer.read1(PIECE)
        _keep(piece, content)
        n += len(piece)
        if not piece:
            break
        _check_pace(n, time.monotonic() - began, remote)
    else:
        raise InputError(f"{remote.bundle} is larger than 2 GiB; export the study there and give the folder.")
    if promised not in (None, n):
        raise InputError(f"{remote.bundle} broke off after {n} of {promised} bytes; run the command again.")


def _promised(answer: http.client.HTTPResponse) -> int | None:
    stated = answer.headers.get("Content-Length", "")
    if not stated.isdecimal():
        return None
    return int(stated) if len(stated) < len(str(LARGEST)) + 9 else LARGEST + 1


def _keep(piece: bytes, content: IO[bytes]) -> None:
    try:
        content.write(piece)
    except OSError as error:
        raise InputError(
            f"The bundle cannot be kept in the folder for temporary files ({error.strerror or error}); make "
            "room there, or name another in TMPDIR."
        ) from None


def _check_pace(n: int, seconds: float, remote: Remote) -> None:
    """A host that keeps the line open with a byte now and then would hold us for ever."""
    if seconds > LONGEST_S or (seconds > PATIENCE_S and n < SLOWEST * seconds):
        raise InputError(
            f"{remote.bundle} comes too slowly ({n} bytes in {seconds:.0f} seconds); try again later, or "
            "export the study there and give the folder."
        )


def _refused(error: urllib.error.HTTPError, remote: Remote) -> str:
    host, code = remote.platform, error.code
    if code in (401, 403):
        return f"{host} does not accept {TOKEN}: the token is wrong or was revoked; {MAKE_ONE}."
    if code == 404:
        return _not_found(error, remote)
    if code == 429:
        return f"{host} has had too many wrong tokens; check {TOKEN} and wait a minute."
    if code in REDIRECTS and "Location" in error.headers:
        return f"{host} redirects to {_target(error, remote)}."
    if code < 500:
        return f"{host} answers with HTTP status {code} in place of a bundle; {_check_address()}."
    return f"{host} answers with HTTP error {code}; try again later, or look into its log."


def _not_found(error: urllib.error.HTTPError, remote: Remote) -> str:
    if not _speaks(error):
        return f"{remote.platform} serves no bundles ({remote.bundle} is not found); {_check_address()}."
    return (
        f"{remote.platform} has no study '{remote.study}' that the token opens, and no file here is named "
        "so; check the id, and which study the token is for."
    )


def _speaks(error: urllib.error.HTTPError) -> bool:
    """Whether the refusal is the platform's own, rather than of a server that knows nothing of studies."""
    try:
        answer: Any = error.fp
        return "detail" in json.loads(answer.read1(PIECE))
    except (OSError, http.client.HTTPException, ValueError, TypeError, RecursionError):
        return False


def _target(error: urllib.error.HTTPError, remote: Remote) -> str:
    """Where it leads, as far as that can be shown: no name, no password, and no control characters."""
    try:
        parts = urlsplit(urljoin(remote.bundle, error.headers["Location"]))
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        host = ""
    if not host:
        return f"an address that cannot be read; {_check_address()}"
    shown = "".join(letter for letter in f"{parts.scheme}://{host}" if "!" <= letter <= "~")
    if shown == _origin(urlsplit(remote.platform)):
        return f"another of its pages, where the token is not sent; {_check_address()}"
    return f"{shown}, where the token is not sent; give that address"


def _check_address() -> str:
    return f"check {URL}" if os.environ.get(URL, "").strip() else "check the address"


def _unreachable(error: Exception, remote: Remote) -> str:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    return f"{remote.platform} {_what_failed(cause)}."


def _what_failed(cause: object) -> str:
    if isinstance(cause, ssl.SSLError):
        return _what_failed_in_tls(cause)
    if isinstance(cause, TimeoutError):
        return f"did not answer within {WAIT_S:.0f} seconds; try again later"
    if isinstance(cause, socket.gaierror | UnicodeError):
        return f"is not known here; {_check_address()} and the network"
    if isinstance(cause, ConnectionRefusedError):
        return f"takes no connections; {_check_address()}, and whether the platform is served there"
    if isinstance(cause, OSError) and cause.strerror:
        return f"cannot be read ({cause.strerror}); check the network and run the command again"
    return f"broke off its answer ({type(cause).__name__}); run the command again"


def _what_failed_in_tls(cause: ssl.SSLError) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            f"shows a certificate that is not trusted ({cause.verify_message}); have it mended there, or "
            "name its authority in SSL_CERT_FILE"
        )
    return f"makes no encrypted connection ({cause.reason}); {_check_address()}"
