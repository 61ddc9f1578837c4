"""Settings, all from the environment. Names and meaning: docs/operations.md. Everything wrong is reported at once."""

import tomllib
from pathlib import Path

import dj_database_url
import django_stubs_ext
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from environs import Env

from integration_hub.admin_look import unfold_configuration
from integration_hub.logs import configure_logs
from integration_hub.tiles import tile_sources

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
env = Env(eager=False)


def secret(name: str, default: str | None = None) -> str:
    """Read a secret from the variable `name`, or from the file that `name`_FILE names."""
    file_name = env.str(f"{name}_FILE", "")
    if file_name:
        return Path(file_name).read_text(encoding="utf-8").strip()
    return env.str(name) if default is None else env.str(name, default)


# --- where and how it runs ---------------------------------------------------------------------------------------
DATA_DIR = Path(env.str("HUB_DATA_DIR", "") or BASE_DIR / ".hub").absolute()
DEBUG = env.bool("HUB_DEBUG", False)
SECRET_KEY = secret("HUB_SECRET_KEY")
FIELD_KEYS = (secret("HUB_FIELD_KEYS") or "").split(",")  # newest first; the others still read (docs/operations.md)
HTTPS = env.bool("HUB_HTTPS", True)  # False only for a trial on this machine
ALLOWED_HOSTS = env.list("HUB_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("HUB_TRUSTED_ORIGINS", [])
BASE_URL = env.str("HUB_BASE_URL", "http://localhost:8000")  # links in mails
TRUSTED_PROXIES = env.int("HUB_TRUSTED_PROXIES", 0)  # proxies in front of us whose X-Forwarded-For counts
ADMIN_THEME = env.str("HUB_ADMIN_THEME", "unfold")  # or "plain"
ADMIN_PATH = env.str("HUB_ADMIN_PATH", "admin/")
MAILBOX = env.bool("HUB_MAILBOX", False)  # keep mail in a local page instead of sending it
REQUIRE_SECOND_FACTOR = env.bool("HUB_REQUIRE_SECOND_FACTOR", False)
SITE_NAME = env.str("HUB_SITE_NAME", "Integration Hub")
ENVIRONMENT = env.str("HUB_ENVIRONMENT", "")  # a word in the header (demo, test), so that nobody takes it for live

THEME_APPS = {
    "unfold": [
        "unfold.apps.BasicAppConfig",
        "unfold.contrib.filters",
        "unfold.contrib.forms",
        "unfold.contrib.import_export",
    ],
    "plain": [],
}

INSTALLED_APPS = [
    *THEME_APPS[ADMIN_THEME],
    "integration_hub.apps.HubAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "pgtrigger",
    "import_export",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_q",
    "django_htmx",
    "django_structlog",
    "django_countries",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "foundation.ui",
    "foundation.identity",
    "foundation.outbound",
    "foundation.changes",
    "foundation.jobs",
    "foundation.transfers",
    "catalog",
    "customers",
    "integration_hub.apps.IntegrationHubConfig",
    *env.list("HUB_EXTRA_APPS", []),
]

MIDDLEWARE = [
    "integration_hub.health.HealthMiddleware",  # first: probes come by IP address and without TLS
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "foundation.identity.middleware.PrivatePagesMiddleware",
    "foundation.ui.csp.HubCSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "foundation.identity.middleware.SessionLimitsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "foundation.identity.middleware.SecondFactorMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "foundation.api.rates.ApiRateMiddleware",  # before the transaction begins
    "foundation.changes.middleware.RecordingMiddleware",  # last: it opens the transaction around the view itself
]

ROOT_URLCONF = "integration_hub.urls"
WSGI_APPLICATION = "integration_hub.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates" / "themes" / ADMIN_THEME, BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "foundation.ui.context.brand",
            ],
        },
    },
]

# --- database, cache, queue --------------------------------------------------------------------------------------
DATABASES = {"default": dj_database_url.parse(env.str("DATABASE_URL") or "postgresql://unset")}
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "hub_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # limits are counted here: nobody may push counters out by adding others
    }
}

# Why each value: docs/adr/0004. One task in memory per worker, one attempt per doorbell: retries are rows of ours.
Q_CLUSTER = {
    "name": "hub",
    "orm": "default",
    "workers": env.int("HUB_WORKERS", 2),
    "queue_limit": 1,
    "bulk": 1,
    "timeout": 600,
    "retry": 1500,
    "ack_failures": True,
    "max_attempts": 1,
    "catch_up": False,
    "recycle": 200,
    "max_rss": 400_000,
    "save_limit": 200,
    "poll": 0.2,
    "label": "Queue",
    "ALT_CLUSTERS": {
        "slow": {"workers": 1, "queue_limit": 1, "timeout": 3600, "retry": 12000},
        # What leaves the hub never waits behind a job (docs/adr/0020).
        "outbox": {"workers": env.int("HUB_OUTBOX_WORKERS", 1), "queue_limit": 1, "timeout": 300, "retry": 1500},
    },
}

