"""The one settings file. Runs with nothing set (embedded SQLite and Celery worker, everything under var/);
production sets the variables that deploy/env.example lists."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from mos_platform import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = env.writable_folder(Path(env.text("MOS_VAR") or Path.cwd() / "var").resolve())

DATABASE_URL = env.text("MOS_DATABASE_URL")
REDIS_URL = env.text("MOS_REDIS_URL")
EMBEDDED = not REDIS_URL
DEBUG = env.flag("MOS_DEBUG", default=False)
PREVIEW = env.flag("MOS_PREVIEW", default=False)  # set by `preview` for its own installation
BOT_CHECKS = env.flag("MOS_BOT_CHECKS", default=True)  # a shortest time for reading the consent


def _secret_key() -> str:
    """The given key; in embedded mode one that is made once and kept under var/."""
    key = env.text("MOS_SECRET_KEY")
    if not key and not EMBEDDED:
        raise ImproperlyConfigured("MOS_SECRET_KEY is not set; give it one long random string.")
    return key or env.kept_secret(VAR / "secret_key", lambda: secrets.token_urlsafe(48))


SECRET_KEY = _secret_key()
# This machine may always ask: health checks, and the simulated raters of a rehearsal.
ALLOWED_HOSTS = [*env.names("MOS_ALLOWED_HOSTS", ""), "127.0.0.1", "localhost", "[::1]"]
BASE_URL = env.text("MOS_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "mos_platform.stimuli",
    "mos_platform.raters",
    "mos_platform.setup",
    "mos_platform.assignments",
    "mos_platform.ratings",
    "mos_platform.metrics",
    "mos_platform.exports",
    "mos_platform.standing",
    "mos_platform.uploads",
    "mos_platform.console",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "mos_platform.security.content_security_policy",
    "mos_platform.security.without_nul",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "mos_platform.urls"
CSRF_FAILURE_VIEW = "mos_platform.words.messages.expired"
WSGI_APPLICATION = "mos_platform.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "mos_platform" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {"words": "mos_platform.words.tags"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {"default": env.database(DATABASE_URL) if DATABASE_URL else env.sqlite(VAR / "mos.sqlite3")}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "console:login"
LOGIN_REDIRECT_URL = "console:studies"
LOGOUT_REDIRECT_URL = "console:login"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = env.writable_folder(VAR / "static")
STATICFILES_DIRS = [BASE_DIR / "mos_platform" / "static"]
# The server collects and compresses them before it starts; whatever runs without it takes them as they lie.
WHITENOISE_USE_FINDERS = EMBEDDED and not (STATIC_ROOT / "css").is_dir()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
MEDIA_ROOT = VAR / "media"
REPORTS_ROOT = VAR / "reports"
BUNDLES_ROOT = VAR / "bundles"
STAGING_ROOT = VAR / "staging"
# Metrics: what clips give to metrics of methods; the files of networks; memory of a measuring process.
FEATURES_ROOT = VAR / "features"
WEIGHTS_DIR = Path(env.text("MOS_WEIGHTS_DIR") or VAR / "weights").resolve()
MEASURE_MEMORY_BYTES = env.number("MOS_MEASURE_MEMORY_MB", 4096) * 1024**2

# Studies as zip files: who may send how much. Files arrive beside where they are unpacked, never in /tmp.
UPLOADS_ROOT = env.writable_folder(VAR / "uploads")
UPLOAD_MAX_BYTES = env.number("MOS_UPLOAD_MAX_MB", 4096) * 1024**2
UPLOAD_MAX_UNPACKED_BYTES = env.number("MOS_UPLOAD_MAX_UNPACKED_MB", 8192) * 1024**2
UPLOAD_MAX_FILES = env.number("MOS_UPLOAD_MAX_FILES", 20000)
FILE_UPLOAD_TEMP_DIR = UPLOADS_ROOT
FILE_UPLOAD_HANDLERS = ["mos_platform.uploads.receiving.StudyUploadHandler"]

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["mos_platform.ratings.bodies.SmallJSONParser"],
    "UNAUTHENTICATED_USER": None,
    "EXCEPTION_HANDLER": "mos_platform.ratings.api.errors",
}

CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600} if REDIS_URL else {"polling_interval": 0.05}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "mos"
# What somebody waits for, an upload or a report, has a queue of its own, and networks have one (`gpu`). A
# worker takes from all of them unless -Q names some: `-Q gpu` where there is a GPU; `-Q mos.awaited` for a
# worker that answers at once, whatever is being measured.
QUEUES = ("mos", "gpu")
AWAITED_QUEUES = ("mos.awaited",)
CELERY_TASK_QUEUES = {name: {"exchange": name, "routing_key": name} for name in QUEUES + AWAITED_QUEUES}
CELERY_TASK_ROUTES = {
    "uploads.*": {"queue": "mos.awaited"},
    "console.*": {"queue": "mos.awaited"},
    "standing.*": {"queue": "mos.awaited"},
    "metrics.by_network": {"queue": "gpu"},
}
# Sweeps re-send whatever is unfinished; the embedded worker runs them every second instead.
CELERY_BEAT_SCHEDULE = {
    name: {"task": name, "schedule": 30.0, "options": {"expires": 30}}
    for name in ("metrics.sweep", "console.sweep", "uploads.sweep", "standing.sweep", "assignments.sweep")
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "celerybeat-schedule")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.text("MOS_LOG_LEVEL", "WARNING")},
    # What a rater or a bot is refused is told to them; a busy study would fill the log with it.
    "loggers": {"django.request": {"level": "ERROR"}},
}
