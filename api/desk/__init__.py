"""The desk: what moderators and operators do with a browser."""

from fastapi import APIRouter

from api.desk import (
    account,
    authenticator,
    authors,
    bulk,
    case_page,
    decisions,
    deliveries,
    health,
    people,
    queue,
    rules,
    signing_in,
)

ROUTERS: tuple[APIRouter, ...] = (
    queue.router,
    case_page.router,
    decisions.router,
    authors.router,
    bulk.router,
    deliveries.router,
    health.router,
    rules.router,
    people.router,
    account.router,
    authenticator.router,
    signing_in.router,
)
