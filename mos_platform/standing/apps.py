from django.apps import AppConfig


class StandingConfig(AppConfig):
    name = "mos_platform.standing"
    default_auto_field = "django.db.models.BigAutoField"
