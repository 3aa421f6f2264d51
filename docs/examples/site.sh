#!/bin/sh
# Greenroom from a shell, with curl and openssl: submit a comment, verify a webhook, catch up.
#   GREENROOM=http://127.0.0.1:8000 SITE_KEY=gr_site_... sh site.sh submit ID TEXT NAME
#   WEBHOOK_SECRET=whsec_... sh site.sh verify WEBHOOK-ID WEBHOOK-TIMESTAMP WEBHOOK-SIGNATURE < body
#   GREENROOM=... SITE_KEY=... sh site.sh catch-up [PLACE]
set -eu

submit() { # the texts must be JSON strings already: --data-raw sends them as they are
    curl --silent --show-error --fail-with-body "$GREENROOM/v1/comments" \
        -H "Authorization: Bearer $SITE_KEY" -H 'Content-Type: application/json' -H 'Prefer: wait=5' \
        --data-raw "{\"external_id\": \"$1\", \"body\": \"$2\", \"author\": {\"name\": \"$3\"},
                     \"page\": {\"url\": \"https://courier.example/news/1\"}}"
}

verify() { # Standard Webhooks: HMAC-SHA256 over 'id.timestamp.body', base64; not older than five minutes
    now=$(date +%s)
    [ "$((now - $2))" -le 300 ] && [ "$(($2 - now))" -le 300 ] || { echo "too old, or too young" >&2; return 1; }
    key=$(printf %s "${WEBHOOK_SECRET#whsec_}" | base64 -d | od -An -tx1 | tr -d ' \n')
    expected=$({ printf '%s.%s.' "$1" "$2"; cat; } | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)
    case " $3 " in
        *" v1,$expected "*) echo "it is from Greenroom" ;;
        *) echo "it is not" >&2; return 1 ;;
    esac
}

catch_up() { # what was settled since PLACE; keep 'next', it is the PLACE for the next time
    curl --silent --show-error --fail-with-body --get "$GREENROOM/v1/outcomes" \
        -H "Authorization: Bearer $SITE_KEY" ${1:+--data-urlencode "after=$1"}
}

case "${1:-}" in
    submit) shift; submit "$@" ;;
    verify) shift; verify "$@" ;;
    catch-up) shift; catch_up "$@" ;;
    *) echo "submit, verify or catch-up" >&2; exit 2 ;;
esac
