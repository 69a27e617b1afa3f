# The script that a lock is of, a path: `uv lock --script hello.py` writes hello.py.lock; null for another lock.
{ path, name, ... }:
let
  found = builtins.match "(.*[.]py)[.]lock" name;
in
if found == null then null else dirOf path + "/${builtins.head found}"
