import { fromHex, type RfFrontEnd, type RfReply, type RfRequest, toHex, type VirtualTag } from "@cardwire/core";
import { createVirtualField, type VirtualField } from "@cardwire/virtual";
import { createPn53xFrontEnd, openPn53x, Pn53xError, type Pn53xFrontEndOptions, type Pn53xPipe } from "../src/index.ts";
import { createVirtualPn53x } from "../src/virtual.ts";

export const NEVER: AbortSignal = new AbortController().signal;
export const FIRMWARE: Uint8Array = fromHex("D50332010607");

/** A pipe that hands commands to a function, and keeps them. */
export function pipeTo(
  execute: (command: Uint8Array) => Promise<Uint8Array | undefined> | Uint8Array | undefined,
  more: Partial<Pn53xPipe> = {},
): Pn53xPipe & { readonly commands: string[] } {
  const commands: string[] = [];
  return {
    name: "test",
    maxCommandBytes: 265,
    maxAnswerBytes: 265,
    commands,
    async exchange(command) {
      commands.push(toHex(command));
      const answer = await execute(command);
      if (answer === undefined) throw new Pn53xError("CHIP_SILENT", "nothing");
      return answer;
    },
    close: () => Promise.resolve(),
    ...more,
  };
}

/** A front end over a virtual chip, and the commands that it sends. */
export interface Bench {
  readonly frontEnd: RfFrontEnd;
  readonly field: VirtualField;
  readonly commands: string[];
  readonly send: (frame: string, more?: Partial<RfRequest & { kind: "frame" }>) => Promise<RfReply>;
}

export async function bench(tags: readonly VirtualTag[], options: Pn53xFrontEndOptions = {}): Promise<Bench> {
  const field = createVirtualField({ tags });
  const chip = createVirtualPn53x(field);
  const pipe = pipeTo((command) => chip.execute(command));
  const frontEnd = createPn53xFrontEnd(await openPn53x(pipe), { resetMs: 0, ...options });
  pipe.commands.length = 0;
  return {
    frontEnd,
    field,
    commands: pipe.commands,
    send: async (frame, more = {}) =>
      frontEnd.exchange({ kind: "frame", data: fromHex(frame), timeoutUs: 5000, ...more }),
  };
}

export const frame = (hex: string, lastBits = 8): RfReply => ({ kind: "frame", data: fromHex(hex), lastBits });
export const failure = (reason: string): unknown => ({ kind: "failure", reason });
