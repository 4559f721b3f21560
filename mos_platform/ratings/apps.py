from django.apps import AppConfig


class RatingsConfig(AppConfig):
    name = "mos_platform.ratings"
    default_auto_field = "django.db.models.BigAutoField"
