"""A small web server: a greeting on `/`, a picture made smaller on `/image`."""

import io
import os

import requests
from flask import Flask, Response
from PIL import Image

IMAGE_URL = "https://upload.wikimedia.org/wikipedia/commons/4/47/PNG_transparency_demonstration_1.png"
SIZE = (160, 120)  # pixels, the most in each direction; the picture keeps its shape

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    return "Hello World"


@app.get("/image")
def image() -> Response:
    answer = requests.get(
        os.environ.get("IMAGE_URL", IMAGE_URL),
        headers={"User-Agent": "imgapp/0.1"},
        timeout=20,
    )
    answer.raise_for_status()
    picture = Image.open(io.BytesIO(answer.content))
    picture.thumbnail(SIZE)
    out = io.BytesIO()
    picture.save(out, format="PNG")
    return Response(out.getvalue(), mimetype="image/png")


def main() -> None:
    app.run(host=os.environ.get("HOST", "127.0.0.1"), port=int(os.environ.get("PORT", "5000")))
