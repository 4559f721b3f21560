"""No page that a rater meets breaks WCAG 2.2 A or AA by what axe can see, in any state, on either screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from inspector import Inspector
from playwright.sync_api import expect
from visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.long]

Visit = Callable[..., Visitor]


def told(inspector: Inspector) -> str:
    return "\n".join(["", *inspector.wrong])


@pytest.mark.parametrize(
    ("language", "device", "scheme"),
    [
        pytest.param("en", "desktop", "light", marks=pytest.mark.all),
        ("ar", "phone", "light"),
        pytest.param("de", "phone", "dark", marks=pytest.mark.all),
    ],
)
def test_the_way_to_the_first_trials(visit_spoken: Visit, spoken_platform, language, device, scheme):
    inspector = Inspector(visit_spoken(device, color_scheme=scheme, locale=language))
    inspector.rater.forgiven = ["400"]
    inspector.enter(spoken_platform.link, language)
    inspector.walk_checks()
    inspector.begin()
    inspector.walk_trials(2)
    inspector.go_past_between()
    inspector.rater.act(inspector.page.locator("#help"))
    expect(inspector.page.get_by_role("dialog")).to_be_visible()
    inspector.look("help")
    assert inspector.wrong == [], told(inspector)


@pytest.mark.all
def test_every_kind_of_trial_and_the_end(visit_every: Visit, every_platform):
    """On a phone: test_every_type.py."""
    inspector = Inspector(visit_every())
    inspector.rater.consent(every_platform.link)
    inspector.begin()
    inspector.walk_trials()
    expect(inspector.page.locator("#code")).to_be_visible()
    inspector.look("end")
    assert inspector.wrong == [], told(inspector)


@pytest.mark.parametrize(
    ("device", "scheme"),
    [
        ("phone", "light"),
        pytest.param("desktop", "light", marks=pytest.mark.all),
        pytest.param("desktop", "dark", marks=pytest.mark.all),
        pytest.param("phone", "dark", marks=pytest.mark.all),
    ],
)
def test_leaving_and_what_cannot_be_served(visit: Visit, platform, device: str, scheme: str):
    rater = visit(device, color_scheme=scheme)
    rater.forgiven = ["404"]
    inspector = Inspector(rater)
    rater.consent(platform.link)
    sitting = rater.page.url
    rater.page.goto(f"{sitting}withdraw/")
    inspector.look("leaving")
    with rater.page.expect_navigation():
        rater.act(rater.page.locator("form button"))
    inspector.look("left")
    rater.page.goto(platform.link)
    inspector.look("coming back")
    rater.page.goto(f"{platform.url}/r/nothing/")
    inspector.look("nothing there")
    with platform.closed():
        rater.page.goto(platform.link)
        inspector.look("closed")
    assert inspector.wrong == [], told(inspector)
