import {
  describeCommand,
  describeResponse,
  explainCommand,
  explainResponse,
  statusWordTables,
} from "@cardwire/apdu/log";
import type { RfRequest, TraceEvent } from "@cardwire/core";
import { explainIoctlDown, explainIoctlUp } from "./explain-ioctl.ts";
import { explainRfDown, explainRfUp } from "./explain-rf.ts";
import type { FrameWords, LadderRung } from "./ladder-rung.ts";

/** How a trace is told. */
export interface ExplainTraceOptions {
  /** What the frames of the tag's family mean; they are bytes without words when absent. */
  readonly frames?: FrameWords | undefined;
}

/**
 * A reader's trace in words, a rung for each event: IOCTL, APDU, RF, and every byte of each. An answer is told by what was
 * asked, so the events are those of one reader, in order, from a point where nothing but a wait for cards was under way.
 */
export function explainTrace(events: readonly TraceEvent[], options: ExplainTraceOptions = {}): LadderRung[] {
  const { frames } = options;
  // a wait for a card goes on while other requests run, so the last request is not always the one that is answered
  const inputs = new Map<number, Uint8Array>();
  let command: Uint8Array | undefined;
  let request: RfRequest | undefined;
  return events.map((event) => {
    const { layer, direction, timeUs } = event;
    const place = { layer, direction, timeUs };
    switch (event.layer) {
      case "ioctl":
        if (event.direction === "up")
          return { ...place, ...explainIoctlUp(event.code, event.status, event.output, inputs.get(event.code)) };
        inputs.set(event.code, event.input);
        return { ...place, ...explainIoctlDown(event.code, event.input, event.outputLength) };
      case "apdu": {
        if (event.direction === "up") return { ...place, ...responseWords(event.bytes, command) };
        command = event.bytes;
        return { ...place, ...commandWords(command) };
      }
      case "rf":
        if (event.direction === "up") return { ...place, ...explainRfUp(event.reply, request, frames) };
        request = event.request;
        return { ...place, ...explainRfDown(request, frames) };
    }
  });
}

function commandWords(command: Uint8Array): Omit<LadderRung, "layer" | "direction" | "timeUs"> {
  const lines = explainCommand(command);
  const title = lines.find(({ field }) => field === "INS")?.meaning;
  if (title === undefined) return { title: "no command", note: describeCommand(command), lines };
  const parameters = lines.filter(({ field, meaning }) => /^P[12]/.test(field) && meaning !== "");
  return { title, note: parameters.map(({ meaning }) => meaning).join(", "), lines };
}

function responseWords(
  bytes: Uint8Array,
  command: Uint8Array | undefined,
): Omit<LadderRung, "layer" | "direction" | "timeUs"> {
  const lines = explainResponse(bytes, command);
  // 9000 and 61XX are what one hopes for (ISO/IEC 7816-4 section 5.6); DESFire's own are 91 00 and 91 AF
  const sw1 = bytes.at(-2);
  const sw2 = bytes.at(-1);
  const ok = sw1 === 0x61 || (sw1 === 0x90 && sw2 === 0x00) || (sw1 === 0x91 && (sw2 === 0x00 || sw2 === 0xaf));
  if (ok) return { title: "answer", note: "OK", ok, lines };
  return {
    title: "answer",
    note: describeResponse(bytes, ...(command === undefined ? [] : statusWordTables(command))),
    ok,
    lines,
  };
}
