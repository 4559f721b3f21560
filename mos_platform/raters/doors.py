"""How somebody came: by an open link, an invitation or a panel; and whether they were here before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from mos_platform.raters.admission import Refusal
from mos_platform.raters.models import Invitation, Link, PanelVisit, Rater, Sitting
from mos_platform.raters.panels import PanelIds, is_panel, is_preview, panel_ids
from mos_platform.stimuli.models import Study

KIND = {
    "link": Link.Kind.OPEN,
    "invitation": Link.Kind.INVITATION,
    "prolific": Link.Kind.PROLIFIC,
    "mturk": Link.Kind.MTURK,
}


@dataclass(frozen=True)
class Entry:
    """`barred` says why nobody can enter so. `remembered` is the sitting that the browser says it began."""

    link: Link
    invitation: Invitation | None = None
    panel: PanelIds | None = None
    barred: Refusal | None = None
    remembered: str = ""

    @property
    def is_known(self) -> bool:
        """Whether the address says who somebody is: another person cannot begin by it."""
        return self.invitation is not None or self.panel is not None

    @property
    def simulated(self) -> bool:
        return self.link.kind == Link.Kind.SIMULATED


def study_link(study: Study) -> Link:
    """The study's link of the kind that its study file declares; made at the first call."""
    kind = KIND[study.parsed.recruitment.by]
    return Link.objects.get_or_create(study=study, kind=kind)[0]


def entry(token: str, query: Mapping[str, str], remembered: str = "") -> Entry:
    """How somebody comes by an address. Raises Link.DoesNotExist where there is none of that token."""
    invitation = Invitation.objects.select_related("study").filter(token=token).first()
    if invitation is not None:
        return Entry(study_link(invitation.study), invitation)
    link = Link.objects.select_related("study").get(token=token)
    if settings.PREVIEW or link.kind in (Link.Kind.OPEN, Link.Kind.SIMULATED):
        return Entry(link, remembered=remembered)
    if link.kind == Link.Kind.INVITATION:
        return Entry(link, barred=Refusal("invitation_only"))
    return _from_panel(link, query)


def _from_panel(link: Link, query: Mapping[str, str]) -> Entry:
    if link.kind == Link.Kind.MTURK and is_preview(query):
        return Entry(link, barred=Refusal("mturk_preview"))
    ids = panel_ids(link.kind, query)
    if ids is None:
        return Entry(link, barred=Refusal(f"from_{link.kind}"))
    return Entry(link, panel=ids)


def begun_sitting(came: Entry) -> Sitting | None:
    """The sitting that this person has begun before."""
    rater = _known_rater(came)
    if rater is not None:
        return rater.sittings.order_by("pk").last()
    if came.is_known or not came.remembered:
        return None
    return Sitting.objects.filter(token=came.remembered, rater__link=came.link).first()


def _known_rater(came: Entry) -> Rater | None:
    if came.invitation is not None:
        return came.invitation.rater
    if came.panel is None:
        return None
    visits = PanelVisit.objects.select_related("rater")
    visit = visits.filter(link=came.link, person=came.panel.person).first()
    return visit.rater if visit else None


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


def renew(came: Entry, rater: Rater) -> None:
    """A panel gives a new session to whoever gave a task back and took it again: the end needs the newest."""
    if came.panel is not None and is_panel(came.link.kind):
        ids = came.panel
        PanelVisit.objects.filter(rater=rater).update(
            task=ids.task, session=ids.session, submit_to=ids.submit_to
        )
