import { fromHex, toHex, type VirtualTag } from "@cardwire/core";
import { createVirtualField } from "@cardwire/virtual";
import { expect } from "vitest";
import { createVirtualPn53x, createVirtualPort100 } from "../../src/virtual.ts";

/** What a program says, and what the manuals and standards have it hear. */
export type Line = readonly [command: string, answer: string];

/** Something that runs a command. */
export interface Speaker {
  execute(command: Uint8Array): Promise<Uint8Array | undefined>;
}

export function bytesOf(hex: string): Uint8Array {
  return fromHex(hex.replaceAll(" ", ""));
}

/** Bytes as digits, to be put into a line. */
export function hex(bytes: Uint8Array | readonly number[]): string {
  return toHex(Uint8Array.from(bytes));
}

/** Says the lines, and compares each answer. */
export async function converse(speaker: Speaker, lines: readonly Line[]): Promise<void> {
  for (const [command, answer] of lines) {
    const said = await speaker.execute(bytesOf(command));
    expect([command, said === undefined ? "nothing" : toHex(said)]).toEqual([command, answer.replaceAll(" ", "")]);
  }
}

export function pn53xWith(tags: readonly VirtualTag[], chip: "PN532" | "PN533" = "PN532"): Speaker {
  return createVirtualPn53x(createVirtualField({ tags }), { chip });
}

export function port100With(tags: readonly VirtualTag[]): Speaker {
  return createVirtualPort100(createVirtualField({ tags }));
}
