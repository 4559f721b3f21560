from django.apps import AppConfig


class RatersConfig(AppConfig):
    name = "mos_platform.raters"
    default_auto_field = "django.db.models.BigAutoField"
