import { explainCommand, describeCommand } from "@cardwire/apdu/log";
import type { RfReply, RfRequest } from "@cardwire/core";
import type { FrameWords, LadderLine, LadderRung } from "./ladder-rung.ts";

type RungWords = Pick<LadderRung, "title" | "note" | "ok" | "lines">;

/** What goes to the tag. */
export function explainRfDown(request: RfRequest, words: FrameWords | undefined): RungWords {
  switch (request.kind) {
    case "frame": {
      const { title, lines } = words?.request(request.data) ?? { title: "", lines: plain(request.data) };
      const bits = request.lastBits ?? 8;
      return { title: title === "" ? "frame" : title, note: bits === 8 ? "" : `${bits} bits of the last byte`, lines };
    }
    case "receive":
      return { title: "listen", note: "", lines: [] };
    case "mifare-authenticate":
      return {
        title: `authenticate block ${request.block} with key ${request.keyType.toUpperCase()}`,
        note: "three passes, done by the reader's chip",
        lines: [{ offset: 0, bytes: request.key, field: "key", meaning: "never sent over the air as it is" }],
      };
    case "reselect":
      return { title: "select the tag again", note: "", lines: [] };
    case "field":
      return { title: request.on ? "field on" : "field off", note: "", lines: [] };
    case "apdu":
      return { title: "APDU", note: describeCommand(request.command), lines: explainCommand(request.command) };
  }
}

/** What comes from the tag; `request` is what was answered. */
export function explainRfUp(reply: RfReply, request: RfRequest | undefined, words: FrameWords | undefined): RungWords {
  switch (reply.kind) {
    case "frame":
      return frameUp(reply.data, reply.lastBits, request, words);
    case "done":
      return { title: "done", note: "", ok: true, lines: [] };
    case "failure":
      return { title: reply.reason, note: FAILURES[reply.reason], ok: false, lines: [] };
  }
}

const FAILURES: Readonly<Record<Extract<RfReply, { kind: "failure" }>["reason"], string>> = {
  timeout: "the tag did not answer in time",
  crc: "the answer's CRC is wrong",
  parity: "the answer's parity is wrong",
  framing: "the answer is no whole frame",
  collision: "two tags answered at once",
  authentication: "the tag did not take the key",
  "link-lost": "the tag is gone",
  overflow: "the answer is longer than the front end takes",
  unsupported: "the front end cannot do this",
};

function frameUp(
  data: Uint8Array,
  lastBits: number,
  request: RfRequest | undefined,
  words: FrameWords | undefined,
): RungWords {
  if (lastBits === 4 && data.length === 1) {
    // the 4-bit answers of MIFARE Ultralight and Classic: A is the yes, all others are a no
    const ok = data[0] === 0x0a;
    return {
      title: ok ? "ACK" : "NAK",
      note: "4 bits",
      ok,
      lines: [{ offset: 0, bytes: data, field: ok ? "ACK" : "NAK", meaning: ok ? "yes" : "no" }],
    };
  }
  const { title, lines } = (request?.kind === "frame" ? words?.reply(data, request.data) : undefined) ?? {
    title: "",
    lines: plain(data),
  };
  return {
    title: title === "" ? "answer" : title,
    note: lastBits === 8 ? "" : `${lastBits} bits of the last byte`,
    lines,
  };
}

function plain(bytes: Uint8Array): LadderLine[] {
  return bytes.length === 0 ? [] : [{ bytes, offset: 0, field: "bytes", meaning: "" }];
}
