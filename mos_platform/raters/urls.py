from django.urls import path

from mos_platform.raters import views

app_name = "raters"
urlpatterns = [path("<slug:token>/", views.welcome, name="welcome")]
