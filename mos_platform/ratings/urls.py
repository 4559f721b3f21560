from django.urls import path

from mos_platform.ratings import api, views

app_name = "ratings"
urlpatterns = [
    path("sitting/<slug:token>/", views.sitting_page, name="sitting"),
    path("media/<slug:token>", views.media, name="media"),
    path("api/sittings/<slug:token>/", api.SittingView.as_view(), name="state"),
    path("api/trials/<slug:token>/open/", api.TrialOpenView.as_view(), name="open"),
    path("api/trials/<slug:token>/answers/", api.TrialAnswersView.as_view(), name="answers"),
]
