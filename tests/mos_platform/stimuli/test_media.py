"""Clips over HTTP, as video players fetch them: byte ranges from the real web server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mos_platform.stimuli.media import UnsatisfiableError, parse_range

SIGNED_IN = """
from django.contrib.auth.models import User
from django.test import Client
client = Client()
client.force_login(User.objects.get_or_create(username="viewer")[0])
print(client.cookies["sessionid"].value)
"""


@pytest.fixture(scope="module")
def browser(served: tuple[Any, str]) -> Iterator[httpx.Client]:
    """Signed in: these addresses are for researchers; raters have addresses of their own."""
    made = served[0].run("shell", "-v", "0", "-c", SIGNED_IN)
    assert made.returncode == 0, made.stderr
    with httpx.Client(cookies={"sessionid": made.stdout.strip()}) as client:
        yield client


@pytest.fixture(scope="module")
def clip(served: tuple[Any, str], clip_study: Path) -> tuple[str, bytes, str]:
    """Address, content and entity tag of one clip; the tag tells nothing that the address does not."""
    here, url = served
    query = "SELECT token, file FROM stimuli_stimulus WHERE method_id = ? ORDER BY id"
    ((method,),) = here.sql("SELECT id FROM stimuli_method WHERE name = 'soft'")
    token, file = here.sql(query, method)[0]
    return f"{url}/media/{token}.mp4", (here.var / "media" / file).read_bytes(), token


def test_strangers_see_nothing(clip: tuple[str, bytes, str]) -> None:
    answer = httpx.get(clip[0])
    assert (answer.status_code, answer.content) == (302, b"")


def test_the_whole_clip(browser: httpx.Client, clip: tuple[str, bytes, str]) -> None:
    url, content, tag = clip
    answer = browser.get(url)
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["etag"] == f'"{tag}"'
    assert answer.headers["cache-control"] == "private, max-age=86400"
    assert "content-disposition" not in answer.headers
    assert "set-cookie" not in answer.headers


def test_head_says_the_same_without_the_body(browser: httpx.Client, clip: tuple[str, bytes, str]) -> None:
    url, content, _ = clip
    answer = browser.head(url, headers={"Range": "bytes=0-1"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-1", 0, 2),
        ("bytes=0-", 0, None),
        ("bytes=100-199", 100, 200),
        ("bytes=100-99999999", 100, None),
        ("bytes=-5", -5, None),
        ("bytes=-99999999", 0, None),
        ("bytes=0-0", 0, 1),
    ],
)
def test_a_range(
    browser: httpx.Client, clip: tuple[str, bytes, str], asked: str, start: int, stop: int | None
) -> None:
    url, content, _ = clip
    answer = browser.get(url, headers={"Range": asked})
    expected = content[start:stop]
    first = len(content) + start if start < 0 else start
    assert (answer.status_code, answer.content) == (206, expected)
    assert answer.headers["content-length"] == str(len(expected))
    last = first + len(expected) - 1
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(content)}"


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_range_outside_of_the_clip(browser: httpx.Client, clip: tuple[str, bytes, str], asked: str) -> None:
    url, content, _ = clip
    answer = browser.get(url, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer.headers["content-range"] == f"bytes */{len(content)}"


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=a-b", "bytes=-", "lines=0-1", "bytes=0-1,5-6", "0-1"])
def test_a_range_that_cannot_be_understood_is_ignored(
    browser: httpx.Client, clip: tuple[str, bytes, str], asked: str
) -> None:
    url, content, _ = clip
    answer = browser.get(url, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, content)


def test_if_range_and_if_none_match(browser: httpx.Client, clip: tuple[str, bytes, str]) -> None:
    url, content, tag = clip
    same = browser.get(url, headers={"Range": "bytes=2-5", "If-Range": f'"{tag}"'})
    assert (same.status_code, same.content) == (206, content[2:6])
    other = browser.get(url, headers={"Range": "bytes=2-5", "If-Range": '"other"'})
    assert (other.status_code, other.content) == (200, content)
    known = browser.get(url, headers={"If-None-Match": f'"{tag}"'})
    assert (known.status_code, known.content) == (304, b"")


def test_other_methods_and_addresses(browser: httpx.Client, clip: tuple[str, bytes, str]) -> None:
    url, _, _ = clip
    assert browser.post(url).status_code in (403, 405)
    assert browser.get(url.replace(".mp4", "0.mp4")).status_code == 404


@given(size=st.integers(1, 50), first=st.integers(0, 60), last=st.integers(0, 60))
def test_a_range_is_what_slicing_gives(size: int, first: int, last: int) -> None:
    content = bytes(range(size))
    if last < first:
        assert parse_range(f"bytes={first}-{last}", size) is None
    elif first >= size:
        with pytest.raises(UnsatisfiableError):
            parse_range(f"bytes={first}-{last}", size)
    else:
        part = parse_range(f"bytes={first}-{last}", size)
        assert part is not None
        assert bytes(content[i] for i in part) == content[first : last + 1]


@given(st.text(max_size=40))
def test_no_header_breaks_the_answer(header: str) -> None:
    try:
        part = parse_range(header, 10)
    except UnsatisfiableError:
        return
    assert part is None or (0 <= part.start < part.stop <= 10)


def test_an_absurdly_long_number_is_ignored() -> None:
    assert parse_range("bytes=" + "9" * 5000 + "-", 10) is None
