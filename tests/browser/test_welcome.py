"""The way in and out in a real browser: languages, invitations, panels, the personal link, and leaving."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
import yaml
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, Route, expect

pytestmark = pytest.mark.browser

SIZES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "has_touch": True,
        "is_mobile": True,
    },
}
TURK = "https://workersandbox.mturk.com"
PROLIFIC = "https://app.prolific.com/submissions/complete?cc="
RECRUITMENT = {
    "open": {"by": "link"},
    "invited": {"by": "invitation"},
    "panel": {
        "by": "prolific",
        "prolific": {"completed": "DONE", "screened_out": "OUT", "over_quota": "FULL"},
        "expertise": ["some", "expert"],
    },
    "turk": {"by": "mturk"},
}
PREPARE = """
from django.core.management import call_command
from mos_platform.raters.invitations import invite
from mos_platform.raters.services import open_link
from mos_platform.stimuli.models import Study
call_command("migrate", verbosity=0)
for folder in {folders}:
    call_command("import_study", folder)
for study in Study.objects.all():
    print("way-in", study.slug, open_link(study).token)
for name, invitation in zip(("one", "two"), invite(Study.objects.get(slug="invited"), 2)):
    print("way-in", name, invitation.token)
"""
HEADINGS = {"de": "Einwilligung", "ar": "الموافقة"}


def words(en: str, de: str, ar: str) -> dict[str, str]:
    return {"en": en, "de": de, "ar": ar}


def study(name: str) -> dict[str, Any]:
    return {
        "study": name,
        "title": words("Talking faces", "Sprechende Gesichter", "وجوه تتكلم"),
        "translations": ["de", "ar"],
        "setup": {"checks": []},
        "recruitment": RECRUITMENT[name],
        "questionnaire": ["expertise", {"id": "vision", "optional": True}],
        "texts": {
            "welcome": words("You watch short clips.", "Sie sehen kurze Clips.", "تشاهد مقاطع قصيرة."),
            "consent": {
                "version": "1",
                "body": words(
                    "Taking part is voluntary and free.",
                    "Die Teilnahme ist freiwillig.",
                    "المشاركة طوعية ومجانية.",
                ),
            },
            "instructions": words("Watch each clip.", "Sehen Sie jeden Clip.", "شاهد كل مقطع."),
            "debriefing": words("Test pictures.", "Testbilder.", "صور تجريبية."),
        },
        "methods": ["okapi"],
        "items": ["river"],
        "parts": [
            {
                "id": "rating",
                "test_method": "ACR",
                "dummies": 0,
                "attention_checks": 0,
                "questions": [
                    {"id": "overall", "text": words("How good is it?", "Wie gut ist es?", "ما مدى جودته؟")}
                ],
            }
        ],
    }


@dataclass(frozen=True)
class Place:
    """A running platform with a study for each way in; `links` by study, "one" and "two" are invitations."""

    url: str
    links: dict[str, str]
    database: Path

    def count(self, table: str) -> int:
        with sqlite3.connect(self.database, timeout=30) as connection:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, repo: Path) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("ways_in")
    environment = {**os.environ, "MOS_VAR": str(root / "var"), "MOS_DATABASE_URL": "", "MOS_REDIS_URL": ""}

    folders = [str(_folder(root / name, study(name))) for name in RECRUITMENT]
    done = subprocess.run(
        [sys.executable, "-m", "mos_platform", "shell", "-v0", "-c", PREPARE.format(folders=folders)],
        env=environment,
        cwd=repo,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    tokens = dict(line.split()[1:] for line in done.stdout.splitlines() if line.startswith("way-in "))
    server = subprocess.Popen(
        [sys.executable, "-m", "mos_platform", "serve", "--bind", "127.0.0.1:0"],
        env=environment,
        cwd=repo,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        line = server.stdout.readline() if server.stdout else ""
        url = line.split()[2]
        links = {name: f"{url}/r/{token}/" for name, token in tokens.items()}
        yield Place(url, links, root / "var" / "mos.sqlite3")
    finally:
        server.terminate()
        server.wait(150)


def _folder(folder: Path, content: dict[str, Any]) -> Path:
    clip = folder / "clips" / "okapi" / "river.mp4"
    clip.parent.mkdir(parents=True)
    (folder / "study.yaml").write_text(yaml.safe_dump(content, allow_unicode=True))
    sources = ["-f", "lavfi", "-i", "testsrc2=s=256x256:r=25:d=0.8", "-f", "lavfi", "-i", "sine=f=400:d=0.8"]
    codecs = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest"]
    subprocess.run(["ffmpeg", "-v", "error", *sources, *codecs, str(clip)], check=True)
    return folder


@pytest.fixture
def somebody(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    contexts: list[BrowserContext] = []

    def made(size: str = "desktop", locale: str = "en", **options: Any) -> BrowserContext:
        contexts.append(browser.new_context(**{"locale": locale, **SIZES[size], **options}))
        contexts[-1].set_default_timeout(30_000)
        return contexts[-1]

    yield made
    for context in contexts:
        context.close()


def agree(page: Page | FrameLocator, expertise: str = "some") -> None:
    page.locator("#id_expertise").select_option(expertise)
    page.locator("#id_consent").check()
    page.locator("form button[type=submit]").click()


def rate(page: Page | FrameLocator) -> None:
    """The one trial of these studies, in whatever language."""
    page.locator("#start").click()
    page.locator(".play").first.click()
    grade = page.locator("#questions label").first
    expect(page.locator("#questions input").first).to_be_enabled(timeout=30_000)
    grade.click()
    page.locator("#next").click()
    expect(page.locator("#end")).to_be_visible(timeout=30_000)


def is_fit(page: Page) -> None:
    """No wider than the screen, and everything that is pressed is large enough for a finger."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
    for target in page.locator("main a, main button, main select, main label.tick").all():
        size = target.bounding_box()
        if target.is_visible() and "notice bad" not in str(
            target.evaluate("e => e.closest('div')?.className")
        ):
            assert size is not None
            assert size["height"] >= 44, target.inner_text()


