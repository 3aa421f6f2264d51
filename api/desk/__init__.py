"""The desk: what moderators and operators do with a browser."""

from fastapi import APIRouter

from api.desk import queue, signing_in

ROUTERS: tuple[APIRouter, ...] = (
    queue.router,
    signing_in.router,
)
