import type { CardMemory, MemoryArea } from "cardwire";
import { hexNumber, printable, spaced } from "./hex.ts";
import type { Style } from "./style.ts";

const BYTES_PER_ROW = 16;
/** From so many equal rows on, only the first is shown. */
const FOLD_FROM = 3;

interface Layout {
  readonly unitBytes: number;
  readonly unitsPerRow: number;
  /** Digits of an address. */
  readonly digits: number;
  /** Bytes of the longest row. */
  readonly rowBytes: number;
  readonly style: Style;
}

/** A memory as a person reads it: address, bytes, characters, and what they are for. */
export function memoryLines(memory: CardMemory, style: Style): string[] {
  const { unitBytes, areas } = memory;
  const unitsPerRow = Math.max(1, Math.floor(BYTES_PER_ROW / unitBytes));
  const layout: Layout = {
    unitBytes,
    unitsPerRow,
    digits: Math.max(2, ...areas.map(({ address, units }) => hexNumber(address + units - 1).length)),
    rowBytes: unitBytes * Math.max(...areas.map(({ units }) => Math.min(units, unitsPerRow))),
    style,
  };
  const lines: string[] = [];
  let part: string | undefined;
  for (const area of areas) {
    if (area.part !== part && area.part !== undefined) lines.push(style.label(area.part));
    part = area.part;
    lines.push(...areaLines(area, layout));
  }
  return lines;
}

function areaLines(area: MemoryArea, layout: Layout): string[] {
  const { style, unitBytes, unitsPerRow } = layout;
  const { bytes } = area;
  const range = `${hexNumber(area.address, layout.digits)}–${hexNumber(area.address + area.units - 1, layout.digits)}`;
  const isLong = area.units > (bytes === undefined ? 1 : unitsPerRow);
  const name = style.label(isLong ? `${area.name} ${range}` : area.name);
  if (bytes === undefined) return [`${columns(layout, area.address, area.problem ?? "", "", style.bad)}${name}`];
  const rowBytes = unitsPerRow * unitBytes;
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const chunk = bytes.subarray(offset, offset + rowBytes);
    const address = area.address + offset / unitBytes;
    const cells = columns(layout, address, spaced(chunk), printable(chunk), style.memory[area.kind]);
    lines.push(offset === 0 ? `${cells}${name}` : cells.trimEnd());
    const equal = equalRows(bytes, offset, rowBytes);
    if (equal < FOLD_FROM) offset += rowBytes;
    else {
      offset = Math.min(offset + equal * rowBytes, bytes.length);
      const last = hexNumber(area.address + offset / unitBytes - 1, layout.digits);
      lines.push(style.dim(`${"…".padEnd(layout.digits)}  the same up to ${last}`));
    }
  }
  return lines;
}

function columns(layout: Layout, address: number, hex: string, text: string, paint: (text: string) => string): string {
  const { style, digits, rowBytes } = layout;
  const hexColumn = paint(hex) + " ".repeat(Math.max(0, rowBytes * 3 - 1 - hex.length));
  return `${style.address(hexNumber(address, digits))}  ${hexColumn}  ${style.dim(text.padEnd(rowBytes))}  `;
}

/** How many rows from here on hold the same bytes; the last one may be shorter. */
function equalRows(bytes: Uint8Array, offset: number, rowBytes: number): number {
  let end = offset + rowBytes;
  while (end < bytes.length && bytes[end] === bytes[end - rowBytes]) end++;
  return end >= bytes.length ? Math.ceil((bytes.length - offset) / rowBytes) : Math.floor((end - offset) / rowBytes);
}
