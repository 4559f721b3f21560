"""A zip dropped anywhere on the box of the upload page is the file to send; beside it nothing happens."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

DROP = """place => {
  const data = new DataTransfer();
  data.items.add(new File(["zip"], "mine.zip"));
  const event = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data });
  document.querySelector(place).dispatchEvent(event);
  return [event.defaultPrevented, [...document.querySelector("#study").files].map((file) => file.name)];
}"""


def test_the_whole_box_takes_the_file(console: Page) -> None:
    console.goto("/console/studies/new/")
    console.wait_for_load_state("networkidle")
    assert console.evaluate(DROP, "h1") == [True, []]
    assert console.evaluate(DROP, ".drop p") == [True, ["mine.zip"]]
