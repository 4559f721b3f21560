"""The same person entering many times at the same moment, on a real server: one rater, one sitting."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from entering import FORM, TICKET

AT_ONCE = 8
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
PANEL = """recruitment:
  by: prolific
  prolific: {completed: DONE, screened_out: OUT, over_quota: FULL}
metrics: []"""


def enter_many_times(address: str) -> set[str]:
    """One page sent off by several connections at once; the sittings they were led to."""
    page = httpx.get(address, timeout=60)
    csrf, ticket = CSRF.search(page.text), TICKET.search(page.text)
    assert csrf is not None
    assert ticket is not None
    form = {**FORM, "csrfmiddlewaretoken": csrf[1], "ticket": ticket[1]}

    def post(_number: int) -> str:
        answer = httpx.post(address, data=form, cookies=page.cookies, timeout=60)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return set(pool.map(post, range(AT_ONCE)))


def test_one_person_many_times_at_once_is_one_rater(installation: Any, own_study: Any) -> None:
    file = own_study / "study.yaml"
    file.write_text(file.read_text().replace("metrics: [psnr, ssim, cpbd]", PANEL))
    assert installation.run("import_study", str(own_study)).returncode == 0
    installation.sql(
        "INSERT INTO raters_link (study_id, token, kind, is_full, created_at) "
        "SELECT study_id, 'openlink', 'open', is_full, created_at FROM raters_link"
    )
    links = dict(installation.sql("SELECT kind, token FROM raters_link"))
    with installation.serving() as url:
        by_link = enter_many_times(f"{url}/r/{links['open']}/")
        by_panel = enter_many_times(f"{url}/r/{links['prolific']}/?PROLIFIC_PID=a1")
    assert (len(by_link), len(by_panel)) == (1, 1)
    assert installation.sql("SELECT count(*) FROM raters_rater") == [(2,)]
    assert installation.sql("SELECT count(*) FROM raters_panelvisit") == [(1,)]
