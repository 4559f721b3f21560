from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path
from django.views.generic import RedirectView

from mos_platform.console import uploads, views

app_name = "console"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="console:studies")),
    path(
        "console/login/",
        LoginView.as_view(template_name="console/login.html", redirect_authenticated_user=True),
        name="login",
    ),
    path("console/logout/", LogoutView.as_view(), name="logout"),
    path("console/", views.studies, name="studies"),
    path("console/studies/new/", uploads.new_study, name="new_study"),
    path("console/uploads/<slug:token>/", uploads.upload_page, name="upload"),
    path("console/studies/<str:name>/", views.study_page, name="study"),
    path("console/studies/<str:name>/open/", views.open_study, name="open_study"),
    path("console/studies/<str:name>/look/", views.look_now, name="look_now"),
    path("console/studies/<str:name>/close/", views.close_study, name="close_study"),
    path("console/studies/<str:name>/clips/<slug:token>/", views.stimulus_page, name="stimulus"),
    path("console/studies/<str:name>/bundle.zip", views.bundle, name="bundle"),
    path("console/studies/<str:name>/report/update/", views.update_report, name="update_report"),
    path("console/studies/<str:name>/report/", views.report, name="report"),
    path("console/studies/<str:name>/report/<path:file>", views.report, name="report_file"),
]
