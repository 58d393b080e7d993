"""deploy/nginx.conf in a real nginx, in front of a real gunicorn."""

import gzip
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPResponse, HTTPSConnection
from itertools import chain
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.header_expectations import EVERYWHERE, HSTS, POLICY
from tests.trust import servers

HOST = "reviews.example.org"


@pytest.fixture(scope="module")
def site(tmp_path_factory: Any) -> Iterator[SimpleNamespace]:
    nginx = servers.program("nginx")
    # pytest's own folders are closed to the user that nginx runs as.
    folder = Path(mkdtemp(prefix="reviewtracker-nginx-"))
    folder.chmod(0o755)
    with servers.postgres() as database:
        # Its own static files, where nginx finds them.
        more = {"BEHIND_PROXY": "1", "HTTPS": "1", "ALLOWED_HOSTS": HOST, "STATIC_DIR": f"{folder}/static"}
        product = servers.Product(folder, database.uri, **more)
        product.manage("migrate", "--verbosity=0")
        product.manage("collectstatic", "--noinput")
        bind, ports = f"unix:{folder}/web.sock", (servers.free_port(), servers.free_port())
        command = [
            nginx,
            "-p",
            str(folder),
            "-c",
            str(configuration(folder, ports)),
            "-e",
            str(folder / "error.log"),
        ]
        with servers.gunicorn(product, bind=bind) as web, servers.process([*command, "-g", "daemon off;"]):
            servers.wait_for(lambda: servers.listens(ports[0]), folder / "error.log")
            if os.geteuid() == 0:
                # In an installation the site's own group, which nginx is put into.
                shutil.chown(folder / "web.sock", group="www-data")
            yield SimpleNamespace(web=web, http=ports[0], https=ports[1], folder=folder)
    shutil.rmtree(folder)


def configuration(folder: Any, ports: tuple[int, int]) -> Any:
    """The example with the ports, the certificate and the folders of this test."""
    deploy = servers.HERE / "deploy"
    text = (deploy / "nginx.conf").read_text()
    certificate(folder)
    for original, ours in {
        "listen 80 default_server;": f"listen 127.0.0.1:{ports[0]} default_server;",
        "listen 443 ssl default_server;": f"listen 127.0.0.1:{ports[1]} ssl default_server;",
        "listen 80;": f"listen 127.0.0.1:{ports[0]};", "listen 443 ssl;": f"listen 127.0.0.1:{ports[1]} ssl;",
        "unix:/run/reviewtracker/web.sock": f"unix:{folder}/web.sock",
        "/etc/ssl/certs/reviews.example.org.pem": f"{folder}/cert.pem",
        "/etc/ssl/private/reviews.example.org.key": f"{folder}/key.pem",
        "/var/lib/reviewtracker/static/": f"{folder}/static/",
        "/etc/nginx/reviewtracker-proxy.conf": f"{deploy}/nginx-proxy.conf",
        "/etc/nginx/reviewtracker-headers.conf": f"{deploy}/nginx-headers.conf",
    }.items():  # fmt: skip
        assert original in text, f"{original} is not in deploy/nginx.conf any more"
        text = text.replace(original, ours)
    places = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = (
        f"pid {folder}/nginx.pid;\nevents {{}}\nhttp {{\ninclude /etc/nginx/mime.types;\n{places}{text}}}\n"
    )
    if os.geteuid() == 0:
        whole = f"user www-data;\n{whole}"  # its own, as Debian sets it up
    (folder / "nginx.conf").write_text(whole)
    return folder / "nginx.conf"


def certificate(folder: Any) -> None:
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        f"/CN={HOST}",
    ]
    files = ["-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"]
    subprocess.run([*command, *files], check=True, capture_output=True)


class Found:
    def __init__(self, answer: HTTPResponse) -> None:
        self.status, self.headers, self.content = answer.status, answer.headers, answer.read()
        self.body = self.content.decode(errors="replace")


# Made once: each new one would read the certificates of the whole machine.
ANY_CERTIFICATE = ssl._create_unverified_context()


class Connection(HTTPSConnection):
    """Asks for the site's certificate by its name, which this machine cannot look up."""

    def __init__(self, site: Any) -> None:
        super().__init__("127.0.0.1", site.https, timeout=30, context=ANY_CERTIFICATE)

    def connect(self) -> None:
        plain = socket.create_connection((self.host, self.port), self.timeout)
        self.sock = ANY_CERTIFICATE.wrap_socket(plain, server_hostname=HOST)


def ask(site: Any, path: str, method: str = "GET", body: Any = None, **headers: str) -> Found:
    connection = Connection(site)
    try:
        connection.request(method, path, body, {"Host": HOST} | headers)
        return Found(connection.getresponse())
    finally:
        connection.close()


def test_http_is_sent_on_to_https(site):
    answer = servers.Browser([site.http], host=HOST).get("/cycles/?a=b")
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/cycles/?a=b")


def test_the_product_knows_that_it_is_https(site):
    """Otherwise it would send the browser round in circles, and its cookies over http."""
    answer = ask(site, "/accounts/login/")
    assert answer.status == 200
    assert "Strict-Transport-Security" in answer.headers
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "Content-Security-Policy" in answer.headers
    assert len(answer.headers.get_all("Content-Security-Policy")) == 1


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "Forwarded", "X-Forwarded-Proto"])
def test_what_a_caller_says_about_the_way_is_not_believed(header, site):
    answer = ask(site, "/", **{header: "http" if header.endswith("Proto") else "host=evil.example"})
    assert answer.status == 302
    assert "evil" not in answer.headers["Location"]
    assert answer.headers["Location"].startswith("/accounts/login/")


