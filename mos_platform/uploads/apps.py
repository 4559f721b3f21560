from django.apps import AppConfig


class UploadsConfig(AppConfig):
    name = "mos_platform.uploads"
    default_auto_field = "django.db.models.BigAutoField"
