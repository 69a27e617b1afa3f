// The lines of requirements, as pip 26.3 takes a file apart (pip/_internal/req/req_file.py, preprocess): they end where
// Python's str.splitlines() ends them, a backslash at a line's end joins the next one to it, and `#` at a line's start or
// after white space begins a comment, which ends with the joined line.
//
// Invariant: one linear pass, in place: between two joined parts are blanks. A part that begins without one follows at once,
// so it moves to the left, and messages about it point that much before it.

/** The line that `nextLine` found: without what ends it, and without a comment. */
export let line: usize = 0;
export let lineEnd: usize = 0;

/** Finds the line that starts here, with those that continue it. Where the next one starts. */
export function nextLine(from: usize, end: usize): usize {
  line = from;
  lineEnd = from;
  let next = from;
  let isJoined = true;
  while (isJoined) {
    const start = next;
    let stop = start;
    while (stop < end && terminatorSize(stop) == 0) stop++;
    next = stop < end ? stop + terminatorSize(stop) : end;
    isJoined = stop != start && load<u8>(stop - 1) == 0x5c && !isComment(start, stop);
    if (isJoined) while (stop != start && load<u8>(stop - 1) == 0x5c) store<u8>(--stop, 0x20);
    append(start, stop);
    isJoined = isJoined && next != end;
  }
  lineEnd = commentStart(line, lineEnd);
  return next;
}

/** Adds a part to the line. */
function append(start: usize, stop: usize): void {
  const gap = start - lineEnd;
  if (gap != 0) memory.fill(lineEnd, 0x20, gap);
  // A backslash alone: what comes next follows at once, too.
  if (start == stop) return;
  const isGlued = gap != 0 && !isBlank(load<u8>(start)) && load<u8>(start) != 0x23;
  if (!isGlued) {
    lineEnd = stop;
    return;
  }
  memory.copy(lineEnd, start, stop - start);
  memory.fill(stop - gap, 0x20, gap);
  lineEnd = stop - gap;
}

/** How many bytes end a line here; 0 when none do. Python's str.splitlines(): LF, VT, FF, CR, FS, GS, RS, NEL, LS, PS. */
function terminatorSize(at: usize): u32 {
  const c: u32 = load<u8>(at);
  if (c > 0x1e && c != 0xc2 && c != 0xe2) return 0;
  if (c == 0x0d) return load<u8>(at, 1) == 0x0a ? 2 : 1;
  if (c == 0xc2) return load<u8>(at, 1) == 0x85 ? 2 : 0;
  if (c == 0xe2) return load<u8>(at, 1) == 0x80 && (load<u8>(at, 2) | 1) == 0xa9 ? 3 : 0;
  return u32((c >= 0x0a && c <= 0x0c) || c >= 0x1c);
}

/** Whether the line is a comment and nothing else. */
function isComment(from: usize, end: usize): bool {
  while (from < end && isBlank(load<u8>(from))) from++;
  return from < end && load<u8>(from) == 0x23;
}

/** Where the comment in a line begins; the line's end when it has none. */
function commentStart(from: usize, end: usize): usize {
  for (let at = from; at < end; at++) {
    if (load<u8>(at) == 0x23 && (at == from || isBlank(load<u8>(at - 1)))) return at;
  }
  return end;
}

export function isBlank(c: u32): bool {
  return c == 0x20 || c == 0x09;
}
