"""The desk: what moderators and operators do with a browser."""

from fastapi import APIRouter

from api.desk import case_page, decisions, queue, signing_in

ROUTERS: tuple[APIRouter, ...] = (
    queue.router,
    case_page.router,
    decisions.router,
    signing_in.router,
)
