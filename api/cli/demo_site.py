"""greenroom demo-site: the other half of the circle, a site with a comment form, beside 'greenroom up'."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from api.cli.say import fail


def demo_site(
    data: Annotated[Path | None, typer.Option(help="Where 'greenroom up' keeps its data")] = None,
    greenroom: Annotated[str, typer.Option(help="Where Greenroom is; without it, what 'up' said last")] = "",
    key: Annotated[str, typer.Option(help="A site's key; without it, the one that 'up' made")] = "",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8080,
) -> None:
    """Run a small site whose comments go through Greenroom: api/demo_site.py, one file to copy from."""
    import uvicorn

    kept = _kept(data)
    url, secret = greenroom or kept.get("url", ""), key or kept.get("site_key", "")
    if not url or not secret:
        fail("no Greenroom found: start 'greenroom up' first, or say --greenroom and --key")
    os.environ.update({"GREENROOM_URL": url.rstrip("/"), "SITE_KEY": secret, "SITE_URL": f"http://127.0.0.1:{port}"})
    typer.echo(f"The Courier is at http://127.0.0.1:{port} and asks {url}. Ctrl-C ends it.", err=True)
    uvicorn.run("api.demo_site:app", host="127.0.0.1", port=port, log_level="warning", access_log=False)


def _kept(data: Path | None) -> dict[str, str]:
    from moderation.settings import settings

    try:
        return json.loads(((data or Path(settings().data)) / "credentials.json").read_text())
    except (OSError, ValueError):
        return {}
