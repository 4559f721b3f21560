"""The bundle over HTTP: opened by a token and by nothing else."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from mos_platform.exports.models import Token
from mos_platform.exports.tokens import find_token, make_token, revoke_token
from mos_platform.stimuli.models import Study
from studies.errors import InputError

pytestmark = pytest.mark.django_db
BUNDLE = "/api/studies/small/bundle"


@pytest.fixture(autouse=True)
def no_wrong_tokens_yet() -> None:
    cache.clear()


@pytest.fixture
def other_study(small_study: Study) -> Study:
    return Study.objects.create(slug="other", title="Another", config={}, config_sha256="0" * 64)


def ask(secret: str | None = None, path: str = BUNDLE, **headers: str) -> Any:
    given = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    return Client(headers={**given, **headers}).get(path)


def test_a_token_opens_the_bundle_of_any_study(small_study: Study) -> None:
    answer = ask(make_token("ann"))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == 'attachment; filename="small.zip"'
    assert answer["Cache-Control"] == "private, no-cache"
    content = answer.getvalue()
    assert int(answer["Content-Length"]) == len(content)
    archive = zipfile.ZipFile(BytesIO(content))
    assert archive.testzip() is None
    assert {"study.json", "ratings.csv", "raters.csv", "manifest.json"} <= set(archive.namelist())
    assert not answer.cookies


def test_nothing_is_left_on_disk(small_study: Study, settings: Any) -> None:
    ask(make_token("ann")).close()
    assert list(Path(settings.BUNDLES_ROOT).iterdir()) == []


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer wrong", "Bearer a b", "Token {}", "{}", "Bearer {}x"],
)
def test_anything_else_does_not(small_study: Study, header: str) -> None:
    secret = make_token("ann")
    answer = Client(headers={"Authorization": header.format(secret)}).get(BUNDLE)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert list(answer.json()) == ["detail"]
    assert secret not in answer.text


def test_signing_in_at_the_console_does_not_open_it(small_study: Study) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("researcher"))
    assert client.get(BUNDLE).status_code == 401


def test_it_can_only_be_read(small_study: Study) -> None:
    client = Client(headers={"Authorization": f"Bearer {make_token('ann')}"})
    assert client.head(BUNDLE).status_code == 200
    for method in (client.post, client.put, client.patch, client.delete, client.options):
        assert method(BUNDLE).status_code == 405


def test_a_token_of_one_study_tells_nothing_of_the_others(other_study: Study) -> None:
    secret = make_token("ann", other_study)
    hidden, unknown = (ask(secret, f"/api/studies/{name}/bundle") for name in ("small", "never"))
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.json()["detail"].replace("small", "never") == unknown.json()["detail"]
    assert ask(make_token("bob"), "/api/studies/a%00b/bundle").status_code == 404


def test_a_client_that_has_the_facts_is_told_so(small_study: Study) -> None:
    secret = make_token("ann")
    tag = ask(secret)["ETag"]
    again = ask(secret, **{"If-None-Match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    small_study.title = "Renamed"
    small_study.save()
    assert ask(secret, **{"If-None-Match": tag}).status_code == 200


def test_what_the_client_says_it_accepts_does_not_matter(small_study: Study) -> None:
    secret = make_token("ann")
    for accepted in ("application/zip", "text/html", "nonsense"):
        assert ask(secret, Accept=accepted).status_code == 200
    assert ask("wrong", Accept="text/html").json()["detail"].startswith("This token is wrong")


def test_guessing_is_slowed_and_right_tokens_pass_all_the_same(small_study: Study) -> None:
    secret = make_token("ann")
    codes = [ask(f"guess{number}").status_code for number in range(21)]
    assert codes == [401] * 20 + [429]
    slowed = ask("guess")
    assert 0 < int(slowed["Retry-After"]) <= 60
    assert slowed.json()["detail"].startswith("Too many wrong tokens")
    assert ask(secret).status_code == 200


def test_a_bundle_that_cannot_be_written_is_no_server_error(
    small_study: Study, settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.BUNDLES_ROOT = tmp_path / "file" / "bundles"
    (tmp_path / "file").write_text("in the way")
    answer = ask(make_token("ann"))
    assert answer.status_code == 503
    assert str(tmp_path) not in answer.text
    assert "Not a directory" in caplog.text


def test_a_database_that_can_only_be_read_is_read(small_study: Study) -> None:
    secret = make_token("ann")
    with connection.cursor() as cursor:
        waits = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute("PRAGMA query_only = ON")
        try:
            assert ask(secret).status_code == 200
        finally:
            cursor.execute("PRAGMA query_only = OFF")
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == waits
    assert Token.objects.get().last_used_at is None


@pytest.mark.parametrize("table", [Token._meta.db_table, Study._meta.db_table])
def test_a_database_that_cannot_be_read_is_told_in_a_sentence(
    small_study: Study, table: str, caplog: pytest.LogCaptureFixture
) -> None:
    secret = make_token("ann")
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO gone")
    answer = ask(secret)
    assert answer.status_code == 503
    assert answer.json() == {"detail": "The platform cannot write the bundle just now; its log says why."}
    assert f"no such table: {table}" in caplog.text


def test_only_a_hash_is_stored_and_use_is_noted(small_study: Study) -> None:
    secret = make_token("ann")
    row = Token.objects.get()
    assert secret not in str(Token.objects.values())
    assert (len(secret), row.last_used_at) == (47, None)
    ask(secret)
    row.refresh_from_db()
    first = row.last_used_at
    assert first is not None
    assert timezone.now() - first < timedelta(minutes=1)
    ask(secret)
    row.refresh_from_db()
    assert row.last_used_at == first
    Token.objects.update(last_used_at=first - timedelta(hours=1))
    ask(secret)
    row.refresh_from_db()
    assert row.last_used_at >= first


def test_a_token_ends_when_it_is_revoked_or_its_study_goes(other_study: Study) -> None:
    ann, bob = make_token("ann"), make_token("bob", other_study)
    revoke_token("ann")
    assert find_token(ann) is None
    assert find_token(bob) is not None
    other_study.delete()
    assert find_token(bob) is None


def test_names_of_tokens() -> None:
    make_token("ann")
    with pytest.raises(InputError, match=r"^there is a token named 'ann'; .*\.$"):
        make_token("ann")
    for name in ("", "two words", "x" * 65, "a\nb"):
        with pytest.raises(InputError, match="no name for a token"):
            make_token(name)
    with pytest.raises(InputError, match=r"^there is no token named 'bob'; known: ann\.$"):
        revoke_token("bob")


def test_the_command(small_study: Study) -> None:
    told, secret, listed = StringIO(), StringIO(), StringIO()
    call_command("token", "create", "ann", "--study", "small", stdout=secret, stderr=told)
    assert "opens study 'small'. Keep it now" in told.getvalue()
    found = find_token(secret.getvalue().strip())
    assert found is not None
    call_command("token", "create", "laboratory", stdout=StringIO(), stderr=StringIO())
    call_command("token", "list", stdout=listed)
    today = timezone.now().date().isoformat()
    assert listed.getvalue().splitlines() == [
        "name        opens        made        last used",
        f"ann         small        {today}  {today}",
        f"laboratory  all studies  {today}  never",
    ]
    call_command("token", "revoke", "ann", stdout=told)
    assert find_token(secret.getvalue().strip()) is None
