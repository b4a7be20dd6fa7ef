#!/usr/bin/env bash
# Builds scimd, makes an organization to try it with, says how to speak to it, and serves.
#
#   scripts/run.sh [options of `scimd serve`]      e.g. --listen 127.0.0.1:9000 --data /srv/scimd
#
# The data is kept in <checkout>/data unless --data (or SCIMD_DATA) says otherwise.
set -euo pipefail

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
scimd=$checkout/build/release/scimd

fail() { printf 'run.sh: %s\n' "$*" >&2; exit 1; }

data=${SCIMD_DATA:-$checkout/data}
public_url=${SCIMD_PUBLIC_URL:-}
listen=''
scheme=http
demo_options=()
serve_options=()
while [[ $# -gt 0 ]]; do
    case "$1" in
        --*=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" ;;
    esac
    case "$1" in
        --data) data=${2:?} && shift 2 && continue ;;
        --public-url) public_url=${2:?} && shift 2 && continue ;;
        --config) demo_options+=(--config "${2:?}") ;;
        --listen) listen=${listen:-${2:?}} ;;
        --tls-certificate) scheme=https ;;
    esac
    serve_options+=("$1")
    shift
done
listen=${listen:-${SCIMD_LISTEN:-127.0.0.1:8080}}
[[ "$listen" != :* ]] || listen=127.0.0.1$listen
reached=$listen
case "$listen" in
    unix:*) reached=localhost ;;
    0.0.0.0:* | '[::]:'*) reached=127.0.0.1:${listen##*:} ;;
esac
public_url=${public_url:-$scheme://$reached}

# A listener that answers means that the port is taken; port 0 and unix sockets cannot collide.
if [[ "$listen" != unix:* && "$listen" != *:0 ]]; then
    host=${listen%:*}
    host=${host#[} host=${host%]}
    [[ "$host" != 0.0.0.0 ]] || host=127.0.0.1
    if (exec 3<>"/dev/tcp/$host/${listen##*:}") 2>/dev/null; then
        fail "$listen is in use; stop what listens there, or choose another port:
    scripts/run.sh --listen 127.0.0.1:9000"
    fi
fi

"$checkout/scripts/deps" build
(
    cd "$checkout"
    [[ -f build/release/build.ninja ]] || cmake --preset release
    cmake --build --preset release --target scimd
)

demo=$("$scimd" demo --json --data "$data" --public-url "$public_url" "${demo_options[@]}")
member() { sed -n 's/.*"'"$1"'" *: *"\([^"]*\)".*/\1/p' <<<"$demo"; }
base=$(member scim_base_url)
token=$(member bearer_token)
api=$(member api_base_url)
client=$(member client_id)
secret=$(member client_secret)
[[ -n "$base" && -n "$token" && -n "$api" && -n "$client" && -n "$secret" ]] || fail "scimd demo answered: $demo"

cat <<END

SCIM base URL  $base
Bearer token   $token

API base URL   $api
Client id      $client
Client secret  $secret

Try, in another terminal:

curl -i '$base/Users' -H 'Authorization: Bearer $token' -H 'Content-Type: application/scim+json' \\
  -d '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"alice@example.com","name":{"givenName":"Alice","familyName":"Example"},"emails":[{"value":"alice@example.com","primary":true}],"active":true}'

curl -i '$base/Users' -H 'Authorization: Bearer $token'

And with the management API:

access_token=\$(curl -s '$api/oauth/token' -u '$client:$secret' -d grant_type=client_credentials | sed 's/.*"access_token":"\([^"]*\).*/\1/')
curl -i '$api/api/v1/organizations' -H "Authorization: Bearer \$access_token"

END

exec "$scimd" serve --data "$data" --public-url "$public_url" "${serve_options[@]}"
