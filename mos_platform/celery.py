"""The Celery application. Work to do is rows in the database; a message only wakes a worker."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mos_platform.settings")

app = Celery("mos_platform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
