"""Serves the table of prices: `api` on port $PORT, `api --once` prints it."""

import os
import sys

import bottle
from core import table

app = bottle.Bottle()


@app.get("/")
def prices():
    bottle.response.content_type = "text/plain"
    return table()


def main():
    if "--once" in sys.argv:
        print(table())
    else:
        app.run(host="127.0.0.1", port=int(os.environ.get("PORT", "8000")), quiet=True)
