"""What other software takes to plug in."""

import re

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from moderation.errors import FieldInvalidError
from moderation.settings import settings

router = APIRouter(tags=["integrations"])

_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:\[\]-]{1,253}(/[A-Za-z0-9._~/-]{0,200})?")
# WordPress asks rest.akismet.com, older versions KEY.rest.akismet.com: this filter sends it to us instead.
_PLUGIN = """<?php
/* Plugin Name: Greenroom
   Description: Comments are moderated by Greenroom; the Akismet plugin asks it instead of Akismet's servers. */
add_filter('pre_http_request', function ($answer, $args, $url) {
    $parts = wp_parse_url($url);
    if (!preg_match('/^(?:([a-z0-9]{12})\\.)?rest\\.akismet\\.com$/', $parts['host'] ?? '', $found)) { return $answer; }
    $key = $found[1] ?? '';
    if ($key && is_string($args['body'])) { $args['body'] .= '&api_key=' . $key; }
    $query = isset($parts['query']) ? '?' . $parts['query'] : '';
    $mine = array('reject_unsafe_urls' => false, 'timeout' => 5);
    $answer = wp_remote_request('ADDRESS' . $parts['path'] . $query, $mine + $args);
    $answered = wp_remote_retrieve_header($answer, 'x-akismet-guid');
    if ($answered || !str_ends_with($parts['path'], '/comment-check')) { return $answer; }
    /* Nobody was reached: the comment waits, and WordPress asks again. */
    $held = array('headers' => array('x-akismet-guid' => wp_generate_uuid4()), 'body' => 'pending');
    return $held + array('response' => array('code' => 200, 'message' => ''), 'cookies' => array(), 'filename' => null);
}, 10, 3);
"""


@router.get("/integrations/wordpress.php", operation_id="wordpressPlugin", response_class=PlainTextResponse)
async def wordpress(request: Request) -> PlainTextResponse:
    """A must-use plugin for WordPress, filled in with our address: `wp-content/mu-plugins/greenroom.php`."""
    address = (settings().public_url or str(request.base_url)).rstrip("/")
    if not _ADDRESS.fullmatch(address):  # it comes from whoever asks, and goes into a program
        raise FieldInvalidError("This host's name is none that could be written into a program.")
    named = {"Content-Disposition": 'attachment; filename="greenroom.php"'}
    return PlainTextResponse(_PLUGIN.replace("ADDRESS", address), headers=named)
