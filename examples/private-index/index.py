"""index.py [PORT]: a package index on this machine, for anna with the password "secret", with one package (PEP 503)."""

import base64
import hashlib
import io
import sys
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FILE = "quotes-1.2.0-py3-none-any.whl"
CONTENT = {
    "quotes.py": 'QUOTE = "Simple things should be simple."\n',
    "quotes-1.2.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: quotes\nVersion: 1.2.0\n",
    "quotes-1.2.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: index.py\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "quotes-1.2.0.dist-info/RECORD": "",
}
PASSWORD = "Basic " + base64.b64encode(b"anna:secret").decode()


def wheel():
    """The same bytes each time: the lock has their hash."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path, text in CONTENT.items():
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), text)
    return file.getvalue()


class Index(BaseHTTPRequestHandler):
    pages = {
        "/simple/quotes/": f'<a href="{FILE}#sha256={hashlib.sha256(wheel()).hexdigest()}">{FILE}</a>\n'.encode(),
        f"/simple/quotes/{FILE}": wheel(),
    }

    def do_GET(self):
        if self.headers.get("Authorization") != PASSWORD:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="private"')
            self.end_headers()
        elif (page := self.pages.get(self.path)) is None:
            self.send_error(404)
        else:
            self.send_response(200)
            self.send_header("Content-Type", "text/html" if self.path.endswith("/") else "application/octet-stream")
            self.end_headers()
            self.wfile.write(page)

    def log_message(self, *words):
        pass


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8766
    server = ThreadingHTTPServer(("127.0.0.1", port), Index)
    print(f"http://127.0.0.1:{port}/simple/", flush=True)
    server.serve_forever()
