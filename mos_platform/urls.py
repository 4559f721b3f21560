from django.urls import include, path

from mos_platform.health import healthz

handler400 = "mos_platform.words.messages.bad_request"
handler403 = "mos_platform.words.messages.forbidden"
handler404 = "mos_platform.words.messages.not_found"
handler500 = "mos_platform.words.messages.server_error"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("", include("mos_platform.console.urls")),
    path("media/", include("mos_platform.stimuli.urls")),
    path("api/", include("mos_platform.exports.urls")),
    path("api/", include("mos_platform.uploads.urls")),
    path("r/", include("mos_platform.raters.urls")),
    path("", include("mos_platform.setup.urls")),
    path("", include("mos_platform.ratings.urls")),
]