def test_another_host_is_refused(site):
    with pytest.raises(servers.DEAD):
        ask(site, "/accounts/login/", Host="evil.example")


@pytest.mark.parametrize("path", ["/", "/static/reviews/site.css", "/readyz"])
def test_nobody_is_sent_on_to_another_host(path, site):
    with pytest.raises(servers.DEAD):
        servers.Browser([site.http], host="evil.example").get(path)


def test_static_files_come_from_nginx(site):
    page = ask(site, "/accounts/login/").body
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(files) >= 4
    for path in files:
        answer = ask(site, path)
        assert answer.status == 200, path
        assert "X-Request-ID" not in answer.headers  # which the product would have set


def test_static_files_are_compressed_and_those_named_by_their_content_stay(site):
    page = ask(site, "/accounts/login/").body
    [sheet] = re.findall(r'href="(/static/reviews/site\.[0-9a-f]{12}\.css)"', page)
    plain, packed = ask(site, sheet), ask(site, sheet, **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert ask(site, "/static/reviews/down.html").headers["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/static/reviews/down.html", 200),
        ("/static/nowhere.css", 404),
        ("/static/", 403),
        ("/static/staticfiles.json", 404),
    ],
)
def test_what_nginx_answers_by_itself_has_the_security_headers(path, status, site):
    answer = ask(site, path)
    assert answer.status == status
    for name in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"):
        assert answer.headers[name] == EVERYWHERE[name]
    assert answer.headers["Strict-Transport-Security"] == HSTS
    assert answer.headers["Content-Security-Policy"] == POLICY


@pytest.mark.parametrize("path", ["/accounts/login/", "/readyz", "/nowhere/"])
def test_what_the_product_answers_has_each_header_once(path, site):
    answer = ask(site, path)
    for name in ("Strict-Transport-Security", "Content-Security-Policy", *EVERYWHERE):
        assert len(answer.headers.get_all(name)) == 1, name


def test_what_is_handed_in_has_no_address(site):
    (site.folder / "files").mkdir(exist_ok=True)
    (site.folder / "files" / "report.pdf").write_text("secret")
    for path in (
        "/files/report.pdf",
        "/static/../files/report.pdf",
        "/static/%2e%2e/files/report.pdf",
        "/static../files/report.pdf",
    ):
        assert ask(site, path).status in (302, 400, 404), path


def test_bodies_that_are_too_large_end_at_nginx(site, figure):
    sizes = {26: ask(site, "/accounts/login/", "POST", b"x" * 26_000_000).status}
    answer = ask(site, "/accounts/login/", "POST", b"x" * 29_000_000)
    figure("answer to a body of 29 MB", answer.status, 413)
    assert sizes[26] != 413


WEAK = ["AES128-SHA", "AES256-GCM-SHA384", "ECDHE-RSA-AES128-SHA256", "DHE-RSA-AES128-GCM-SHA256"]
STRONG = ["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305"]


def handshake(site: Any, version: ssl.TLSVersion, ciphers: str = "ALL:@SECLEVEL=0") -> str:
    """What client and server agree on; nothing if they do not."""
    context = ssl._create_unverified_context()
    context.set_ciphers(ciphers)
    context.minimum_version = context.maximum_version = version
    try:
        with (
            socket.create_connection(("127.0.0.1", site.https), 10) as one,
            context.wrap_socket(one, server_hostname=HOST) as tls,
        ):
            return f"{tls.version()} {tls.cipher()[0]}"
    except ssl.SSLError:
        return ""


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_only_todays_tls(site, figure):
    old = [handshake(site, version) for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1)]
    weak = [handshake(site, ssl.TLSVersion.TLSv1_2, f"{name}:@SECLEVEL=0") for name in WEAK]
    figure(
        "old versions and weak ciphers that nginx agrees to",
        len([answer for answer in old + weak if answer]),
        0,
    )
    strong = [handshake(site, ssl.TLSVersion.TLSv1_2, name) for name in STRONG]
    assert strong == [f"TLSv1.2 {name}" for name in STRONG]
    assert handshake(site, ssl.TLSVersion.TLSv1_3).startswith("TLSv1.3 ")


def test_whoever_asks_for_too_much_is_slowed_down(site, figure):
    """A hall behind one address is not: 40 people who each open a page and all that it draws at one moment."""

    def ask_over_one_connection(count: int) -> list[int]:
        connection, statuses = Connection(site), []
        for _n in range(count):
            connection.request("GET", "/livez", headers={"Host": HOST})
            statuses.append(Found(connection.getresponse()).status)
        connection.close()
        return statuses

    def many(count: int) -> Counter[int]:
        with ThreadPoolExecutor(8) as threads:
            return Counter(chain.from_iterable(threads.map(ask_over_one_connection, [count // 8] * 8)))

    figure("requests of a hall at one moment that are refused", many(200)[429], 0)
    figure("requests refused of 3,000 from one address", many(3000)[429], ">= 1 requests")
    time.sleep(10)
    assert ask(site, "/livez").status == 200


def test_figures_are_for_this_machine(site):
    token = site.web.product.environment["METRICS_TOKEN"]
    answer = ask(site, "/metrics", Authorization=f"Bearer {token}")
    assert answer.status == 200
    assert "reviewtracker_requests_total" in answer.body
    assert ask(site, "/metrics").status == 401


def test_when_no_web_server_answers_a_page_says_so(site, figure):
    """Last: it kills the web server."""
    site.web.kill()
    answer = ask(site, "/")
    figure("status while no web server answers", answer.status, 502)
    assert "The site does not answer at the moment" in answer.body
    assert "nginx" not in answer.body
    for path in re.findall(r'href="(/static/[^"]+)"', answer.body):
        assert ask(site, path).status == 200
