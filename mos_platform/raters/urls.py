from django.urls import path

from mos_platform.raters import views

app_name = "raters"
urlpatterns = [path("<str:token>/", views.welcome, name="welcome")]
