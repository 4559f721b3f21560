from django.urls import include, path

from mos_platform.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("", include("mos_platform.console.urls")),
    path("media/", include("mos_platform.stimuli.urls")),
    path("api/", include("mos_platform.exports.urls")),
    path("api/", include("mos_platform.uploads.urls")),
    path("r/", include("mos_platform.raters.urls")),
    path("", include("mos_platform.ratings.urls")),
]