NOTE_FILE_MAX_BYTES = env.int("HUB_NOTE_FILE_MAX_BYTES", 20_000_000)
NOTE_QUOTA_BYTES = env.int("HUB_NOTE_QUOTA_BYTES", 500_000_000)  # of one customer
NOTE_FILES_KEPT_DAYS = env.int("HUB_NOTE_FILES_KEPT_DAYS", 90)  # after their note was deleted
JOBS_KEPT_DAYS = env.int("HUB_JOBS_KEPT_DAYS", 90)
JOB_FILES_KEPT_DAYS = env.int("HUB_JOB_FILES_KEPT_DAYS", 30)

# --- people ------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "identity.User"
# One backend: a wrong password is hashed once, for accounts that exist and for those that do not.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "foundation.identity.passwords.MaximumLengthValidator", "OPTIONS": {"max_length": 128}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]
PASSWORD_RESET_TIMEOUT = 3600
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
ACCOUNT_ADAPTER = "foundation.identity.sign_in.SignInAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{SITE_NAME}] "
ACCOUNT_EMAIL_NOTIFICATIONS = True  # people learn of a changed password or second factor
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_SESSION_REMEMBER = True  # nobody is asked: SESSION_IDLE decides
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# Wrong passwords: how many, in how many seconds (foundation.identity.sign_in).
SIGN_IN_TRIES = {"account_and_address": (5, 300), "address": (20, 300), "account": (20, 300), "device": (10, 300)}
ACCOUNT_RATE_LIMITS = {  # counted by allauth
    "login": "60/m/ip",
    "login_failed": "5/5m/key",  # wrong codes of a second factor
    "reset_password": "10/m/ip,3/15m/key",
}
MFA_ADAPTER = "integration_hub.second_factor.EncryptingSecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # staff make the accounts: there is nothing to verify
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

# --- languages, times, files -------------------------------------------------------------------------------------
LANGUAGE_CODE = env.str("HUB_LANGUAGE", "en")
TIME_ZONE = env.str("HUB_TIME_ZONE", "Europe/Warsaw")
USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["integration_hub.formats"]
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("HUB_STATIC_ROOT", str(DATA_DIR / "static")))
MEDIA_ROOT = Path(env.str("HUB_MEDIA_ROOT", str(DATA_DIR / "files")))
STATIC_HASHED = env.bool("HUB_STATIC_HASHED", not DEBUG)  # needs `collectstatic`; off in tests and when developing
STATIC_STORAGE = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": STATIC_STORAGE if STATIC_HASHED else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not STATIC_HASHED
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a customer with many addresses is one form

# --- security (docs/security.md) -----------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
# Only a proxy of ours may say that the client came by HTTPS; it must set this header itself (docs/operations.md).
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = (
    ("__Host-hub_session", "__Host-hub_csrf") if HTTPS else ("hub_session", "hub_csrf")
)
# Seconds, by kind of user: without activity, and altogether (foundation.identity.sessions).
SESSION_IDLE = {
    "staff": env.int("HUB_SESSION_IDLE_STAFF", 2 * 3600),
    "portal": env.int("HUB_SESSION_IDLE_PORTAL", 14 * 24 * 3600),
}
SESSION_ABSOLUTE = {
    "staff": env.int("HUB_SESSION_ABSOLUTE_STAFF", 16 * 3600),
    "portal": env.int("HUB_SESSION_ABSOLUTE_PORTAL", 90 * 24 * 3600),
}
SESSION_COOKIE_AGE = SESSION_IDLE["staff"]
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
# The map draws an outline of its own; tiles come from outside only where the deployment says so (docs/adr/0050).
MAP_TILES = env.str("HUB_MAP_TILES", "")  # https://tiles.example/{z}/{x}/{y}.png
MAP_ATTRIBUTION = env.str("HUB_MAP_ATTRIBUTION", "")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *tile_sources(MAP_TILES)],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
# Only the admin under the Unfold theme needs these (docs/adr/0006); foundation.ui.csp hands them out.
CSP_RELAXED = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}

