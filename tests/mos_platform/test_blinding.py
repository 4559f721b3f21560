"""Blinding end to end: a study walked as a rater, every byte that comes searched for what tells a method."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from viewing import answered

pytestmark = pytest.mark.long

METHODS = ("truthcam", "alphanet", "betagan")
ITEMS = ("portraitq7", "portraitz3")
TAGS = ("Lavf", "Lavc", "libx264", "x264", "ffmpeg", "SecretTitle", "SecretHandler", "SecretComment")
SECRET_KEYS = {
    "expected",
    "kind",
    "gold",
    "trap",
    "repeat",
    "training",
    "dummy",
    "method",
    "item",
    "stimulus",
}
STUDY: dict[str, Any] = {
    "study": "blind",
    "title": "How real are these faces?",
    "setup": {"checks": []},
    "texts": {
        "welcome": "Welcome.",
        "consent": {"version": "1", "body": "I agree to watch synthetic clips and to rate them."},
        "instructions": "Watch and rate.",
        "debriefing": "All clips were synthetic.",
    },
    "methods": [{"name": "truthcam", "reference": True}, "alphanet", "betagan"],
    "items": [{"name": name, "picture": f"pictures/{name}.png"} for name in ITEMS],
    "gold": [{"method": "betagan", "item": "portraitq7", "expected": {"overall": {"high": 2}}}],
    "parts": [
        {
            "id": "first",
            "test_method": "ACR-HR",
            "dummies": 0,
            "questions": [{"id": "overall", "text": "How good?"}],
            "shown": ["picture"],
            "repeats": 1,
            "gold": 1,
        },
        {"id": "second", "test_method": "DCR", "questions": [{"id": "harm", "text": "How disturbing?"}]},
        {"id": "third", "test_method": "PC", "questions": [{"id": "better", "text": "Which is better?"}]},
    ],
}


def clip(target: Path, method: str, quality: int) -> None:
    """Each method with an encoder's settings of its own, and with its name wherever a file can hold one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    inputs = ["-f", "lavfi", "-i", "testsrc2=s=96x96:r=25", "-f", "lavfi", "-i", "sine=f=330"]
    named = ["-metadata", f"title=SecretTitle {method}", "-metadata", f"comment=SecretComment {method}"]
    named += ["-metadata:s:v", f"handler_name=SecretHandler {method}", "-metadata:s:a", f"title={method}"]
    codecs = ["-c:v", "libx264", "-crf", str(quality), "-pix_fmt", "yuv420p", "-c:a", "aac", "-ar", "48000"]
    command = ["ffmpeg", "-v", "error", "-y", *inputs, "-t", "0.4", *codecs, *named, str(target)]
    subprocess.run(command, check=True)


@pytest.fixture(scope="module")
def blind_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("blind")
    for item in ITEMS:
        for quality, method in zip((12, 24, 40), METHODS, strict=True):
            clip(folder / "clips" / method / f"{item}.mp4", method, quality)
        picture = folder / "pictures" / f"{item}.png"
        picture.parent.mkdir(exist_ok=True)
        still = [
            "-f",
            "lavfi",
            "-i",
            "testsrc2=s=96x96",
            "-frames:v",
            "1",
            "-metadata",
            f"title=SecretTitle {item}",
        ]
        subprocess.run(["ffmpeg", "-v", "error", "-y", *still, str(picture)], check=True)
    (folder / "study.yaml").write_text(yaml.safe_dump(STUDY))
    return folder


@dataclass
class Walk:
    """One rater's sitting: every response, and the media by their addresses."""

    client: httpx.Client
    texts: list[tuple[str, str]] = field(default_factory=list)
    media: dict[str, httpx.Response] = field(default_factory=dict)
    states: list[dict[str, Any]] = field(default_factory=list)

    def seen(self, response: httpx.Response) -> httpx.Response:
        head = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
        where = str(response.request.url)
        self.texts.append((where, f"{where}\n{head}\n{response.content.decode('latin-1')}"))
        return response

    def get(self, address: str) -> httpx.Response:
        return self.seen(self.client.get(address))

    def enter(self, link: str) -> str:
        page = self.get(link).text
        for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
            self.get(address)
        token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[0]
        form = {"consent": "on", "expertise": "some", "device": "desktop", "screen_width": "1920"}
        answer = self.client.post(link, data={**form, "screen_height": "1080", "csrfmiddlewaretoken": token})
        self.seen(answer)
        return str(answer.headers["location"]).strip("/").split("/")[-1]

    def sit(self, sitting: str) -> None:
        page = self.get(f"/sitting/{sitting}/").text
        for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
            self.get(address)
        state = self.get(f"/api/sittings/{sitting}/").json()
        while state["trial"] is not None:
            self.states.append(state)
            state = self.rate(state["trial"], state["upcoming"])

    def rate(self, trial: dict[str, Any], upcoming: list[str]) -> Any:
        shown = [one["url"] for one in trial["clips"]] + [trial["picture"]] * bool(trial["picture"])
        for address in [*shown, *upcoming]:
            if address not in self.media:
                self.media[address] = self.get(address)
        self.seen(self.client.post(f"/api/trials/{trial['token']}/open/", json={}))
        time.sleep(sum(one["duration_s"] for one in trial["clips"]))
        answers = {question["id"]: question["grades"][0]["value"] for question in trial["questions"]}
        answer = self.client.post(f"/api/trials/{trial['token']}/answers/", json=answered(trial, answers))
        assert answer.status_code == 200, answer.text
        return self.seen(answer).json()


