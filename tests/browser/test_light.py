"""The page that raters meet on slow lines: its script and style are small, and asked for at once."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
from visitor import Visitor

pytestmark = [pytest.mark.browser]

Visit = Callable[..., Visitor]
LARGEST = 60_000  # bytes, compressed
OWN = (".js", ".css")


def compressed(rater: Visitor) -> dict[str, int]:
    """Bytes of each file of script and style that the page asked for."""
    files = {one.url: one for one in rater.responses if one.url.partition("?")[0].endswith(OWN)}
    return {url: len(gzip.compress(one.body(), 6)) for url, one in files.items()}


def test_script_and_style_of_the_rating_page_stay_below_60_kb(visit: Visit, platform):
    rater = visit()
    rater.consent(platform.link)
    rater.responses.clear()
    rater.page.reload()
    rater.press_button("Start")
    rater.watch()
    sizes = compressed(rater)
    assert any(url.endswith("sitting.js") for url in sizes)
    assert any(url.endswith("viewing.css") for url in sizes)
    assert sum(sizes.values()) < LARGEST, sizes


def test_every_module_of_the_rating_page_is_told_at_once(visit: Visit, platform):
    """A module that only another one names costs one more round trip before the first clip."""
    rater = visit()
    rater.consent(platform.link)
    rater.press_button("Start")
    rater.watch()
    told = rater.page.evaluate(
        "() => [...document.querySelectorAll('link[rel=modulepreload], script[type=module]')]"
        ".map((one) => one.href || one.src)"
    )
    asked = rater.page.evaluate("() => performance.getEntriesByType('resource').map((one) => one.name)")
    modules = {url for url in asked if "/js/" in url}
    assert modules
    assert modules <= set(told)
