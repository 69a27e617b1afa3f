// The page's own style and script. The content security policy admits exactly these bytes.

/** Series' colours are told apart by people who see red and green alike, and stand out 3 to 1 from the paper at least. */
export const STYLE: string = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1b1f24; --soft: #59636e; --line: #d1d9e0; --panel: #f6f8fa; --warn: #9a3b00; --warn-paper: #fff3e6;
  --phase: #0a5fb4; --library: #8a5a00; --command: #067647; --program: #9b3a84; --control: #59636e; --hashing: #0a5fb4;
  --s0: #0a5fb4; --s1: #a85a00; --s2: #067647; --s3: #a23a8a; --s4: #37474f; --s5: #b3261e;
  --p0: #c4cdd6; --p1: #8fb8e8; --p2: #f2c078; --p3: #93d3ae; --p4: #e3b7d8; --on-part: #1b1f24;
  --slower: #b3261e; --faster: #067647; --same: #59636e; --unknown: #8a5a00; --band: #eaeef2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0f1318; --ink: #e6edf3; --soft: #9aa7b4; --line: #323b45; --panel: #171d24; --warn: #ffb77a; --warn-paper: #33210f;
    --phase: #6cb1ff; --library: #e3b341; --command: #5fd39a; --program: #e59bd2; --control: #9aa7b4; --hashing: #6cb1ff;
    --s0: #6cb1ff; --s1: #f0a04b; --s2: #5fd39a; --s3: #e59bd2; --s4: #b8c4cf; --s5: #ff8a80;
    --p0: #46525e; --p1: #2b5c93; --p2: #7d5413; --p3: #23633f; --p4: #6d3a61; --on-part: #ffffff;
    --slower: #ff8a80; --faster: #5fd39a; --same: #9aa7b4; --unknown: #e3b341; --band: #1d252e;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
p { max-width: 46rem; margin: .5rem 0; }
.machine { color: var(--soft); font-size: .875rem; }
.note { padding: .5rem .75rem; border-left: .25rem solid var(--same); background: var(--panel); }
.note.warning { border-color: var(--warn); color: var(--warn); background: var(--warn-paper); }
.locks { padding-left: 1.2rem; font-size: .9rem; columns: 24rem; }
.locks li { break-inside: avoid; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); gap: 1rem; align-items: start; margin: .75rem 0; }
figure { margin: 0; padding: .5rem; border: 1px solid var(--line); border-radius: .375rem; max-width: 34rem; width: 100%; break-inside: avoid; }
figcaption { font-weight: 600; font-size: .9rem; margin-bottom: .25rem; }
svg { display: block; width: 100%; height: auto; font-family: inherit; }
svg text { fill: var(--ink); font-size: 11px; }
svg .value { font-weight: 600; }
svg .tick { fill: var(--soft); font-size: 10px; }
svg .inside { font-size: 10px; fill: var(--on-part); }
.grid { stroke: var(--line); stroke-width: .5; }
.unit { stroke: var(--soft); }
.band { fill: var(--band); }
.measure.phase { --own: var(--phase); } .measure.library { --own: var(--library); } .measure.command { --own: var(--command); }
.measure.program { --own: var(--program); } .measure.control { --own: var(--control); } .measure.hashing { --own: var(--hashing); }
.density { fill: var(--own); fill-opacity: .25; stroke: var(--own); stroke-width: .7; }
.box { fill: var(--own); fill-opacity: .35; stroke: var(--own); stroke-width: 1; }
.median { stroke: var(--ink); stroke-width: 1.8; }
.dot { fill: var(--own); fill-opacity: .75; }
.fit { stroke: var(--own); stroke-width: 1.2; fill: none; }
.mark { fill: var(--own); stroke: var(--paper); stroke-width: .8; }
.series-0 { --own: var(--s0); } .series-1 { --own: var(--s1); } .series-2 { --own: var(--s2); }
.series-3 { --own: var(--s3); } .series-4 { --own: var(--s4); } .series-5 { --own: var(--s5); }
.part rect { stroke: var(--paper); stroke-width: .7; }
.part-0 rect { fill: var(--p0); } .part-1 rect { fill: var(--p1); } .part-2 rect { fill: var(--p2); } .part-3 rect { fill: var(--p3); } .part-4 rect { fill: var(--p4); }
.change { --own: var(--unknown); } .change.slower { --own: var(--slower); } .change.faster { --own: var(--faster); } .change.no-change { --own: var(--same); }
.interval { stroke: var(--own); stroke-width: 2.5; }
.point { fill: var(--own); stroke: var(--paper); }
.scrolling { overflow-x: auto; max-width: 100%; border: 1px solid var(--line); border-radius: .375rem; margin: .5rem 0; }
.scrolling:focus-visible, button:focus-visible, summary:focus-visible { outline: 2px solid var(--phase); outline-offset: 1px; }
table { border-collapse: collapse; font-size: .85rem; width: 100%; }
caption { text-align: left; padding: .35rem .6rem; color: var(--soft); }
th, td { padding: .25rem .6rem; text-align: left; border-top: 1px solid var(--line); white-space: nowrap; font-weight: 400; }
thead th { background: var(--panel); border-top: 0; font-weight: 600; vertical-align: bottom; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
th button { all: unset; cursor: pointer; font-weight: 600; }
th button::after { content: " \\2195"; color: var(--soft); }
th[aria-sort="ascending"] button::after { content: " \\2191"; color: var(--ink); }
th[aria-sort="descending"] button::after { content: " \\2193"; color: var(--ink); }
summary { cursor: pointer; color: var(--soft); font-size: .875rem; }
@media print {
  :root { color-scheme: light; --paper: #ffffff; --ink: #000000; --soft: #444444; --line: #bbbbbb; --panel: #ffffff; --warn: #000000; --warn-paper: #ffffff;
    --phase: #0a5fb4; --library: #8a5a00; --command: #067647; --program: #9b3a84; --control: #444444; --hashing: #0a5fb4;
    --s0: #0a5fb4; --s1: #a85a00; --s2: #067647; --s3: #a23a8a; --s4: #37474f; --s5: #b3261e;
    --p0: #d5dbe1; --p1: #a9caef; --p2: #f6d19b; --p3: #aee0c3; --p4: #ecc9e3; --on-part: #000000; --band: #eeeeee;
    --slower: #b3261e; --faster: #067647; --same: #444444; --unknown: #8a5a00; }
  body { max-width: none; padding: 0; font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .figures { grid-template-columns: repeat(2, 1fr); }
  .scrolling { overflow: visible; border: 0; }
  table { font-size: 6.5pt; }
  th, td { padding: .1rem .25rem; white-space: normal; }
  tr { break-inside: avoid; }
  th button::after { content: ""; }
  h2 { break-after: avoid; }
}
`;

/** Sorts a table by the column whose heading is pressed, and back. */
export const SCRIPT: string = `
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const key = (row) => row.cells[column].dataset.value;
    const order = (left, right) => key(left) === undefined
      ? left.cells[column].textContent.localeCompare(right.cells[column].textContent, undefined, { numeric: true })
      : Number(key(left)) - Number(key(right));
    const body = table.tBodies[0];
    body.append(...[...body.rows].sort((left, right) => (down ? order(right, left) : order(left, right))));
  }));
}
`;