@pytest.mark.parametrize(
    ("size", "language"),
    [
        pytest.param("desktop", "de", marks=pytest.mark.all),
        ("phone", "ar"),
        pytest.param("phone", "de", marks=pytest.mark.all),
        pytest.param("desktop", "ar", marks=pytest.mark.all),
    ],
)
def test_the_page_speaks_the_language_of_the_browser(place, somebody, size, language):
    page = somebody(size, language).new_page()
    page.goto(place.links["open"])
    html = page.locator("html")
    expect(html).to_have_attribute("lang", language)
    expect(html).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    expect(page.get_by_role("heading", name=HEADINGS[language])).to_be_visible()
    is_fit(page)
    page.locator("form button[type=submit]").click()
    expect(page.locator("#errors")).to_be_focused()
    expect(page.locator("#errors a")).to_have_count(2)
    page.locator("#errors a").first.click()
    expect(page.locator("#id_expertise")).to_be_in_viewport()
    agree(page)
    page.wait_for_url("**/sitting/**")
    expect(html).to_have_attribute("lang", language)


def test_an_invitation_goes_on_on_another_device_by_its_own_address_and_by_the_personal_link(place, somebody):
    first = somebody().new_page()
    first.goto(place.links["one"])
    agree(first)
    first.wait_for_url("**/sitting/**")
    context = somebody("phone", permissions=["clipboard-read", "clipboard-write"])
    second = context.new_page()
    second.goto(place.links["one"])
    is_fit(second)
    expect(second.locator("form")).to_have_count(0)
    second.get_by_role("button", name="Copy").click()
    expect(second.locator(".personal [role=status]")).to_have_text("Copied.")
    personal = second.evaluate("navigator.clipboard.readText()")
    assert personal == first.url
    second.get_by_role("link", name="Go on where you were").click()
    second.wait_for_url("**/sitting/**")
    assert second.url == personal
    rate(second)
    second.goto(place.links["one"])
    expect(second.get_by_text("You have already taken part.")).to_be_visible()


