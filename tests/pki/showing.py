"""A TLS server that shakes hands and hangs up."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pki.making import Made


def careless(context: ssl.SSLContext) -> None:
    """Let the server do what no decent one does."""
    context.set_ciphers("DEFAULT:@SECLEVEL=0")


@contextmanager
def serving(
    made: Made,
    folder: Path,
    chain: str = "",
    greeting: tuple[bytes, ...] = (),
    prepare: Callable[[ssl.SSLContext], None] = careless,
) -> Iterator[int]:
    """Its port; `greeting` is said in clear first, an item after each line of the client."""
    pair = folder / "server.pem"
    pair.write_text(made.key_pem + made.pem + chain)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    prepare(context)
    context.load_cert_chain(pair)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, context, greeting), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(20)
    assert not thread.is_alive()


def _serve(listener: socket.socket, context: ssl.SSLContext, greeting: tuple[bytes, ...]) -> None:
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:
            return
        try:
            for at, line in enumerate(greeting):
                if at:
                    plain.recv(1024)
                plain.sendall(line)
            context.wrap_socket(plain, server_side=True).close()
        except OSError:
            plain.close()
