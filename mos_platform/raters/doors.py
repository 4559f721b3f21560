"""How somebody came: by an open link, an invitation or a panel; and whether they were here before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.crypto import salted_hmac

from mos_platform.raters.admission import Refusal
from mos_platform.raters.models import Invitation, Link, PanelVisit, Rater, Sitting
from mos_platform.raters.panels import PanelIds, is_preview, panel_ids
from mos_platform.stimuli.models import Study

KIND = {
    "link": Link.Kind.OPEN,
    "invitation": Link.Kind.INVITATION,
    "prolific": Link.Kind.PROLIFIC,
    "mturk": Link.Kind.MTURK,
}
KEY = re.compile(r"[A-Za-z0-9_-]{1,32}", re.ASCII)
VEIL = "~"  # is in no id
VEILED_DIGITS = 48


@dataclass(frozen=True)
class Entry:
    """`barred` says why nobody can enter so. `remembered`: the key of the sitting that the browser began."""

    link: Link
    invitation: Invitation | None = None
    panel: PanelIds | None = None
    barred: Refusal | None = None
    remembered: str = ""

    @property
    def is_known(self) -> bool:
        """Whether the address names a person, who has one sitting; see may_go_on for who that shows it to."""
        return self.invitation is not None or self.panel is not None

    @property
    def simulated(self) -> bool:
        return self.link.kind == Link.Kind.SIMULATED


def study_link(study: Study) -> Link:
    """The study's link of the kind that its study file declares; made at the first call."""
    kind = KIND[study.parsed.recruitment.by]
    return Link.objects.get_or_create(study=study, kind=kind)[0]


def entry(token: str, query: Mapping[str, str], cookie: str = "") -> Entry:
    """How somebody comes by an address. Raises Link.DoesNotExist where there is none of that token."""
    remembered = cookie if KEY.fullmatch(cookie) else ""
    invitation = Invitation.objects.select_related("study").filter(token=token).first()
    if invitation is not None:
        return Entry(study_link(invitation.study), invitation)
    link = Link.objects.select_related("study").get(token=token)
    if settings.PREVIEW or link.kind in (Link.Kind.OPEN, Link.Kind.SIMULATED):
        return Entry(link, remembered=remembered)
    if link.kind == Link.Kind.INVITATION:
        return Entry(link, barred=Refusal("invitation_only"))
    return _from_panel(link, query, remembered)


def _from_panel(link: Link, query: Mapping[str, str], remembered: str) -> Entry:
    if link.kind == Link.Kind.MTURK and is_preview(query):
        return Entry(link, barred=Refusal("mturk_preview"))
    ids = panel_ids(link.kind, query)
    if ids is None:
        return Entry(link, barred=Refusal(f"from_{link.kind}"))
    return Entry(link, panel=ids, remembered=remembered)


def begun_sitting(came: Entry) -> Sitting | None:
    """The sitting that this person has begun before."""
    rater = _known_rater(came)
    if rater is not None:
        return rater.sittings.order_by("pk").last()
    if came.is_known or not came.remembered:
        return None
    return Sitting.objects.filter(token=came.remembered, rater__link=came.link).first()


def may_go_on(came: Entry, begun: Sitting) -> bool:
    """Whether somebody who came so may be shown this sitting.

    Many people can know an id at a panel; the panel's session, and the sitting's own key, only its rater.
    """
    if came.panel is None or came.remembered == begun.token:
        return True
    visit = PanelVisit.objects.filter(rater=begun.rater_id).first()
    return visit is not None and visit.session != "" and visit.session == came.panel.session


def _known_rater(came: Entry) -> Rater | None:
    if came.invitation is not None:
        return came.invitation.rater
    if came.panel is None:
        return None
    visits = PanelVisit.objects.select_related("rater")
    known_as = (came.panel.person, _veiled(came.link.pk, came.panel.person))
    visit = visits.filter(link=came.link, person__in=known_as).first()
    return visit.rater if visit else None


def forget_panel(rater: Rater) -> None:
    """Keep of a rater's ids at a panel only a hash that the platform's secret key goes into."""
    for visit in PanelVisit.objects.filter(rater=rater).exclude(person__startswith=VEIL):
        visit.person = _veiled(visit.link_id, visit.person)
        visit.task = visit.session = visit.submit_to = ""
        visit.save()


def _veiled(link: int, person: str) -> str:
    return VEIL + salted_hmac(f"panel {link}", person, algorithm="sha256").hexdigest()[:VEILED_DIGITS]


def remember(came: Entry, rater: Rater) -> None:
    """Who came so is this rater, also on the next visit."""
    if came.invitation is not None:
        Invitation.objects.filter(pk=came.invitation.pk).update(rater=rater)
    if came.panel is not None:
        ids = came.panel
        PanelVisit.objects.create(
            link=came.link,
            rater=rater,
            person=ids.person,
            task=ids.task,
            session=ids.session,
            submit_to=ids.submit_to,
        )


def has_other_task(came: Entry, rater: Rater) -> bool:
    """Whether the panel handed out a task anew to whoever has taken part: that one cannot be sent off."""
    visit = PanelVisit.objects.filter(rater=rater).first()
    return came.panel is not None and visit is not None and visit.session != came.panel.session


def renew(came: Entry, begun: Sitting, key: str) -> bool:
    """Take the assignment that Mechanical Turk gives whoever returned one and took another: the end needs it.

    Only from who shows the sitting's key, itself or within its address, and before the sitting is over;
    whether it was taken.
    """
    shown = key.strip().rstrip("/").rpartition("/")[2]
    if came.panel is None or begun.completed_at is not None or shown != begun.token:
        return False
    ids = came.panel
    PanelVisit.objects.filter(rater=begun.rater_id, person=ids.person).update(
        task=ids.task, session=ids.session, submit_to=ids.submit_to
    )
    return True
