"""No page of the researcher breaks WCAG 2.2 A or AA by what axe can see, by day, by night, wide or narrow."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from accessible import violations
from playwright.sync_api import Browser, Page
from visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.all]

SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
PASSWORD = "only-in-this-test"


@pytest.fixture(params=["desktop", "phone"])
def size(request: pytest.FixtureRequest) -> dict[str, int]:
    return SIZES[request.param]


@pytest.fixture(params=["light", "dark"])
def researcher(
    request: pytest.FixtureRequest, browser: Browser, platform, size: dict[str, int]
) -> Iterator[Page]:
    """In front of the page that asks who comes."""
    context = browser.new_context(base_url=platform.url, color_scheme=request.param, viewport=size)
    yield context.new_page()
    context.close()


def wrong(page: Page, address: str) -> list[str]:
    page.goto(address)
    return [f"{address}: {one}" for one in violations(page)]


def sign_in(page: Page, password: str) -> None:
    page.fill("input[name=username]", "researcher")
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")


def test_every_page_of_the_console(visit: Callable[..., Visitor], platform, researcher: Page) -> None:
    rater = visit()
    rater.enter(platform.link)
    rater.rate()
    rater.wait_for_trial(2)
    found = wrong(researcher, "/console/login/")
    sign_in(researcher, "wrong")
    found += [f"refused: {one}" for one in violations(researcher)]
    sign_in(researcher, PASSWORD)
    researcher.wait_for_selector("h1:text-is('Studies')")
    pages = ["/console/", "/console/studies/new/", "/console/studies/walk/"]
    found += [line for address in pages for line in wrong(researcher, address)]
    clip = researcher.locator("a[href*='/clips/']").first.get_attribute("href")
    found += wrong(researcher, str(clip))
    assert found == [], "\n".join(["", *found])
