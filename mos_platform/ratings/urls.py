from django.urls import path

from mos_platform.ratings import api, views

app_name = "ratings"
urlpatterns = [
    path("sitting/<slug:token>/", views.sitting_page, name="sitting"),
    path("sitting/<slug:token>/withdraw/", views.withdraw_page, name="withdraw"),
    path("sitting/<slug:token>/ended/", views.ended_page, name="ended"),
    path("media/<slug:token>", views.media, name="media"),
    path("api/sittings/<slug:token>/", api.SittingView.as_view(), name="state"),
    path("api/sittings/<slug:token>/rested/", api.RestedView.as_view(), name="rested"),
    path("api/sittings/<slug:token>/warned/", api.WarnedView.as_view(), name="warned"),
    path("api/trials/<slug:token>/open/", api.TrialOpenView.as_view(), name="open"),
    path("api/trials/<slug:token>/answers/", api.TrialAnswersView.as_view(), name="answers"),
    path("api/trials/<slug:token>/unplayable/", api.TrialUnplayableView.as_view(), name="unplayable"),
]
