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
  const name = style.label(area.units > unitsPerRow ? `${area.name} ${range(area, layout)}` : area.name);
  if (bytes === undefined) {
    const blank = area.units === 1 ? "-- ".repeat(unitBytes).trimEnd() : range(area, layout);
    return [`${columns(layout, area.address, blank, "", style.bad)}${name} ${style.bad(area.problem ?? "not read")}`];
  }
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
      offset += equal * rowBytes;
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

function range({ address, units }: MemoryArea, { digits }: Layout): string {
  return `${hexNumber(address, digits)}–${hexNumber(address + units - 1, digits)}`;
}

/** How many whole rows from here on hold the same bytes. */
function equalRows(bytes: Uint8Array, offset: number, rowBytes: number): number {
  let count = 1;
  for (; offset + (count + 1) * rowBytes <= bytes.length; count++)
    for (let index = 0; index < rowBytes; index++)
      if (bytes[offset + index] !== bytes[offset + count * rowBytes + index]) return count;
  return count;
}
