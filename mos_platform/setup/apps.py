from django.apps import AppConfig


class SetupConfig(AppConfig):
    name = "mos_platform.setup"
    default_auto_field = "django.db.models.BigAutoField"
