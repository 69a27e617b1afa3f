"""Greets whoever asks."""

import os

import bottle

app = bottle.Bottle()


@app.get("/")
def hello():
    return "Hello"


def main():
    app.run(host="0.0.0.0", port=int(os.environ.get("PORT", "8000")), quiet=True)
