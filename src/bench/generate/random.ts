// Numbers that look random and are the same on every machine: sfc32 (Chris Doty-Humphrey, PractRand), seeded by splitmix32.
//
// Invariant: integers of 32 bits alone decide what is drawn, so that no floating-point unit can make a difference.

export class Random {
  readonly #state: Uint32Array = new Uint32Array(4);

  constructor(seed: number) {
    let word = seed >>> 0;
    for (let at = 0; at < 4; at++) {
      word = (word + 0x9e3779b9) >>> 0;
      let mixed = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      this.#state[at] = mixed ^ (mixed >>> 15);
    }
    for (let round = 0; round < 12; round++) this.word();
  }

  /** 32 bits. */
  word(): number {
    const s = this.#state;
    const sum = (s[0]! + s[1]! + s[3]!) >>> 0;
    s[3]!++;
    s[0] = s[1]! ^ (s[1]! >>> 9);
    s[1] = s[2]! + (s[2]! << 3);
    s[2] = ((s[2]! << 21) | (s[2]! >>> 11)) + sum;
    return sum;
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    return this.word() % end;
  }

  /** True in so many of a thousand cases. */
  chance(thousandths: number): boolean {
    return this.below(1000) < thousandths;
  }

  pick<T>(things: readonly T[]): T {
    return things[this.below(things.length)]!;
  }

  hex(digits: number): string {
    let text = "";
    while (text.length < digits) text += this.word().toString(16).padStart(8, "0");
    return text.slice(0, digits);
  }

  /** A whole number as it is distributed: `quantiles` are the values at SHARES, between which it is even. */
  from(quantiles: readonly number[]): number {
    const place = this.below(1000);
    const step = SHARES.findIndex((share) => place < share) - 1;
    const [low, high] = [quantiles[step]!, quantiles[step + 1]!];
    const span = SHARES[step + 1]! - SHARES[step]!;
    return low + Math.floor(((high - low + 1) * (place - SHARES[step]!)) / span);
  }
}

/** Thousandths: where shape.ts's distributions have their values. */
export const SHARES: readonly number[] = [0, 100, 250, 500, 750, 900, 950, 990, 1000];
