from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mos_platform.exports.models import Token
from mos_platform.exports.tokens import make_token, revoke_token
from mos_platform.stimuli.lookup import find_study
from studies.errors import InputError

ALL = "all studies"
IMPORTS = "imports studies"


class Command(BaseCommand):
    help = "Tokens for programs that read bundles, such as `analysis report`, or import studies over HTTP."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        create = actions.add_parser("create", help="make a token and print it, this once")
        create.add_argument("name", metavar="NAME", help="whose it is, or what for; unique")
        create.add_argument("--study", metavar="STUDY", help="the one study that it opens; default: all")
        create.add_argument("--import", dest="imports", action="store_true", help="it imports studies")
        actions.add_parser("list", help="name, what it opens, when made, when last used")
        revoke = actions.add_parser("revoke", help="the token of that name opens nothing from now on")
        revoke.add_argument("name", metavar="NAME")

    def handle(self, *_args: Any, **options: Any) -> None:
        {"create": self._create, "list": self._list, "revoke": self._revoke}[options["action"]](options)

    def _create(self, options: dict[str, Any]) -> None:
        if options["imports"] and options["study"]:
            raise InputError("a token either imports studies or opens one; leave out --import or --study.")
        study = find_study(options["study"]) if options["study"] else None
        permission = Token.Permission.IMPORT if options["imports"] else Token.Permission.READ
        secret = make_token(options["name"], study, permission)
        does = IMPORTS if options["imports"] else f"opens study '{study.slug}'" if study else f"opens {ALL}"
        self.stderr.write(f"Token '{options['name']}' {does}. Keep it now: it is not shown again.")
        self.stdout.write(secret)

    def _list(self, _options: dict[str, Any]) -> None:
        rows = [("name", "opens", "made", "last used")]
        for token in Token.objects.select_related("study"):
            opens = _opens(token)
            rows.append((token.name, opens, _day(token.created_at), _day(token.last_used_at)))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())

    def _revoke(self, options: dict[str, Any]) -> None:
        revoke_token(options["name"])
        self.stdout.write(f"Token '{options['name']}' is revoked.")


def _opens(token: Token) -> str:
    if token.permission == Token.Permission.IMPORT:
        return IMPORTS
    return token.study.slug if token.study else ALL


def _day(when: datetime | None) -> str:
    return when.strftime("%Y-%m-%d") if when else "never"
