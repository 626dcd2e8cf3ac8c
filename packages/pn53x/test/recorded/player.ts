import { fromHex, toHex } from "@cardwire/core";
import { createVirtualField } from "@cardwire/virtual";
import { type FrameEvent, type FrameForm, FrameReader, PN53X_FRAMES, PORT100_FRAMES } from "../../src/index.ts";
import {
  createVirtualAcr122u,
  createVirtualLink,
  createVirtualPn53x,
  createVirtualPort100,
  createVirtualSerialPort,
  type VirtualFrameChip,
} from "../../src/virtual.ts";
import type { RecordedExchange, Recording } from "./recording.ts";

/** A chip that takes bytes, and says bytes. */
export interface Playable {
  readonly form: FrameForm;
  write(bytes: Uint8Array): void;
  /** What has been said since the last call. */
  take(): Uint8Array;
}

/** As many turns as a virtual chip takes over any of these commands, and some more. */
const MOST_TURNS = 30;
const TURNS_AFTER = 3;

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Waits until a chip has said so many frames, or says nothing. */
export async function framesOf(chip: Playable, count: number): Promise<FrameEvent[]> {
  const reader = new FrameReader(chip.form);
  const events: FrameEvent[] = [];
  for (let turns = 0, after = 0; turns < MOST_TURNS && after < TURNS_AFTER; turns++) {
    await turn();
    events.push(...reader.push(chip.take()));
    if (events.length >= count) after++;
  }
  return events;
}

function collector(form: FrameForm): {
  readonly said: (bytes: Uint8Array) => void;
  readonly take: () => Uint8Array;
  readonly form: FrameForm;
} {
  let bytes: number[] = [];
  return {
    form,
    said: (more) => void bytes.push(...more),
    take() {
      const all = Uint8Array.from(bytes);
      bytes = [];
      return all;
    },
  };
}

/** Something with a virtual chip in it, for a log of frames. */
export async function playable(recording: Recording): Promise<Playable> {
  const field = createVirtualField({ tags: recording.card === undefined ? [] : [recording.card()] });
  const isPort100 = recording.chip === "Port-100";
  const chip: VirtualFrameChip = isPort100
    ? createVirtualPort100(field)
    : createVirtualPn53x(field, { chip: recording.chip === "PN533" ? "PN533" : "PN532" });
  for (const command of recording.before ?? []) await chip.execute(fromHex(command.replaceAll(" ", "")));
  const { said, take, form } = collector(isPort100 ? PORT100_FRAMES : PN53X_FRAMES);
  // a log that begins with what wakes a serial port is of one
  if (!/^\s*>\s*(55|(00\s?){8})/.test(recording.log)) {
    const link = createVirtualLink(chip);
    link.listen(said, () => undefined);
    return { form, take, write: (bytes) => void link.write(bytes) };
  }
  const port = createVirtualSerialPort(createVirtualPn53x(field));
  port.on("data", said);
  return { form, take, write: (bytes) => void port.write(bytes, () => undefined) };
}

/** An event as a line: what is compared. */
export function lineOf(event: FrameEvent): string {
  return event.kind === "information" ? toHex(event.data) : event.kind;
}

/** What of a message cannot depend on the card: its length, its code, and the status of what the chip judges. */
export function shapeOf(line: string): string {
  const hasStatus = /^D5(41|4B)/.test(line);
  return `${line.slice(0, hasStatus ? 6 : 4)} and ${line.length / 2} bytes`;
}

/** Plays a log of pseudo-APDUs: what the reader answers to each. */
export async function playAcr122u(
  recording: Recording,
  exchanges: readonly RecordedExchange[],
): Promise<readonly string[]> {
  const reader = createVirtualAcr122u(
    createVirtualField({ tags: recording.card === undefined ? [] : [recording.card()] }),
  );
  for (const command of recording.before ?? []) await reader.chip.execute(fromHex(command.replaceAll(" ", "")));
  const answers: string[] = [];
  for (const { host, likeness } of exchanges)
    answers.push(likeness === "unplayed" ? "" : toHex(await reader.escape(host)));
  return answers;
}
