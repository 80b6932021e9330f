"""Serve a folder as a Python package index, for the checks of `cargo xtask dist`.

It contains a folder for each package, with the files of that package: the listing of such a folder is a page as PEP 503 describes it. The program prints its
URL, and stops when its stdin closes.
"""

import functools
import http.server
import sys
import threading


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve files without a log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Drop the line."""


def main() -> None:
    handler = functools.partial(Handler, directory=sys.argv[1])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
