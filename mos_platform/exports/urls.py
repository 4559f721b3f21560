from django.urls import path

from mos_platform.exports.api import BundleView

app_name = "exports"
urlpatterns = [path("studies/<str:slug>/bundle", BundleView.as_view(), name="bundle")]
