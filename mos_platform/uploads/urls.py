from django.urls import path

from mos_platform.uploads.api import StudiesView, UploadView

app_name = "uploads"
urlpatterns = [
    path("studies", StudiesView.as_view(), name="studies"),
    path("uploads/<slug:token>", UploadView.as_view(), name="upload"),
]
