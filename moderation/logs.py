"""Logs: JSON lines to standard error, for people when it is a terminal. Never a stranger's text, e-mail or address."""

import logging
import sys
from typing import Any

import structlog


def set_up(level: str = "INFO") -> None:
    """Everything this process logs, libraries included, in one shape."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    terminal = sys.stderr.isatty()
    last: Any = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if terminal
        else structlog.processors.JSONRenderer()
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _tracebacks() if not terminal else _as_it_is,
                last,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # A line for each of a sweep's steps, every second, would bury what matters.
    for chatty in ("celery", "kombu"):
        logging.getLogger(chatty).setLevel(logging.WARNING if level == "INFO" else level)
    # An access line holds the query string, and with it what a site searched for: ours comes from api/main.py.
    logging.getLogger("uvicorn.access").disabled = True


def _tracebacks() -> Any:
    # Without local variables: they hold comments and addresses.
    return structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))


def _as_it_is(logger: Any, name: str, event: Any) -> Any:
    del logger, name
    return event


def log(name: str) -> Any:
    return structlog.stdlib.get_logger(name)
