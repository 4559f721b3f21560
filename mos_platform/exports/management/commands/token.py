from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mos_platform.exports.models import Token
from mos_platform.exports.services import find_study
from mos_platform.exports.tokens import make_token, revoke_token

ALL = "all studies"


class Command(BaseCommand):
    help = "Tokens for programs that read bundles, such as `analysis report` on another machine."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        create = actions.add_parser("create", help="make a token and print it, this once")
        create.add_argument("name", metavar="NAME", help="whose it is, or what for; unique")
        create.add_argument("--study", metavar="STUDY", help="the one study that it opens; default: all")
        actions.add_parser("list", help="name, what it opens, when made, when last used")
        revoke = actions.add_parser("revoke", help="the token of that name opens nothing from now on")
        revoke.add_argument("name", metavar="NAME")

    def handle(self, *_args: Any, **options: Any) -> None:
        {"create": self._create, "list": self._list, "revoke": self._revoke}[options["action"]](options)

    def _create(self, options: dict[str, Any]) -> None:
        study = find_study(options["study"]) if options["study"] else None
        secret = make_token(options["name"], study)
        opens = f"study '{study.slug}'" if study else ALL
        self.stderr.write(f"Token '{options['name']}' opens {opens}. Keep it now: it is not shown again.")
        self.stdout.write(secret)

    def _list(self, _options: dict[str, Any]) -> None:
        rows = [("name", "opens", "made", "last used")]
        for token in Token.objects.select_related("study"):
            opens = token.study.slug if token.study else ALL
            rows.append((token.name, opens, _day(token.created_at), _day(token.last_used_at)))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())

    def _revoke(self, options: dict[str, Any]) -> None:
        revoke_token(options["name"])
        self.stdout.write(f"Token '{options['name']}' is revoked.")


def _day(when: datetime | None) -> str:
    return when.strftime("%Y-%m-%d") if when else "never"