# --- mail --------------------------------------------------------------------------------------------------------
EMAIL_BACKEND = "foundation.jobs.mail.backend.OutboxEmailBackend"
EMAIL_CONFIG = env.dj_email_url("HUB_EMAIL_URL", "smtp://localhost:25") if not MAILBOX else {}
DEFAULT_FROM_EMAIL = env.str("HUB_MAIL_FROM", "Integration Hub <hub@localhost>")
MAIL_MAX_BYTES = env.int("HUB_MAIL_MAX_BYTES", 2_000_000)  # a mail waits in the database, once per recipient
MAIL_KEEP_DAYS = env.int("HUB_MAIL_KEEP_DAYS", 0)  # 0: a mail's content is gone once it is delivered
OUTBOX_EVIDENCE_DAYS = env.int("HUB_OUTBOX_EVIDENCE_DAYS", 30)  # contents, single tries, the local mailbox
OUTBOX_HISTORY_DAYS = env.int("HUB_OUTBOX_HISTORY_DAYS", 180)  # that something was sent, when and how often

# --- calls to other systems (docs/adr/0046) ----------------------------------------------------------------------
OUTBOUND_PORTS = env.list("HUB_OUTBOUND_PORTS", [80, 443, 8080, 8443], subcast=int)
OUTBOUND_NETWORKS: list[str] = env.list("HUB_OUTBOUND_NETWORKS", [])  # inside: 10.1.0.0/16, 127.0.0.1:8091
OUTBOUND_CA_FILE = env.str("HUB_OUTBOUND_CA_FILE", "")  # authorities besides the known ones
VAT_CHECK = env.bool("HUB_VAT_CHECK", False)  # ask VIES whether VAT ids are registered (docs/vat.md)
VIES_URL = env.str("HUB_VIES_URL", "https://ec.europa.eu/taxation_customs/vies/rest-api").rstrip("/")
VAT_REQUESTER = env.str("HUB_VAT_REQUESTER", "").strip().upper()  # our own VAT id: answers get a consultation number

UNFOLD = unfold_configuration(site_name=SITE_NAME, environment=ENVIRONMENT)

HUB_EXPORT_DIRECT_ROWS = env.int("HUB_EXPORT_DIRECT_ROWS", 10_000)  # more become a job with a link by mail
HUB_IMPORT_MAX_BYTES = env.int("HUB_IMPORT_MAX_BYTES", 200 * 1024**2)  # of one uploaded file
HUB_IMPORT_MAX_UNPACKED = env.int("HUB_IMPORT_MAX_UNPACKED", 500 * 1024**2)  # bytes, of a workbook, which is a ZIP
HUB_IMPORT_MAX_ROWS = env.int("HUB_IMPORT_MAX_ROWS", 1_000_000)
HUB_IMPORT_MAX_COLUMNS = env.int("HUB_IMPORT_MAX_COLUMNS", 200)
HUB_IMPORT_RUNNING = env.int("HUB_IMPORT_RUNNING", 2)  # imports of one person at work at the same time
HUB_IMPORT_KEPT_DAYS = env.int("HUB_IMPORT_KEPT_DAYS", 30)  # files, previews and refused rows of an import
HUB_IMPORT_MAX_CELL = env.int("HUB_IMPORT_MAX_CELL", 32_000)  # characters

# --- libraries ---------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "foundation.api.schema.HubSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "foundation.changes.api.RecordedTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["foundation.identity.api.HasScope"],  # a view that names no scope opens to nobody
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "foundation.api.problems.handle",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
API_CALLS_PER_MINUTE = {
    "token": env.int("HUB_API_CALLS_PER_TOKEN", 600),
    "address": env.int("HUB_API_CALLS_PER_ADDRESS", 1200),
}
API_DOCS_PUBLIC = env.bool("HUB_API_DOCS_PUBLIC", False)  # else the page and the document ask for a sign-in
SPECTACULAR_SETTINGS = {
    "TITLE": "Integration Hub",
    "DESCRIPTION": "Customers, their people and terms, for other programs. Sign in with an API token as bearer.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": [
        "rest_framework.permissions.AllowAny" if API_DOCS_PUBLIC else "rest_framework.permissions.IsAuthenticated"
    ],
    "SERVE_AUTHENTICATION": None,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v[0-9]+",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {"PriceLevelEnum": ["customer", "group", "system"]},
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "foundation.api.schema.add_problems",
    ],
}
IMPORT_EXPORT_SKIP_ADMIN_LOG = True
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "import"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"

LOGGING = configure_logs(json=not DEBUG)

env.seal()
