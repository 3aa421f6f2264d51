"""greenroom demo-site: the other half of the circle, a site with a comment form, beside 'greenroom up'."""

import os
from pathlib import Path
from typing import Annotated

import typer

from api.cli.processes import port_at
from api.cli.say import fail, plainly

SITE, LABEL = "Demo site", "greenroom demo-site"


def demo_site(
    data: Annotated[Path | None, typer.Option(help="Where 'greenroom up' keeps its data")] = None,
    greenroom: Annotated[str, typer.Option(help="Where Greenroom is; without it, what 'up' said last")] = "",
    key: Annotated[str, typer.Option(help="A site's key, and its webhook; without it, a site is made for this")] = "",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8080,
) -> None:
    """Run a small site whose comments go through Greenroom: api/demo_site.py, one file to copy from."""
    import uvicorn

    from api.cli import firstrun
    from moderation.settings import settings

    if data:
        os.environ["GREENROOM_DATA"] = str(data.absolute())
    url = greenroom or firstrun.last_said(settings().data).get("url", "")
    if not url:
        fail("no Greenroom found: start 'greenroom up' first, or say --greenroom and --key")
    if not port_at("127.0.0.1", port):
        fail(f"port {port} is taken: --port names another one")
    secret = key or _made_key()
    os.environ.update({"GREENROOM_URL": url.rstrip("/"), "SITE_KEY": secret, "SITE_URL": f"http://127.0.0.1:{port}"})
    typer.echo(f"The Courier is at http://127.0.0.1:{port} and asks {url}. Ctrl-C ends it.", err=True)
    uvicorn.run("api.demo_site:app", host="127.0.0.1", port=port, log_level="warning", access_log=False)


def _made_key() -> str:
    """For a site of its own: another one's webhook stays where it is. The last key of this kind ends with it."""
    from sqlmodel import select

    from moderation import people
    from moderation.database import clock, transaction
    from moderation.errors import NotFoundError
    from moderation.models import SiteKey

    with plainly(), transaction() as session:
        now = clock(session)
        try:
            site = people.find_site(session, SITE)
        except NotFoundError:
            site = people.make_site(session, SITE, LABEL, now)
        for each in session.exec(select(SiteKey).where(SiteKey.site_id == site.id, SiteKey.label == LABEL)):
            people.revoke_key(session, site.id, each.id, now)
        return people.make_key(session, site.id, LABEL, now)[1]
