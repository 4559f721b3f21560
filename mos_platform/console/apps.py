from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "mos_platform.console"
    default_auto_field = "django.db.models.BigAutoField"
