# Whether texts are TOML 1.0, as Python's tomllib reads them. Batches on standard input: u32 count, then for each text u32 size
# and its bytes. For each batch a byte a text: 1 read, 0 refused, ? neither (nested too deep, a number too long for an int).
import struct
import sys
import tomllib


def verdict(text):
    try:
        # A byte order mark is no part of the text (toml-test, valid/utf8-bom-01), which tomllib refuses.
        tomllib.loads(text.decode("utf-8-sig"))
        return b"1"
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return b"0"
    except (RecursionError, ValueError):
        return b"?"


source, sink = sys.stdin.buffer, sys.stdout.buffer
while header := source.read(4):
    (count,) = struct.unpack("<I", header)
    for _ in range(count):
        (size,) = struct.unpack("<I", source.read(4))
        sink.write(verdict(source.read(size)))
    sink.flush()
