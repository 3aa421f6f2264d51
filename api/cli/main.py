"""greenroom: one command for everybody who has a shell.

Exit codes: 0 done; 1 something is wrong, and it says what; 2 wrong usage; 3 already running; 4 not found or refused.
"""

import typer

from api.cli import admin, audit, backup, check, dead_letters, demo_site, evaluate, feed, health, moving, serve, up

app = typer.Typer(
    name="greenroom",
    help=f"A self-hosted comment moderation queue.\n\n{(__doc__ or '').split(chr(10) * 2, 1)[1]}",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a traceback with local variables would show comments and keys
    rich_markup_mode=None,
)

app.command("up")(up.up)
app.command("demo-site")(demo_site.demo_site)
app.command("api")(serve.api)
app.command("worker")(serve.worker)
app.command("beat")(serve.beat)
app.command("migrate")(serve.migrate)
app.add_typer(admin.site, name="site")
app.add_typer(admin.key, name="key")
app.add_typer(admin.moderator, name="moderator")
app.add_typer(audit.audit, name="audit")
app.add_typer(dead_letters.dead_letters, name="dead-letters")
app.command("submit")(feed.submit)
app.command("queue")(feed.queue)
app.command("check")(check.check)
app.command("evaluate")(evaluate.evaluate)
app.command("import")(moving.import_)
app.command("export")(moving.export)
app.command("health")(health.health)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("doctor")(health.doctor)


def main() -> None:
    app()