@pytest.fixture(scope="module")
def walks(install: Any, blind_study: Path) -> Iterator[tuple[Any, list[Walk]]]:
    here = install("blind")
    done = here.run("import_study", str(blind_study))
    assert done.returncode == 0, done.stderr
    link = re.findall(r"/r/\S+", done.stdout)[0]
    with here.serving() as url:
        # Both at once: each has to wait until its clips have played.
        with ThreadPoolExecutor() as raters:
            found = list(raters.map(walked, [url, url], [link, link]))
        yield here, found


def walked(url: str, link: str) -> Walk:
    with httpx.Client(base_url=url, timeout=30) as client:
        walk = Walk(client)
        walk.sit(walk.enter(link))
        return walk


def issued_at_random(here: Any) -> re.Pattern[str]:
    """Addresses and marks of forms, in which any four letters may stand."""
    tables = ("raters_link", "raters_sitting", "assignments_trial", "assignments_showing")
    issued = [token for table in tables for (token,) in here.sql(f"SELECT token FROM {table}")]
    assert all(re.fullmatch(r"[\w-]{16}", token) for token in issued)
    forms = (r"(?<=csrftoken=)\w+", r'(?<="csrfmiddlewaretoken" value=")\w+', r'(?<="ticket" value=")[^"]+')
    return re.compile("|".join([*map(re.escape, issued), *forms]))


def test_nothing_that_a_rater_receives_names_a_method_a_file_or_an_encoder(walks: Any) -> None:
    here, found = walks
    stored = here.sql("SELECT token, file, sha256, served_sha256 FROM stimuli_stimulus")
    stable = {Path(part).stem for row in stored for part in row}
    secrets = [*METHODS, *ITEMS, *TAGS, *stable]
    assert len(stored) == 6
    by_chance = issued_at_random(here)
    for walk in found:
        assert len(walk.texts) > 60
        assert len(walk.media) > 20
        for where, given in walk.texts:
            text = by_chance.sub(" ", given)
            told = [secret for secret in secrets if secret.casefold() in text.casefold()]
            assert told == [], f"{where} tells {told}"


def test_the_page_does_not_know_what_a_trial_is_for(walks: Any) -> None:
    _here, found = walks
    for walk in found:
        for state in walk.states:
            keys = set(re.findall(r'"([^"]+)":', json.dumps(state)))
            assert keys & SECRET_KEYS == set()


def test_addresses_and_headers_are_a_raters_own_and_never_come_again(walks: Any) -> None:
    here, found = walks
    one, other = (set(walk.media) for walk in found)
    assert one & other == set()
    tags = [{response.headers["etag"] for response in walk.media.values()} for walk in found]
    assert tags[0] & tags[1] == set()
    trials = here.sql("SELECT COUNT(*) FROM assignments_trial")[0][0]
    shown = here.sql("SELECT COUNT(DISTINCT token), COUNT(*) FROM assignments_showing")[0]
    assert shown[0] == shown[1] >= trials
    assert {"last-modified", "content-disposition"} & {
        name for walk in found for response in walk.media.values() for name in response.headers
    } == set()


def test_an_items_clips_are_alike_to_the_byte_count(walks: Any, tmp_path: Path) -> None:
    here, found = walks
    rows = here.sql(
        "SELECT w.token, i.name, m.name FROM assignments_showing w "
        "JOIN assignments_trial t ON t.id = w.trial_id "
        "JOIN stimuli_stimulus s ON s.id = CASE w.role WHEN 'reference' THEN t.reference_id "
        "WHEN 'left' THEN t.left_id WHEN 'right' THEN t.right_id ELSE t.stimulus_id END "
        "JOIN stimuli_item i ON i.id = s.item_id "
        "JOIN stimuli_method m ON m.id = s.method_id WHERE w.role <> 'picture'"
    )
    clips = {f"/media/{token}": (item, method) for token, item, method in rows}
    sizes: dict[str, set[int]] = defaultdict(set)
    methods: dict[str, set[str]] = defaultdict(set)
    forms = set()
    for address, response in found[0].media.items():
        if address.rstrip("/") not in clips:
            continue
        item, method = clips[address.rstrip("/")]
        sizes[item].add(len(response.content))
        methods[item].add(method)
        file = tmp_path / "clip.mp4"
        file.write_bytes(response.content)
        forms.add(form(file))
    assert {item: len(found) for item, found in methods.items()} == dict.fromkeys(ITEMS, 3)
    assert {item: len(found) for item, found in sizes.items()} == dict.fromkeys(ITEMS, 1)
    assert len(forms) == 1, forms


def form(file: Path) -> str:
    """What ffprobe says of container and streams, but for bit rates and lengths."""
    ffprobe = shutil.which("ffprobe")
    assert ffprobe is not None
    entries = (
        "format=format_name,nb_streams:format_tags:stream=index,codec_name,codec_tag_string,profile,level,"
    )
    entries += "width,height,pix_fmt,r_frame_rate,time_base,sample_rate,channels:stream_tags"
    command = [ffprobe, "-v", "error", "-show_entries", entries, "-of", "json", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
