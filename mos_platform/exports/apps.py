from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "mos_platform.exports"
    default_auto_field = "django.db.models.BigAutoField"
