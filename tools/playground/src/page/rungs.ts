import type { LadderLine, LadderRung } from "@cardwire/nfc-reader/recording";
import { hex, spaced } from "../hex.ts";
import { h } from "./dom.ts";

/** Told when a piece of a rung is pointed at, focused or chosen. */
export type Inspect = (line: LadderLine, rung: LadderRung, piece: HTMLElement) => void;

const LAYER = { ioctl: "IOCTL", apdu: "APDU", rf: "RF" } as const;
const WAY = { down: "to the card", up: "back" } as const;
/** More bytes than these are folded in a rung; the inspector has them all. */
const BYTES_SHOWN = 48;

/** One rung of a ladder: the layer, what it is, and its bytes in pieces that can be inspected. */
export function rungElement(rung: LadderRung, startUs: number, inspect: Inspect): HTMLElement {
  const { layer, direction, title, note, ok, lines, timeUs } = rung;
  const pieces = lines.filter(({ bytes }) => bytes.length > 0).map((line) => pieceElement(line, rung, inspect));
  return h(
    "li",
    {
      class: `rung ${layer} ${direction}${ok === false ? " bad" : ""}`,
      "data-layer": layer,
      "data-direction": direction,
      "data-hex": lines
        .map(({ bytes }) => spaced(bytes))
        .join(" ")
        .trim(),
    },
    h(
      "div",
      { class: "head" },
      h("span", { class: "arrow", "aria-hidden": "true" }, direction === "down" ? "↓" : "↑"),
      h("span", { class: "layer" }, LAYER[layer], h("span", { class: "unseen" }, ` ${WAY[direction]}: `)),
      h("span", { class: "title" }, title),
      note !== "" && h("span", { class: "note" }, note),
      h("span", { class: "time", title: "since the first step" }, `${((timeUs - startUs) / 1000).toFixed(2)} ms`),
    ),
    pieces.length > 0 && h("div", { class: "bytes" }, ...pieces),
  );
}

function pieceElement(line: LadderLine, rung: LadderRung, inspect: Inspect): HTMLElement {
  const { bytes, field, meaning } = line;
  const start = spaced(bytes.subarray(0, BYTES_SHOWN));
  const shown = bytes.length > BYTES_SHOWN ? `${start} … ${bytes.length} bytes` : start;
  const words = meaning === "" ? field : `${field}, ${meaning}`;
  const piece = h(
    "button",
    { type: "button", class: `piece ${kindOf(field)}`, tabindex: -1, "aria-label": `${words}: ${shown}` },
    shown,
  );
  const tell = (): void => {
    inspect(line, rung, piece);
  };
  piece.addEventListener("mouseenter", tell);
  piece.addEventListener("focus", tell);
  piece.addEventListener("click", tell);
  return piece;
}

/** Headers are paler than what they carry; status words stand out. */
function kindOf(field: string): string {
  if (field === "SW1 SW2") return "status";
  if (/^(?:dwProtocol|cbPciLength|Lc|Le|length|flags|PCB|object .*)$/.test(field)) return "header";
  return /^(?:CLA|INS|P1|P2|P1 P2|command|response)$/.test(field) ? "command" : "data";
}

/** What the inspector says of a piece. */
export function inspection(line: LadderLine, rung: LadderRung): HTMLElement[] {
  const { bytes, field, meaning, offset } = line;
  const last = offset + bytes.length - 1;
  const where = bytes.length === 1 ? `byte ${offset}` : `bytes ${offset}–${last}`;
  return [
    h(
      "p",
      { class: "what" },
      h("span", { class: `layer ${rung.layer}` }, LAYER[rung.layer]),
      h("strong", {}, field),
      h("span", { class: "where" }, where),
    ),
    h("p", { class: "meaning" }, meaning === "" ? readings(bytes) : meaning),
    h("code", { class: "all" }, dump(bytes)),
  ];
}

function readings(bytes: Uint8Array): string {
  return bytes.length === 1 ? `${bytes[0] ?? 0} in decimal` : `${bytes.length} bytes`;
}

function dump(bytes: Uint8Array): string {
  if (bytes.length <= 16) return `${spaced(bytes)}${ascii(bytes)}`;
  const rows: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += 16) {
    const row = bytes.subarray(offset, offset + 16);
    rows.push(`${hex(offset).padStart(4, "0")}  ${spaced(row).padEnd(47)}  ${printable(row)}`);
  }
  return rows.join("\n");
}

function ascii(bytes: Uint8Array): string {
  const text = printable(bytes);
  // a letter here and there is chance
  return bytes.length > 2 && text.replaceAll("·", "").length > text.length * 0.7 ? `   “${text}”` : "";
}

function printable(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·")).join("");
}
