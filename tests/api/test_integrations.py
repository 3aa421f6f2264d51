"""What other software fetches from us to plug in."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

HARNESS = r"""<?php
$filter = null; $sent = array();
function add_filter($name, $function) { global $filter; $filter = $function; }
function wp_parse_url($url) { return parse_url($url); }
function wp_remote_request($url, $args) {
    global $sent; $sent[] = array($url, $args);
    return array('headers' => strpos($url, 'down') ? array() : array('x-akismet-guid' => 'g'), 'body' => 'ours');
}
function wp_remote_retrieve_header($answer, $name) { return $answer['headers'][$name] ?? ''; }
function wp_generate_uuid4() { return 'made'; }
include $argv[1];
foreach (array_slice($argv, 2) as $url) {
    $answer = $filter(false, array('body' => 'a=b'), $url);
    echo json_encode(array($answer, array_pop($sent))), "\n";
}
"""


def test_wordpress_is_pointed_at_the_address_that_people_use(client: TestClient, configured: Any):
    configured(public_url="https://greenroom.example/")

    plugin = client.get("/integrations/wordpress.php")

    assert plugin.status_code == 200
    assert plugin.text.startswith("<?php")
    assert "'https://greenroom.example' . $parts['path']" in plugin.text
    assert plugin.headers["content-type"].startswith("text/plain")


def test_without_a_public_address_it_is_the_one_that_was_asked(client: TestClient):
    assert "'http://greenroom.test' ." in client.get("/integrations/wordpress.php").text


@pytest.mark.parametrize("host", ["a'.phpinfo().'", "a\\\\'", "a b", "a<?php", "a" * 300])
def test_no_stranger_writes_into_the_program(client: TestClient, host: str):
    answer = client.get("/integrations/wordpress.php", headers={"Host": host})

    assert host not in answer.text
    assert answer.status_code in {400, 422} or re.search(r"'https?://[a-z.]+' \. \$parts", answer.text)


@pytest.mark.skipif(shutil.which("php") is None, reason="php is not installed")
def test_the_plugin_sends_akismets_calls_to_us_and_nothing_else(client: TestClient, tmp_path: Path):
    (tmp_path / "plugin.php").write_text(client.get("/integrations/wordpress.php").text)
    (tmp_path / "harness.php").write_text(HARNESS)
    urls = [
        "https://rest.akismet.com/1.1/comment-check",
        "https://abcdefghijkl.rest.akismet.com/1.1/verify-key?x=1",
        "https://rest.akismet.com/1.1/comment-check?down",
        "https://rest.akismet.com.evil.example/1.1/comment-check",
        "https://api.wordpress.org/plugins",
    ]

    ran = subprocess.run(
        ["php", tmp_path / "harness.php", tmp_path / "plugin.php", *urls], capture_output=True, text=True, check=True
    )

    plain, older, down, *others = ran.stdout.splitlines()
    assert "http:\\/\\/greenroom.test\\/1.1\\/comment-check" in plain
    assert "api_key=abcdefghijkl" in older
    assert json.loads(plain)[0]["body"] == "ours"
    held = json.loads(down)[0]
    assert (held["body"], held["headers"]) == ("pending", {"x-akismet-guid": "made"}), "else it would be published"
    assert others == ["[false,null]"] * 2
