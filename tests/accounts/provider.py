"""A small provider of identities on this machine, which signs as real ones do."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.operations.test_settings import read

CLIENT = {"client_id": "reviews", "secret": "quiet"}


class Provider:
    """What it knows: who is asked for, what it will claim about them, and what it was sent."""

    def __init__(self) -> None:
        # What it tells everybody, and what it really signs with.
        self.key = self.signs_with = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.header: dict[str, Any] = {"kid": "one", "alg": "RS256"}
        self.claims: dict[str, Any] = {}
        self.elsewhere, self.asked = "", list[str]()
        self.sent: dict[str, str] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler(self))
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        # Looked at often, for `shutdown` waits until it is.
        threading.Thread(target=self.server.serve_forever, args=[0.01], daemon=True).start()

    def token(self) -> str:
        now = int(time.time())
        about = {"iss": self.issuer, "aud": CLIENT["client_id"], "iat": now, "exp": now + 60, "sub": "s-1"}
        headers = {name: value for name, value in self.header.items() if value}
        return jwt.encode(about | self.claims, self.signs_with, headers["alg"], headers)

    def keys(self) -> dict[str, Any]:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [public | {"kid": "one", "use": "sig", "alg": "RS256"}]}


def handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802 - so called by http.server
            asked = urlsplit(self.path)
            provider.asked.append(asked.path)
            if provider.elsewhere:
                self.send_response(302)
                self.send_header("Location", provider.elsewhere)
                self.end_headers()
                return
            if asked.path == "/authorize":  # where a browser is asked who it is
                parameters = {name: values[0] for name, values in parse_qs(asked.query).items()}
                back = escape(f"{parameters['redirect_uri']}?code=c&state={quote(parameters['state'])}")
                self.send(f'<html lang="en"><a href="{back}">It is me</a></html>', "text/html")
                return
            self.answer(provider.keys() if self.path == "/keys" else {
                "issuer": provider.issuer, "authorization_endpoint": f"{provider.issuer}/authorize",
                "token_endpoint": f"{provider.issuer}/token", "jwks_uri": f"{provider.issuer}/keys",
                "userinfo_endpoint": f"{provider.issuer}/userinfo",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            })  # fmt: skip

        def do_POST(self) -> None:  # noqa: N802
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            provider.sent = {name: values[0] for name, values in parse_qs(body).items()}
            self.answer({"access_token": "a", "token_type": "Bearer", "id_token": provider.token()})

        def answer(self, payload: dict[str, Any]) -> None:
            self.send(json.dumps(payload), "application/json")

        def send(self, text: str, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args: Any) -> None:
            """Nothing."""

    return Handler


@contextmanager
def answering(settings: Any) -> Iterator[Provider]:
    """A provider on loopback, which the site is set up for."""
    provider = Provider()
    use(settings, provider.issuer)
    yield provider
    provider.server.shutdown()
    provider.server.server_close()


def use(settings: Any, issuer: str) -> None:
    """As settings.py reads them from the environment."""
    expression = "__import__('json').dumps([settings.SINGLE_SIGN_ON, settings.CONTENT_SECURITY_POLICY])"
    environment = {"OIDC_ISSUER": issuer, "OIDC_CLIENT_ID": "reviews", "OIDC_CLIENT_SECRET": "quiet"}
    app, policy = json.loads(read(expression, DEBUG="1", OIDC_NAME="Ministry", **environment))
    settings.SINGLE_SIGN_ON, settings.CONTENT_SECURITY_POLICY = app, policy
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