def test_who_leaves_is_asked_first_and_then_everything_is_gone(place, somebody):
    page = somebody("phone").new_page()
    page.goto(place.links["two"])
    agree(page)
    page.wait_for_url("**/sitting/**")
    page.goto(f"{page.url}withdraw/")
    is_fit(page)
    page.get_by_role("button", name="Leave and delete my answers").click()
    expect(page.get_by_role("heading", name="You have left the study")).to_be_visible()
    page.goto(place.links["two"])
    expect(page.get_by_text("You left this study")).to_be_visible()
    expect(page.locator("form")).to_have_count(0)


def test_from_prolific_and_back_with_the_code(place, somebody):
    context = somebody()
    context.route("https://app.prolific.com/**", lambda route: route.fulfill(body="<p>Prolific</p>"))
    page = context.new_page()
    ids = urlencode({"PROLIFIC_PID": "a1", "STUDY_ID": "b2", "SESSION_ID": "c3"})
    page.goto(f"{place.links['panel']}?{ids}")
    agree(page)
    page.wait_for_url("**/sitting/**")
    rate(page)
    back = page.get_by_role("link", name="Back to Prolific")
    expect(back).to_have_attribute("href", f"{PROLIFIC}DONE")
    back.click()
    page.wait_for_url(f"{PROLIFIC}DONE")


def test_who_may_not_take_part_is_taken_back_unless_they_stay(place, somebody):
    context = somebody()
    context.route("https://app.prolific.com/**", lambda route: route.fulfill(body="<p>Prolific</p>"))
    page = context.new_page()
    page.clock.install()
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))  # however long the test takes to press
    ids = urlencode({"PROLIFIC_PID": "z9", "STUDY_ID": "b2", "SESSION_ID": "c3"})
    for stays in (True, False):
        page.goto(f"{place.links['panel']}?{ids}")
        agree(page, "none")
        expect(page.get_by_text("seconds you will be taken back to Prolific.")).to_be_visible()
        if stays:
            page.get_by_role("button", name="Stay here").click()
            expect(page.get_by_role("status")).to_contain_text("until you press")
        page.clock.fast_forward(11_000)
        if stays:
            expect(page.get_by_role("link", name="Back to Prolific")).to_be_visible()
    page.wait_for_url(f"{PROLIFIC}OUT")


def test_in_the_frame_of_mechanical_turk_up_to_its_form(place, somebody):
    """The whole way of a worker: the study in a frame of another site, where no cookie comes along."""
    sent: list[dict[str, list[str]]] = []
    ids = {"hitId": "3HIT", "turkSubmitTo": TURK}
    seen = {"assignmentId": "ASSIGNMENT_ID_NOT_AVAILABLE", "hitId": "3HIT"}
    taken = {**ids, "assignmentId": "3ASSIGNMENT", "workerId": "A1"}

    def turk(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(parse_qs(route.request.post_data or ""))
            route.fulfill(body="<p>Submitted</p>", content_type="text/html")
            return
        query = urlencode(taken if route.request.url.endswith("taken") else seen)
        frame = f'<iframe src="{place.links["turk"]}?{query}" width="1000" height="900"></iframe>'
        route.fulfill(body=frame, content_type="text/html")

    # The server of this test is on this machine, where pages of other sites have to be let in.
    context = somebody(viewport={"width": 1280, "height": 1000}, permissions=["local-network-access"])
    context.route(f"{TURK}/**", turk)
    page = context.new_page()
    before = place.count("raters_rater")
    page.goto(f"{TURK}/preview")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("Accept the HIT to take part")).to_be_visible()
    expect(frame.locator("form")).to_have_count(0)
    assert place.count("raters_rater") == before
    page.goto(f"{TURK}/taken")
    agree(frame)
    rate(frame)
    code = frame.locator("#code").inner_text()
    frame.get_by_role("button", name="Submit to Amazon Mechanical Turk").click()
    expect(frame.get_by_text("Submitted")).to_be_visible()
    assert sent == [{"assignmentId": ["3ASSIGNMENT"], "completion_code": [code]}]
