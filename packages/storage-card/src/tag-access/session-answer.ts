import { parseSessionResponse } from "@cardwire/apdu/pcsc";
import { FormatError } from "@cardwire/core";
import { SessionTag } from "../session/data-objects.ts";

/** What a reader answered to a command of the transparent session. */
export interface SessionAnswer {
  /** The status word of the error object. */
  readonly statusWord: number;
  /** What the tag sent. */
  readonly data: Uint8Array | undefined;
  readonly lastBits: number;
  /** Windows' driver puts the error object last, and its lengths are one plain byte. */
  readonly isWindows: boolean;
}

const ERROR_BYTES = 3;

function parseWindowsAnswer(data: Uint8Array): SessionAnswer {
  let response: Uint8Array | undefined;
  for (let at = 0; at + 2 <= data.length;) {
    const start = at + 2;
    const end = start + (data[at + 1] ?? 0);
    if (end > data.length) break;
    if (data[at] === SessionTag.ERROR && end - start === ERROR_BYTES && end === data.length)
      return {
        statusWord: ((data[start + 1] ?? 0) << 8) | (data[start + 2] ?? 0),
        data: response,
        lastBits: 8,
        isWindows: true,
      };
    if (data[at] === SessionTag.RESPONSE) response = data.slice(start, end);
    at = end;
  }
  throw new FormatError("INVALID_VALUE", "no error object at the end of the answer", { field: "C0" });
}

/** Reads an answer in either form. @throws FormatError for one without an error object, or with broken lengths. */
export function parseSessionAnswer(data: Uint8Array): SessionAnswer {
  if (data[0] !== SessionTag.ERROR) return parseWindowsAnswer(data);
  const { sw, data: response, lastByteBits } = parseSessionResponse(data);
  return { statusWord: sw, data: response, lastBits: lastByteBits, isWindows: false };
}
