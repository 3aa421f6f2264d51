<?php
// Greenroom from PHP 8, without any package: submit a comment, verify a webhook, catch up.
//   GREENROOM=http://127.0.0.1:8000 SITE_KEY=gr_site_... php site.php submit ID TEXT NAME
//   WEBHOOK_SECRET=whsec_... php site.php verify WEBHOOK-ID WEBHOOK-TIMESTAMP WEBHOOK-SIGNATURE < body
//   GREENROOM=... SITE_KEY=... php site.php catch-up [PLACE]

function ask(string $path, ?array $document = null): array
{
    $headers = ['Authorization: Bearer ' . getenv('SITE_KEY'), 'Content-Type: application/json', 'Prefer: wait=5'];
    $http = ['method' => $document === null ? 'GET' : 'POST', 'header' => $headers, 'timeout' => 10, 'ignore_errors' => true];
    if ($document !== null) {
        $http['content'] = json_encode($document, JSON_THROW_ON_ERROR);
    }
    $answer = file_get_contents(getenv('GREENROOM') . $path, false, stream_context_create(['http' => $http]));
    if ($answer === false || !preg_match('/ 2\d\d /', $http_response_header[0])) {
        throw new RuntimeException($answer === false ? 'Greenroom does not answer' : $http_response_header[0] . ' ' . $answer);
    }
    return json_decode($answer, true, 512, JSON_THROW_ON_ERROR);
}

function submit(string $externalId, string $text, string $name): array
{
    return ask('/v1/comments', [
        'external_id' => $externalId, // yours: sent again, it is the same comment
        'body' => $text,
        'author' => ['name' => $name],
        'page' => ['url' => 'https://courier.example/news/1'],
    ]);
}

// Standard Webhooks: HMAC-SHA256 over 'id.timestamp.body', base64; not older than five minutes.
function verify(string $id, string $timestamp, string $signatures): array
{
    $body = stream_get_contents(STDIN);
    if (abs(time() - (int) $timestamp) > 300) {
        throw new RuntimeException('too old, or too young');
    }
    $key = base64_decode(str_replace('whsec_', '', getenv('WEBHOOK_SECRET')));
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    foreach (explode(' ', $signatures) as $each) {
        if (hash_equals($expected, $each)) {
            return json_decode($body, true, 512, JSON_THROW_ON_ERROR);
        }
    }
    throw new RuntimeException('it is not from Greenroom');
}

// What was settled since; keep 'next', it is the place for the next time.
function catch_up(?string $place = null): array
{
    return ask('/v1/outcomes' . ($place ? '?after=' . rawurlencode($place) : ''));
}

try {
    $do = ['submit' => 'submit', 'verify' => 'verify', 'catch-up' => 'catch_up'][$argv[1]];
    echo json_encode($do(...array_slice($argv, 2))), "\n";
} catch (Throwable $error) {
    fwrite(STDERR, $error->getMessage() . "\n");
    exit(1);
}
