"""A WordPress on loopback: MariaDB, PHP's own web server, and Debian's WordPress with the Akismet plugin within it."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from typing import Any, NamedTuple

import httpx2

from tests.journeys import launcher
from tests.journeys.launcher import GREENROOM, Running

SOURCE = Path(os.environ.get("WORDPRESS_SOURCE", "/usr/share/wordpress"))  # or another one, unpacked
NEEDS = ("mariadbd", "mariadb-install-db", "mariadb", "php")
SETTINGS = {"GREENROOM_UNDO_SECONDS": "0", "GREENROOM_WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8"}
PASSWORD = "a-password-for-tests"
PATIENCE_SECONDS = 60.0
CONFIG = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:SOCKET'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HOME', 'ADDRESS'); define('WP_SITEURL', 'ADDRESS'); define('DISABLE_WP_CRON', true);
define('WP_DISABLE_FATAL_ERROR_HANDLER', true);
define('AUTH_KEY', 'x'); define('SECURE_AUTH_KEY', 'x'); define('LOGGED_IN_KEY', 'x'); define('NONCE_KEY', 'x');
$table_prefix = 'wp_';
if (!defined('ABSPATH')) { define('ABSPATH', __DIR__ . '/'); }
require_once ABSPATH . 'wp-settings.php';
"""
INSTALL = """
define('WP_INSTALLING', true);
require 'wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('The Courier', 'editor', 'editor@example.org', true, '', 'PASSWORD');
update_option('active_plugins', array('akismet/akismet.php'));
update_option('wordpress_api_key', 'KEY');
update_option('comment_previously_approved', 0);
update_option('comment_whitelist', 0);
update_option('template', 'plain');
update_option('stylesheet', 'plain');
"""
THEME = """<!doctype html><html><head><?php wp_head(); ?></head><body><?php
while (have_posts()) { the_post(); the_content(); comments_template(); }
wp_footer(); ?></body></html>"""
COMMENTS = "<?php wp_list_comments(); comment_form();"


def missing() -> list[str]:
    """What is not installed here."""
    return [each for each in NEEDS if shutil.which(each) is None] + ([] if SOURCE.exists() else [str(SOURCE)])


