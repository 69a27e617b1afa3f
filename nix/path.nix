# within what root path: the path below `root` that the relative `path` names, or a refusal.
#
# Invariant: the result is `root` or lies below it, whatever the lock says. (A symbolic link inside `root` is the
# project's own affair.)
what: root: path:
let
  segments = builtins.filter (part: builtins.isString part && part != "" && part != ".") (builtins.split "/" path);
  refuse = throw ''
    cannot use ${what}: its path ${builtins.toJSON path} leaves the project's folder
    hint: override the package's `src`, or move it into the folder'';
  step =
    above: part:
    if part != ".." then
      [ part ] ++ above
    else if above == [ ] then
      refuse
    else
      builtins.tail above;
  # Innermost first, so that `..` takes one off in constant time.
  reversed = builtins.foldl' step [ ] segments;
  joined = builtins.foldl' (below: part: "/${part}${below}") "" reversed;
in
if builtins.substring 0 1 path == "/" then refuse else root + joined
