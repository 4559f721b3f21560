from django.apps import AppConfig


class AssignmentsConfig(AppConfig):
    name = "mos_platform.assignments"
    default_auto_field = "django.db.models.BigAutoField"
