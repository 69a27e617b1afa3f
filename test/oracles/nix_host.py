# The host that Nix's evaluator is to a module (`builtins.wasm`), over Python values and wasmtime, which is what Determinate Nix
# runs modules with: the same functions as test/nix/host.ts, as strict as that one, and the stack that Nix gives, 512 KiB.
#
# Values: str, int, bool, None, list, dict, and Path. Files are read whole, or not at all where the room is too small.
import wasmtime

STACK = 512 * 1024
TYPES = {int: 1, float: 2, bool: 3, str: 4, type(None): 6, dict: 7, list: 8}


class Aborted(Exception):
    """`panic` was called, or Nix itself would have ended the evaluation, or crashed."""


class Path:
    def __init__(self, data):
        self.data = data


TYPES[Path] = 5


def engine():
    config = wasmtime.Config()
    config.max_wasm_stack = STACK
    return wasmtime.Engine(config)


class Module:
    """Compiled once; each call has an instance of its own, as in Nix."""

    def __init__(self, engine, binary):
        self.engine = engine
        self.module = wasmtime.Module(engine, binary)
        kinds = {each.name: each.type for each in self.module.exports}
        if "memory" not in kinds or "nix_wasm_init_v1" not in kinds:
            raise Aborted("not a module for Nix")

    def call(self, name, argument):
        """The result, and how often the host was called."""
        host = Host(self.engine, self.module)
        try:
            return host.call(name, argument), host.calls
        finally:
            host.close()


class Host:
    def __init__(self, engine, module):
        self.store = wasmtime.Store(engine)
        self.values, self.calls, self.is_starting = [None], 0, True
        known = self.functions()
        imports = []
        for each in module.imports:
            if each.module != "env" or each.name not in known or not isinstance(each.type, wasmtime.FuncType):
                raise Aborted(f"unknown import: {each.module}.{each.name}")
            imports.append(wasmtime.Func(self.store, each.type, self.guarded(each.name, known[each.name])))
        self.exports = wasmtime.Instance(self.store, module, imports).exports(self.store)
        self.memory = self.exports["memory"]

    def call(self, name, argument):
        self.is_starting = False
        self.exports["nix_wasm_init_v1"](self.store)
        return self.value(self.exports[name](self.store, self.add(argument)))

    def close(self):
        """The store holds the functions, and they this host: without this, memory stays until Python looks for cycles."""
        self.exports = self.memory = None
        self.store.close()

    def guarded(self, name, function):
        def called(*words):
            if self.is_starting:
                raise Aborted(f"{name} was called while the module starts")
            self.calls += 1
            return function(*words)

        return called

    def functions(self):
        return {
            "panic": self.panic,
            "get_type": lambda value: TYPES[type(self.value(value))],
            "make_int": self.add,
            "get_int": lambda value: self.of(value, int),
            "make_bool": lambda value: self.add(value != 0),
            "get_bool": lambda value: int(self.of(value, bool)),
            "make_null": lambda: self.add(None),
            "make_string": lambda at, size: self.add(self.text(at, size)),
            "copy_string": lambda value, at, room: self.copy(self.of(value, str).encode(), at, room),
            "make_list": lambda at, count: self.add([self.value(each) for each in self.words(at, count)]),
            "copy_list": self.copy_list,
            "make_attrset": lambda at, count: self.add(self.attributes(at, count)),
            "get_attr": self.get_attr,
            "read_file": lambda value, at, room: self.copy(self.of(value, Path).data, at, room),
        }

    def panic(self, at, size):
        raise Aborted(f"panic: {self.text(at, size)}")

    def add(self, value):
        self.values.append(value)
        return len(self.values) - 1

    def value(self, number):
        if not 0 < number < len(self.values):
            raise Aborted(f"there is no value {number}")
        return self.values[number]

    def of(self, number, kind):
        value = self.value(number)
        if type(value) is not kind:
            raise Aborted(f"value {number} is of another type than {kind.__name__}")
        return value

    def span(self, at, size):
        """A range of memory; one that reaches beyond it crashes Nix."""
        at, size = at & 0xFFFFFFFF, size & 0xFFFFFFFF
        if at + size > self.memory.data_len(self.store):
            raise Aborted(f"bytes {at} + {size} are beyond the memory")
        return at, size

    def read(self, at, size):
        at, size = self.span(at, size)
        return bytes(self.memory.read(self.store, at, at + size))

    def words(self, at, count):
        return memoryview(self.read(at, 4 * count)).cast("I").tolist()

    def text(self, at, size):
        """Nix takes any bytes and fails over them later; here they fail at once."""
        try:
            text = self.read(at, size).decode("utf-8")
        except UnicodeDecodeError as error:
            raise Aborted("a string is not UTF-8") from error
        if "\0" in text:
            raise Aborted("a string holds a NUL")
        return text

    def copy(self, data, at, room):
        at, room = self.span(at, room)
        if 0 < len(data) <= room:
            self.memory.write(self.store, data, at)
        return len(data)

    def copy_list(self, value, at, room):
        items = self.of(value, list)
        if len(items) <= room:
            ids = b"".join(self.add(each).to_bytes(4, "little") for each in items)
            self.copy(ids, at, len(ids))
        return len(items)

    def get_attr(self, value, at, size):
        attributes, name = self.of(value, dict), self.text(at, size)
        return self.add(attributes[name]) if name in attributes else 0

    def attributes(self, at, count):
        """Nix makes a malformed set of names that are not distinct; here that is an error."""
        words = self.words(at, 3 * count)
        found = {}
        for name, size, value in zip(words[::3], words[1::3], words[2::3]):
            name = self.text(name, size)
            if name in found:
                raise Aborted(f"the attribute {name} is there twice")
            found[name] = self.value(value)
        return found
