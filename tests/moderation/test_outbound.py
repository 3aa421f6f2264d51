"""Talking to strangers' addresses, against a real server on this machine."""

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest

from moderation import outbound
from moderation.errors import AddressRefusedError
from moderation.outbound import Delivered, Refused, Unreachable, check_url, post

LOOPBACK = (ip_network("127.0.0.0/8"),)


class Receiver(BaseHTTPRequestHandler):
    """Answers as its path says, and keeps what it was sent."""

    got: list[tuple[str, bytes, dict[str, str]]]

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.got.append((self.path, body, {name.lower(): value for name, value in self.headers.items()}))
        asked = self.path.strip("/")
        if asked == "drip":
            self.drip()
            return
        self.send_response(int(asked))
        if asked == "302":
            self.send_header("location", "/200")
        self.end_headers()

    def drip(self):
        try:
            for each in b"HTTP/1.1 200 OK\r\nx-slow: " + b"a" * 200:
                self.wfile.write(bytes([each]))
                time.sleep(0.05)
        except OSError:
            self.close_connection = True

    def log_message(self, format, *args):  # noqa: A002 - its name in the library
        pass


@pytest.fixture
def receiver() -> Iterator[tuple[str, list]]:
    got = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Its", (Receiver,), {"got": got}))
    server.daemon_threads = True
    server.block_on_close = False
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", got
    server.shutdown()
    server.server_close()


def test_what_is_posted_arrives_as_it_is(receiver):
    url, got = receiver

    outcome = post(f"{url}/200", b'{"a": 1}', {"webhook-id": "msg_1"}, LOOPBACK)

    assert outcome == Delivered(200)
    path, body, headers = got[0]
    assert (path, body) == ("/200", b'{"a": 1}')
    assert (headers["webhook-id"], headers["content-type"]) == ("msg_1", "application/json")
    assert headers["host"] == url.removeprefix("http://")


@pytest.mark.parametrize(
    ("asked", "outcome"), [("204", Delivered(204)), ("410", Refused(410)), ("429", Refused(429)), ("500", Refused(500))]
)
def test_the_answer_is_a_value(receiver, asked, outcome):
    assert post(f"{receiver[0]}/{asked}", b"{}", {}, LOOPBACK) == outcome


def test_a_redirect_is_not_followed(receiver):
    url, got = receiver

    assert post(f"{url}/302", b"{}", {}, LOOPBACK) == Refused(302)

    assert [path for path, _, _ in got] == ["/302"]


def test_a_byte_now_and_then_does_not_keep_us_beyond_the_deadline(receiver, monkeypatch):
    monkeypatch.setattr(outbound, "DEADLINE_SECONDS", 0.2)

    assert post(f"{receiver[0]}/drip", b"{}", {}, LOOPBACK) == Unreachable("timed out")


def test_nobody_there_is_a_value():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    assert post(f"http://127.0.0.1:{port}/", b"{}", {}, LOOPBACK) == Unreachable("no connection")


def test_what_is_no_http_is_a_value_that_quotes_nothing():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            connection, _ = server.accept()
            connection.recv(10_000)
            connection.sendall(b"secret nonsense\r\n\r\n")
            connection.close()

        threading.Thread(target=answer, daemon=True).start()

        outcome = post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {}, LOOPBACK)

    assert outcome == Unreachable("answered no HTTP")


def test_a_server_without_tls_behind_https_is_a_value(receiver):
    url = receiver[0].replace("http:", "https:")

    assert isinstance(post(f"{url}/200", b"{}", {}, LOOPBACK), Unreachable)
    assert receiver[1] == []


def test_an_address_that_is_not_allowed_is_not_connected_to(receiver):
    url, got = receiver

    assert post(f"{url}/200", b"{}", {}, ()) == Unreachable("address refused")
    assert post(f"{url}/200", b"{}", {}, (ip_network("10.0.0.0/8"),)) == Unreachable("address refused")

    assert got == []


def test_a_name_that_changes_its_mind_after_it_was_judged_gains_nothing(receiver, monkeypatch):
    """DNS rebinding: public at the first look, this machine at the second."""
    url, got = receiver
    port = int(url.rpartition(":")[2])
    answers = iter(["93.184.216.34", "127.0.0.1", "127.0.0.1"])

    def getaddrinfo(host, *_, **__):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    assert post(f"https://rebinds.example:{port}/200", b"{}", {}, ()) == Unreachable("address refused")
    assert got == []


PRIVATE = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "2130706433",  # 127.0.0.1 as one number
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "127.1",
    "localhost",
    "LOCALHOST",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:10.0.0.1]",
    "[::127.0.0.1]",
    "[2002:7f00:1::]",  # 6to4 of 127.0.0.1
    "[2002:a00:1::]",  # 6to4 of 10.0.0.1
    "[64:ff9b::7f00:1]",  # NAT64 of 127.0.0.1
    "[64:ff9b:1::7f00:1]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fc00::1]",
    "[fd12:3456::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[2001:db8::1]",
]


@pytest.mark.parametrize("host", PRIVATE)
def test_no_spelling_of_a_private_address_is_accepted(host):
    with pytest.raises(AddressRefusedError):
        check_url(f"https://{host}/hook", ())


MISSHAPEN = [
    "",
    "hooks.example",
    "//hooks.example/",
    "ftp://93.184.216.34/",
    "file:///etc/passwd",
    "https://",
    "https:///hook",
    "https://93.184.216.34:99999/",
    "https://[::1/",
    "https://user@93.184.216.34/",
    "https://user:pass@93.184.216.34/",
    "https://:pass@93.184.216.34/",
    "https://93.184.216.34/\r\nx-evil: 1",
    "https://93.184.216.34/\x00",
    "https://ex\u00e4mple.example/",
    "https://93.184.216.34/" + "a" * 2_000,
]


@pytest.mark.parametrize("url", MISSHAPEN, ids=lambda each: repr(each[:40]))
def test_what_is_no_plain_address_is_refused_with_the_field_to_blame(url):
    with pytest.raises(AddressRefusedError) as refused:
        check_url(url, LOOPBACK)

    assert refused.value.pointer == "/url"


@pytest.mark.parametrize("url", MISSHAPEN, ids=lambda each: repr(each[:40]))
def test_posting_to_it_all_the_same_is_a_value(url):
    assert isinstance(post(url, b"{}", {}, LOOPBACK), Unreachable)


@pytest.mark.parametrize(
    "url", ["https://93.184.216.34/hook?a=b", "https://93.184.216.34:8443/", "https://[2606:4700::1]/"]
)
def test_https_to_a_public_address_is_accepted(url):
    check_url(url, ())


def test_plain_http_goes_only_into_the_networks_that_an_operator_named():
    with pytest.raises(AddressRefusedError):
        check_url("http://93.184.216.34/", LOOPBACK)
    with pytest.raises(AddressRefusedError):
        check_url("http://10.0.0.1/", LOOPBACK)

    check_url("http://127.0.0.1:8080/", LOOPBACK)
    check_url("https://127.0.0.1:8080/", LOOPBACK)
    check_url("http://[::ffff:127.0.0.1]/", LOOPBACK)


def test_a_name_is_judged_by_all_its_addresses(monkeypatch):
    def getaddrinfo(host, *_, **__):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 0)) for each in ("93.184.216.34", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    with pytest.raises(AddressRefusedError):
        check_url("https://both.example/", ())
