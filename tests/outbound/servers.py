"""Servers that behave as badly as a test wants: each connection is handed to a function, byte by byte."""

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class Server:
    """Where it listens, and how many came."""

    def __init__(self, listener):
        self.listener = listener
        self.port = listener.getsockname()[1]
        self.connections = 0
        self.requests = []
        self.is_over = threading.Event()


@contextlib.contextmanager
def serving(behave, *, context=None):
    """Listen on a free port; `behave(connection, server)` is called for each connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(listener)
        thread = threading.Thread(target=_accept, args=(server, behave, context), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.is_over.set()
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def _accept(server, behave, context):
    while True:
        try:
            connection, _address = server.listener.accept()
        except OSError:
            return
        server.connections += 1
        threading.Thread(target=_behave, args=(connection, server, behave, context), daemon=True).start()


def _behave(connection, server, behave, context):
    with contextlib.ExitStack() as held:
        held.enter_context(contextlib.suppress(OSError))
        held.enter_context(connection)
        if context is not None:
            connection = held.enter_context(context.wrap_socket(connection, server_side=True))
        behave(connection, server)


def read_request(connection, server):
    """Read one request to the end of its headers, and whatever of its body came along."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            raise OSError
        data += piece
    server.requests.append(data)
    return data


def answering(raw):
    """A behaviour that reads a request, sends these bytes and hangs up."""

    def behave(connection, server):
        read_request(connection, server)
        connection.sendall(raw)

    return behave


def http(body=b"{}", status="200 OK", **headers):
    """The bytes of an answer."""
    lines = {"content-length": str(len(body))} | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def dripping(first, drop=b"x", pause=0.05):
    """A behaviour that sends something, then a byte every so often, for ever."""

    def behave(connection, server):
        read_request(connection, server)
        connection.sendall(first)
        while not server.is_over.wait(pause):
            connection.sendall(drop)

    return behave


def certificate(tmp_path, *, name="127.0.0.1", days=1):
    """A certificate that signs itself: its context for a server, and its text to be trusted."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=30))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([_general_name(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    text = made.public_bytes(serialization.Encoding.PEM)
    path = tmp_path / f"{name}.pem"
    plain = serialization.NoEncryption()
    path.write_bytes(
        text + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain),
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, text.decode()


def _general_name(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
