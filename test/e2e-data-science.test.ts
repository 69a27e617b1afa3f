// examples/data-science: frozen, built by a real Nix on the stand-in for nixpkgs, and run. Its numbers are those that one
// works out by hand, and its plot is looked at: size, colours, and where they are.
import { cpSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { inflateSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  hostPython,
  isInstalled,
  NO_BYTECODE,
  privateStore,
  run,
  serveFolder,
  standIn,
  succeed,
  temporaryFolder,
  text,
} from "./nix/nix.ts";
import { download, hostTargetOf, lockedWheels, toolWheel, WHEELS } from "./nix/wheels.ts";

if (!isInstalled("nix-build"))
  test("nix is not installed", () => void process.stdout.write("skipped 1: nix is not installed\n"));
else
  test("the plot is written and looks right", async () => {
    const folder = temporaryFolder();
    const project = join(folder, "survey");
    cpSync("examples/data-science", project, { recursive: true });
    for (const file of ["pylock2nix.json", "pylock2nix.nix", ".pylock2nix"])
      rmSync(join(project, file), { recursive: true, force: true });
    const frozen = await run("node", [resolve("dist/bin/pylock2nix.cjs"), "nix", project]);
    assert.is(frozen.code, 0, frozen.errors);
    // Every library that the wheels need is known.
    assert.not.match(frozen.errors, "warning");

    const python = await hostPython();
    await download(lockedWheels(project, hostTargetOf(python)));
    const core = await toolWheel("poetry-core");
    const server = await serveFolder(WHEELS);
    try {
      const pkgs = await standIn(python, `base = ${text(server.base)}; tools = { poetry-core = ${core}; };`);
      const env = privateStore(join(folder, "nix"));
      const expression = `(import ${project}/pylock2nix.nix { pkgs = ${pkgs}; }).application`;
      const out = await succeed("nix-build", ["--no-out-link", "-E", expression], { env });
      const plot = join(folder, "plot.png");
      const said = await succeed(join(out, "bin", "survey"), [plot], {
        env: { ...NO_BYTECODE, HOME: folder, PATH: "/nowhere" },
      });
      // By hand: the sum of (day - 4.5) * height is 83.95 and that of (day - 4.5) ** 2 is 42; the mean height is 80.1 / 8.
      assert.match(said, "height = 2.00 * day + 1.02");
      assert.match(said, /^mean +4\.5 +10\.01$/m);
      const picture = pixelsOf(readFileSync(plot));
      assert.equal([picture.width, picture.height], [600, 400]);
      const red = placesOf(picture, ([r, g, b]) => r > 200 && g < 60 && b < 60);
      const blue = placesOf(picture, ([r, g, b]) => r < 60 && g < 60 && b > 200);
      // The line goes up from the left to the right, and the points lie along it.
      assert.ok(red.length > 500, `${red.length} red pixels`);
      assert.ok(blue.length > 100, `${blue.length} blue pixels`);
      const [left, right] = [red[0]!, red.at(-1)!];
      assert.ok(right.x - left.x > 300 && left.y - right.y > 200, JSON.stringify([left, right]));
      const slope = (right.y - left.y) / (right.x - left.x);
      for (const { x, y } of blue) {
        const away = Math.abs(y - (left.y + slope * (x - left.x)));
        assert.ok(away < 20, `a point at ${x}, ${y} is ${away} pixels off the line`);
      }
    } finally {
      server.close();
    }
  });
test.run();

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly at: (x: number, y: number) => readonly [number, number, number];
}

/** A PNG with eight bits for each of red, green, blue and alpha (PNG, third edition: 9, filtering). */
function pixelsOf(file: Buffer): Picture {
  const packed: Buffer[] = [];
  for (let at = 8; at < file.length; at += file.readUInt32BE(at) + 12)
    if (file.toString("latin1", at + 4, at + 8) === "IDAT")
      packed.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)));
  const [width, height, depth, kind] = [file.readUInt32BE(16), file.readUInt32BE(20), file[24], file[25]];
  assert.equal([depth, kind], [8, 6], "RGBA");
  const bytes = inflateSync(Buffer.concat(packed));
  const row = width * 4;
  const out = Buffer.alloc(row * height);
  for (let y = 0; y < height; y++) {
    const filter = bytes[y * (row + 1)]!;
    for (let x = 0; x < row; x++) {
      const left = x < 4 ? 0 : out[y * row + x - 4]!;
      const up = y === 0 ? 0 : out[(y - 1) * row + x]!;
      const corner = x < 4 || y === 0 ? 0 : out[(y - 1) * row + x - 4]!;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter]!;
      out[y * row + x] = bytes[y * (row + 1) + 1 + x]! + guess;
    }
  }
  return { width, height, at: (x, y) => [...out.subarray(y * row + x * 4).subarray(0, 3)] as [number, number, number] };
}

function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** From the left to the right. */
function placesOf(
  { width, height, at }: Picture,
  is: (colour: readonly [number, number, number]) => boolean,
): { x: number; y: number }[] {
  const found: { x: number; y: number }[] = [];
  for (let x = 0; x < width; x++) for (let y = 0; y < height; y++) if (is(at(x, y))) found.push({ x, y });
  return found;
}
