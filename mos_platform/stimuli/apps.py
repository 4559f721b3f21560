from django.apps import AppConfig


class StimuliConfig(AppConfig):
    name = "mos_platform.stimuli"
    default_auto_field = "django.db.models.BigAutoField"
