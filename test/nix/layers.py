"""layers.py GRAPH ROOT LIMIT OUT: an image's tar with a folder for each layer, the store paths of a closure in a file `paths`.

GRAPH is what Nix exports: path, deriver, number of references, references. Popularity as in nixpkgs' closure-graph: how many
paths of the closure need one, through others too.
"""

import io
import json
import sys
import tarfile


def main(graph, root, limit, out):
    references = dict(read(open(graph, encoding="utf-8").read().splitlines()))
    count = {path: 0 for path in references}
    for path in references:
        for needed in closure(path, references):
            count[needed] += 1
    paths = sorted((path for path in references if path != root), key=lambda path: (-count[path], path))
    layers = [[path] for path in paths[: int(limit) - 2]]
    rest = paths[int(limit) - 2 :]
    layers += [rest] if rest else []
    with tarfile.open(out, "w") as archive:
        names = []
        for index, layer in enumerate(layers):
            names.append(f"{index}/layer.tar")
            add(archive, f"{index}/paths", "\\n".join(layer))
        add(archive, "manifest.json", json.dumps([{"Config": root, "Layers": names}]))


def read(lines):
    while lines:
        path, _, count, *lines = lines
        yield path, lines[: int(count)]
        lines = lines[int(count) :]


def closure(path, references):
    seen, waiting = set(), [path]
    while waiting:
        for needed in references[waiting.pop()]:
            if needed not in seen:
                seen.add(needed)
                waiting.append(needed)
    return seen - {path}


def add(archive, name, text):
    info = tarfile.TarInfo(name)
    info.size = len(text.encode())
    archive.addfile(info, io.BytesIO(text.encode()))


main(*sys.argv[1:])
