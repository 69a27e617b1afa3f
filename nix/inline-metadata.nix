# What a script's inline metadata (PEP 723) says, as a table; { } where it has none (src/lock/uv/script.ts).
path:
let
  inherit (builtins) elemAt filter genList head isString length match;
  text = builtins.replaceStrings [ "\r\n" ] [ "\n" ] (builtins.readFile path);
  lines = filter isString (builtins.split "\n" text);
  find = line: from: if from >= length lines then null else if elemAt lines from == line then from else find line (from + 1);
  start = find "# /// script" 0;
  # The comment goes on to the first line that is none, and the metadata to the last mark in it.
  commentEnd = from: if from < length lines && match "#( .*)?" (elemAt lines from) != null then commentEnd (from + 1) else from;
  ends = filter (index: elemAt lines index == "# ///") (
    genList (each: commentEnd (start + 1) - 1 - each) (commentEnd (start + 1) - start - 1)
  );
  content = line: if line == "#" then "" else builtins.substring 2 (-1) line;
  inner = genList (each: content (elemAt lines (start + 1 + each))) (head ends - start - 1);
in
if start == null || ends == [ ] then { } else builtins.fromTOML (builtins.concatStringsSep "\n" inner)
