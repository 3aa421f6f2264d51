"""The desk: what moderators and operators do with a browser."""

from fastapi import APIRouter

from api.desk import authors, bulk, case_page, decisions, health, queue, rules, signing_in

ROUTERS: tuple[APIRouter, ...] = (
    queue.router,
    case_page.router,
    decisions.router,
    authors.router,
    bulk.router,
    health.router,
    rules.router,
    signing_in.router,
)
