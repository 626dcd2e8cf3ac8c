import { type ConformanceProfile, toHex, type TraceEvent } from "@cardwire/core";
import { createVirtualReader, taps } from "cardwire";
import { actionsFor } from "../actions.ts";
import type { Sample } from "../samples.ts";

/** One rung: layer, direction and bytes. */
export type Rung = readonly [TraceEvent["layer"], "down" | "up", string];

/** What was done, and what went through the layers. */
export interface Ladder {
  readonly title: string;
  readonly rungs: readonly Rung[];
}

/** Does everything with a sample that the page offers, on the packages alone, and gives what their trace says. */
export async function laddersInNode(sample: Sample, profile: ConformanceProfile): Promise<readonly Ladder[]> {
  let events: TraceEvent[] = [];
  await using reader = createVirtualReader({ profile, tags: [sample.make()], trace: (event) => events.push(event) });
  const ladders: Ladder[] = [];
  for await (const tap of taps({ context: reader.context })) {
    ladders.push({ title: "The tag arrives", rungs: events.map(rungOf) });
    for (const action of actionsFor(tap.card)) {
      events = [];
      const values = Object.fromEntries(action.fields.map(({ id, value }) => [id, value]));
      // a refusal is a ladder too
      await action.run(tap, values).catch(() => undefined);
      ladders.push({ title: action.label, rungs: withinCommands(events).map(rungOf) });
    }
    break;
  }
  return ladders;
}

/** Without the reader's own question whether the tag is there, which comes every 200 ms. */
function withinCommands(events: readonly TraceEvent[]): TraceEvent[] {
  let isOpen = false;
  return events.filter((event) => {
    if (event.layer === "apdu") isOpen = event.direction === "down";
    return event.layer !== "rf" || isOpen;
  });
}

function rungOf(event: TraceEvent): Rung {
  return [event.layer, event.direction, toHex(bytesOf(event), " ")];
}

function bytesOf(event: TraceEvent): Uint8Array {
  if (event.layer === "apdu") return event.bytes;
  if (event.layer === "ioctl") return event.direction === "down" ? event.input : event.output;
  if (event.direction === "up") return event.reply.kind === "frame" ? event.reply.data : new Uint8Array(0);
  const { request } = event;
  if (request.kind === "frame") return request.data;
  if (request.kind === "apdu") return request.command;
  return request.kind === "mifare-authenticate" ? request.key : new Uint8Array(0);
}
