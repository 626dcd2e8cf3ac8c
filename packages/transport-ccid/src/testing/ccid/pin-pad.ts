import { concatBytes } from "@cardwire/core";

/** What a reader's pad asks its user for. */
export interface PinPrompt {
  readonly slot: number;
  readonly operation: "verify" | "modify";
  /** Which PIN: "current" for a verification; a modification may ask for all three. */
  readonly entry: "current" | "new" | "confirmation";
  readonly minDigits: number;
  readonly maxDigits: number;
  /** bTimeOut in seconds; 0 leaves it to the reader. */
  readonly timeoutSeconds: number;
}

/** The hands at a reader's pad. */
export interface PinPad {
  /** The digits that are typed; "cancel" for the red key, "timeout" for nobody. */
  enter(prompt: PinPrompt): string | Promise<string>;
}

/** What came of a PC_to_RDR_Secure: a command for the card, or the bError that it fails with. */
export type SecureOutcome = { readonly command: Uint8Array } | { readonly error: number };

const PIN_CANCELLED = 0xef;
const PIN_TIMEOUT = 0xf0;
const WRONG_OPERATION = 10;
const CLA_TO_LC = 5;
const TEO_PROLOGUE_LENGTH = 3;

/** Where a PIN goes in the data of a command, and as what. */
interface PinFormat {
  readonly bmFormatString: number;
  readonly bmPinBlockString: number;
  readonly bmPinLengthFormat: number;
}

/**
 * Asks for PINs and puts them in the command: a PIN verification or modification data structure (CCID 1.1, sections
 * 6.1.11 and 6.1.12), bPINOperation first.
 */
export async function performSecure(structure: Uint8Array, slot: number, pad: PinPad): Promise<SecureOutcome> {
  const operation = structure[0];
  if (operation !== 0 && operation !== 1) return { error: WRONG_OPERATION };
  const modify = operation === 1;
  const format: PinFormat = {
    bmFormatString: structure[2] ?? 0,
    bmPinBlockString: structure[3] ?? 0,
    bmPinLengthFormat: structure[4] ?? 0,
  };
  const limits = modify ? 7 : 5;
  const confirm = modify ? (structure[9] ?? 0) : 2;
  const messages = structure[modify ? 11 : 8] ?? 0;
  // wPINMaxExtraDigit is a word: the maximum below, the minimum above
  const maxDigits = structure[limits] ?? 0;
  const minDigits = structure[limits + 1] ?? 0;
  // of the three message numbers of a modification, the later two are there when there are messages for them
  const indices = modify ? 1 + (messages === 0 ? 0 : 1) + (messages === 3 ? 1 : 0) : 1;
  const template = structure.subarray((modify ? 14 : 11) + indices + TEO_PROLOGUE_LENGTH);
  const prompt = { slot, operation: modify ? "modify" : "verify", minDigits, maxDigits } as const;
  const timeoutSeconds = structure[1] ?? 0;
  const pins: string[] = [];
  const entries = [
    ...((confirm & 2) === 0 ? [] : (["current"] as const)),
    ...(modify ? (["new"] as const) : []),
    ...(modify && (confirm & 1) !== 0 ? (["confirmation"] as const) : []),
  ];
  for (const entry of entries) {
    const typed = await pad.enter({ ...prompt, entry, timeoutSeconds });
    if (typed === "cancel") return { error: PIN_CANCELLED };
    if (typed === "timeout") return { error: PIN_TIMEOUT };
    if (typed.length < minDigits || typed.length > maxDigits) return { error: PIN_CANCELLED };
    if (entry !== "confirmation") pins.push(typed);
    else if (typed !== pins.at(-1)) return { error: PIN_CANCELLED };
  }
  const offsets = modify ? [...((confirm & 2) === 0 ? [] : [structure[5] ?? 0]), structure[6] ?? 0] : [0];
  let command = Uint8Array.from(template);
  pins.forEach((pin, index) => {
    command = insertPin(command, pin, format, offsets[index] ?? 0);
  });
  return { command };
}

/** The command with one PIN in its data, Lc grown where the template is too short for it. */
function insertPin(template: Uint8Array, pin: string, format: PinFormat, offset: number): Uint8Array<ArrayBuffer> {
  const bitsPerDigit = (format.bmFormatString & 3) === 1 ? 4 : 8;
  const base = (format.bmFormatString & 3) === 2 ? 0x30 : 0;
  const blockLength = format.bmPinBlockString & 0x0f || Math.ceil((pin.length * bitsPerDigit) / 8);
  const unit = (format.bmFormatString & 0x80) === 0 ? 1 : 8;
  const position = offset * 8 + ((format.bmFormatString >> 3) & 0x0f) * unit;
  const needed = Math.ceil(position / 8) + blockLength;
  const data = template.subarray(CLA_TO_LC);
  const body = new Uint8Array(Math.max(data.length, needed)).fill(0xff);
  body.set(data);
  const free = blockLength * 8 - pin.length * bitsPerDigit;
  let bit = position + ((format.bmFormatString & 4) === 0 ? 0 : Math.max(free, 0));
  for (const digit of pin) {
    writeBits(body, bit, bitsPerDigit, base + Number(digit));
    bit += bitsPerDigit;
  }
  const lengthBits = format.bmPinBlockString >> 4;
  const lengthUnit = (format.bmPinLengthFormat & 0x10) === 0 ? 1 : 8;
  if (lengthBits > 0)
    writeBits(body, offset * 8 + (format.bmPinLengthFormat & 0x0f) * lengthUnit, lengthBits, pin.length);
  return concatBytes(template.subarray(0, 4), Uint8Array.of(body.length), body);
}

/** Writes the low `count` bits of a value, the most significant first. */
function writeBits(bytes: Uint8Array, position: number, count: number, value: number): void {
  for (let index = 0; index < count; index++) {
    const bit = position + index;
    const mask = 0x80 >> (bit & 7);
    const at = bit >> 3;
    if (at >= bytes.length) return;
    const set = ((value >> (count - 1 - index)) & 1) === 1;
    bytes[at] = set ? (bytes[at] ?? 0) | mask : (bytes[at] ?? 0) & ~mask;
  }
}
