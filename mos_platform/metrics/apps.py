from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "mos_platform.metrics"
    default_auto_field = "django.db.models.BigAutoField"
