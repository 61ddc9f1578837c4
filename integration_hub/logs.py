"""Logs: one line of JSON per event with a request id; secrets and personal data never get in."""

import re
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

# Keys whose values never reach a log, whoever passes them.
SECRET_KEYS = ("password", "secret", "token", "authorization", "cookie", "api_key", "email", "phone", "ip")

# Secrets that travel inside other texts: the key of a mailed link in an address, an API token in an error.
SECRET_TEXTS = [
    (re.compile(r"(/password/reset/key/)[^/\s]+"), r"\1[redacted]"),
    (re.compile(r"\b(hub_[0-9a-f]{12})_[\w-]{43}"), r"\1_[redacted]"),
]


def mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Take secrets out of the texts of an event, the traceback included."""
    for key, value in event.items():
        if isinstance(value, str):
            for pattern, shown in SECRET_TEXTS:
                value = pattern.sub(shown, value)
            event[key] = value
    return event


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace the value of every key that names a secret or a person's data."""
    for key in event:
        if any(word in key.lower().split("_") for word in SECRET_KEYS):
            event[key] = "[redacted]"
    return event


def configure_logs(*, json: bool) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    mask,
                    renderer,
                ],
                "foreign_pre_chain": shared,
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        # Libraries that log the address of every call, with the query in it; foundation.outbound logs what may be told.
        "loggers": {name: {"level": "WARNING"} for name in ("httpx", "httpcore")},
        "root": {"handlers": ["stderr"], "level": "INFO"},
    }
