from django.urls import path

from mos_platform.stimuli import views

app_name = "stimuli"
urlpatterns = [path("<slug:token>.mp4", views.clip, name="clip")]