class WordPress:
    def __init__(self, home: Path, url: str) -> None:
        self.home, self.url = home, url
        self.pages = home / "wordpress"
        self.http = httpx2.Client(base_url=url, timeout=30, follow_redirects=True)

    @property
    def is_called_back(self) -> bool:
        """Plugin 5.7 tells where it wants to be called with the decision; older ones ask again."""
        plugin = (self.pages / "wp-content/plugins/akismet/akismet.php").read_text()
        version = re.search(r"define\( 'AKISMET_VERSION', '(\d+)\.(\d+)", plugin)
        assert version
        return (int(version[1]), int(version[2])) >= (5, 7)

    def ask_again(self) -> None:
        """As if the twenty minutes were over after which it asks about what it heard nothing of."""
        self.php("require 'wp-load.php'; do_action('akismet_schedule_cron_recheck');")

    def php(self, code: str) -> str:
        """Run within WordPress, as its cron does."""
        ran = subprocess.run(
            ["php", "-d", "error_reporting=E_ERROR", "-d", "display_errors=stderr", "-r", code],
            cwd=self.pages,
            env={**os.environ, "HTTP_HOST": self.url.partition("//")[2], "SERVER_NAME": "localhost"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr[-2_000:] + ran.stdout[-2_000:]
        return ran.stdout

    def comment(self, body: str, author: str = "Ana", email: str = "ana@example.org") -> Any:
        """Through the form below the first article, with every field that it has."""
        form = self.http.get("/?p=1").text
        hidden = dict(
            re.findall(r'<input[^>]*type=["\']hidden["\'][^>]*name=["\'](\w+)["\'][^>]*value=["\']([^"\']*)', form)
        )
        hidden |= {
            name: value
            for name, value in re.findall(r"<input[^>]*name='(\w+)'[^>]*value='([^']*)'[^>]*>", form)
            if name in {"comment_post_ID", "comment_parent"}
        }
        sent = {"comment_post_ID": "1", "comment_parent": "0", **hidden}
        sent |= {"author": author, "email": email, "url": "", "comment": body, "submit": "Post Comment"}
        return self.http.post("/wp-comments-post.php", data=sent)

    def status(self, body: str) -> str:
        """Of the last comment with this text: 1, 0, spam, trash."""
        asked = "SELECT comment_approved FROM wp_comments WHERE comment_content = %s ORDER BY comment_ID DESC"
        prepared = f"$wpdb->prepare('{asked}', {_quoted(body)})"
        return self.php(f"require 'wp-load.php'; global $wpdb; echo $wpdb->get_var({prepared});").strip()

    def shown(self) -> str:
        """The article as everybody sees it."""
        return httpx2.get(f"{self.url}/?p=1", timeout=30, follow_redirects=True).text

    def sign_in(self) -> None:
        self.http.get("/wp-login.php")
        self.http.post(
            "/wp-login.php", data={"log": "editor", "pwd": PASSWORD, "wp-submit": "Log In", "testcookie": "1"}
        )

    def click(self, what: str, body: str) -> None:
        """'spam' or 'unspam' below a comment in WordPress's own list."""
        listed = self.http.get(
            "/wp-admin/edit-comments.php", params={"comment_status": "all" if what == "spam" else "spam"}
        )
        row = next(each for each in listed.text.split("<tr ")[1:] if body in each)
        link = re.search(rf"comment\.php\?(?:c=\d+&#038;|c=\d+&amp;)?action={what}comment[^'\"]*", row)
        link = link or re.search(rf"comment\.php\?[^'\"]*action={what}comment[^'\"]*", row)
        assert link, row[:3_000]
        address = link.group(0).replace("&#038;", "&").replace("&amp;", "&")
        assert self.http.get(f"/wp-admin/{address}").status_code == 200


class Both(NamedTuple):
    greenroom: Running
    wordpress: WordPress


@contextmanager
def beside_greenroom() -> Iterator[Both]:
    with tempfile.TemporaryDirectory(prefix="wp-", dir="/tmp") as named:
        home = Path(named)
        home.chmod(0o755)
        with launcher.up(home / "greenroom", **SETTINGS) as greenroom:
            made = subprocess.run(
                [GREENROOM, "key", "--akismet", "--site", "The Courier", "--json"],
                env={"PATH": "/usr/bin:/bin", "GREENROOM_DATA": str(home / "greenroom")},
                check=True,
                capture_output=True,
                text=True,
            )
            plugin = greenroom.http.get("/integrations/wordpress.php").text
            with running(home, plugin, json.loads(made.stdout)["key"]) as wordpress:
                yield Both(greenroom, wordpress)


@contextmanager
def running(home: Path, plugin: str, key: str) -> Iterator[WordPress]:
    """Set up, started, and with Greenroom's must-use plugin in its place."""
    port, socket = _free_port(), home / "m.sock"
    url = f"http://127.0.0.1:{port}"
    made = WordPress(home, url)
    # Links are followed; what leads nowhere is left out.
    subprocess.run(["cp", "-rL", SOURCE, made.pages], check=False, capture_output=True)
    (made.pages / "wp-config.php").unlink(missing_ok=True)
    (made.pages / "wp-config.php").write_text(CONFIG.replace("SOCKET", str(socket)).replace("ADDRESS", url))
    must_use = made.pages / "wp-content" / "mu-plugins"
    must_use.mkdir(parents=True, exist_ok=True)
    (must_use / "greenroom.php").write_text(plugin)
    (must_use / "hasty.php").write_text("<?php add_filter('wp_is_comment_flood', '__return_false', 99);")
    theme = made.pages / "wp-content" / "themes" / "plain"
    theme.mkdir(parents=True, exist_ok=True)
    for name, text in (("style.css", "/* Theme Name: Plain */"), ("index.php", THEME), ("comments.php", COMMENTS)):
        (theme / name).write_text(text)
    database = _database(home, socket)
    web = subprocess.Popen(
        ["php", "-d", "opcache.enable=0", "-S", f"127.0.0.1:{port}", "-t", str(made.pages)],
        cwd=made.pages,
        env={**os.environ, "PHP_CLI_SERVER_WORKERS": "4"},
        stdout=subprocess.DEVNULL,
        stderr=(home / "php.log").open("w"),
        start_new_session=True,
    )
    try:
        made.php(INSTALL.replace("PASSWORD", PASSWORD).replace("KEY", key))
        until(lambda: "wp-comments-post" in made.shown())
        yield made
    finally:
        for each in (web, database):
            os.killpg(each.pid, 15)
            each.wait(20)


def until(holds: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            if found := holds():
                return found
        except (httpx2.HTTPError, subprocess.SubprocessError):
            pass
        time.sleep(0.3)
    raise TimeoutError


def _database(home: Path, socket: Path) -> "subprocess.Popen[bytes]":
    data = home / "mariadb"
    user = ["--user=root"] if os.geteuid() == 0 else []
    subprocess.run(
        ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", *user],
        check=True,
        capture_output=True,
    )
    server = subprocess.Popen(
        ["mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={socket}", "--skip-networking", *user],
        stdout=subprocess.DEVNULL,
        stderr=(home / "mariadb.log").open("w"),
        start_new_session=True,
    )
    asked = [
        "mariadb",
        "--no-defaults",
        f"--socket={socket}",
        "-u",
        "root",
        "-e",
        "CREATE DATABASE IF NOT EXISTS wordpress",
    ]
    until(lambda: subprocess.run(asked, check=False, capture_output=True).returncode == 0)
    return server


def _free_port() -> int:
    with create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
