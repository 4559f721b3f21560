from django.urls import path

from mos_platform.setup import api, views

app_name = "setup"
urlpatterns = [
    path("setup/<slug:token>/", views.page, name="page"),
    path("setup/rounds/<slug:token>", views.body, name="body"),
    path("setup/<slug:token>/noise/<int:size>", views.noise, name="noise"),
    path("api/setup/<slug:token>/", api.StateView.as_view(), name="state"),
    path("api/setup/<slug:token>/<slug:name>/report/", api.ReportView.as_view(), name="report"),
    path("api/setup/<slug:token>/<slug:name>/round/", api.RoundView.as_view(), name="round"),
    path("api/setup/<slug:token>/<slug:name>/past/", api.GoPastView.as_view(), name="past"),
    path("api/setup-rounds/<slug:token>/", api.AnswerView.as_view(), name="answer"),
]
