// Lists of names as some old markers have them: `extra in "a, b"`.

import { textAddress, textSize } from "../../memory/intern";
import { any, extraChosen, NEVER } from "../condition";
import { normalizedName } from "../name";

/** Whether any of the extras in a list is chosen. While parsing (`isAsked` false) it only makes their names known. */
export function extrasOf(list: u32, isAsked: bool): u32 {
  const size = textSize(list);
  const address = textAddress(list);
  let value = NEVER;
  for (let from: u32 = 0; from < size; ) {
    const end = itemEnd(address, size, from);
    if (end > from) {
      const name = normalizedName(address + from, end - from);
      if (isAsked) value = any(value, extraChosen(name));
    }
    from = end + 1;
  }
  return value;
}

/** The end of an item in a list that blanks, commas or bars divide. */
export function itemEnd(address: usize, size: u32, from: u32): u32 {
  while (from < size) {
    const c = u32(load<u8>(address + from));
    if (c == 0x20 || c == 0x2c || c == 0x7c) break;
    from++;
  }
  return from;
}
