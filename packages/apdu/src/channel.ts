import {
  CardwireError,
  type CardwireErrorOptions,
  concatBytes,
  copyBytes,
  type Fault,
  isCardwireError,
  UsageError,
} from "@cardwire/core";
import { type CommandApduFields, encodeCommandApdu, parseCommandApdu } from "./command-apdu.ts";
import { parseResponseApdu, type ResponseApdu } from "./response-apdu.ts";

/** What a channel hands to its `transmit`, and takes itself. */
export interface ApduTransmitOptions {
  /** Aborting rejects with the signal's reason. What the card was sent, it was sent: a chain may stay unfinished. */
  readonly signal?: AbortSignal;
}

/** Sends one command APDU and gives the response APDU: the `transmit` of a connection, or anything like it. */
export type ApduTransmit = (command: Uint8Array, options: ApduTransmitOptions) => Promise<Uint8Array>;

/** Which of the protocol's detours a channel makes. Each is its own switch. */
export interface ApduChannelOptions {
  /** Answer SW 61XX with GET RESPONSE until all is there (ISO/IEC 7816-4 section 5.3.4). On when absent. */
  readonly getResponse?: boolean;
  /** Answer SW 6CXX with the same command and the Le that it names, once, if the command has an Le. On when absent. */
  readonly correctLe?: boolean;
  /**
   * Send a data field of more than 255 bytes as a chain of commands (ISO/IEC 7816-4 section 5.3.3), unless the command is
   * given as fields that say `extended: true`. The last one has a short Le; what exceeds it is left to GET RESPONSE. Off
   * when absent.
   */
  readonly commandChaining?: boolean;
  /**
   * Send commands as T=0 can carry them (ISO/IEC 7816-3 section 12.2): in short form, case 4 without its Le, whose
   * answer is fetched with GET RESPONSE. `"on-61"` fetches after SW 61XX (EMV book 1 section 9.3.1.1 has 9000 end the
   * command); `"always"` after 9000 too, as ISO/IEC 7816-3 writes it. Off when absent. No ENVELOPE: a data field over
   * 255 bytes needs `commandChaining`.
   */
  readonly t0Case4?: "on-61" | "always";
  /** CLA of GET RESPONSE. When absent that of the command, without secure messaging and chaining where CLA codes them. */
  readonly getResponseCla?: number;
  /** Largest answer that is collected, in bytes without SW. 65,536 when absent. */
  readonly maxResponseLength?: number;
}

/** Sends commands with the detours that its options name. */
export interface ApduChannel {
  /**
   * Sends a command and collects its answer. Calls are queued: the detours of one are never crossed by the next.
   *
   * @throws FormatError when the command is not one, or cannot be said; {@link ApduChannelError} when the answer breaks
   *   the rules; and whatever `transmit` rejects with.
   */
  transmit(command: Uint8Array | CommandApduFields, options?: ApduTransmitOptions): Promise<ResponseApdu>;
}

/** The reasons for which an answer is given up. */
export type ApduChannelErrorCode = "MALFORMED_RESPONSE" | "RESPONSE_TOO_LONG" | "NO_PROGRESS";

/** The other end does not answer as ISO/IEC 7816-4 has it, or answers more than was allowed. */
export class ApduChannelError extends CardwireError {
  override readonly name = "ApduChannelError";
  readonly code: ApduChannelErrorCode;
  readonly fault: Fault = "card";

  constructor(code: ApduChannelErrorCode, message: string, options?: CardwireErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** True for an {@link ApduChannelError} of any copy of this package. */
export function isApduChannelError(value: unknown): value is ApduChannelError {
  return isCardwireError(value) && value.name === "ApduChannelError";
}

/** A channel over anything that transmits APDUs. */
export function createApduChannel(transmit: ApduTransmit, options: ApduChannelOptions = {}): ApduChannel {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    async transmit(command, { signal } = {}) {
      const turn = tail;
      let release: (() => void) | undefined;
      tail = new Promise<void>((resolve) => {
        release = resolve;
      });
      try {
        const fields = fieldsOf(command, options);
        await (signal === undefined ? turn : untilAborted(turn, signal));
        return await run(fields, transmit, options, signal);
      } finally {
        // one that gives up waiting hands the turn on only when it would have had it
        void turn.then(release);
      }
    },
  };
}

/**
 * The command as it is now: its bytes are copied, for the caller may write them again while it waits. Bytes with more than
 * 255 bytes of data are extended because they must be, not because the caller wants it so.
 */
function fieldsOf(command: Uint8Array | CommandApduFields, options: ApduChannelOptions): CommandApduFields {
  if (!(command instanceof Uint8Array))
    return command.data === undefined ? command : { ...command, data: copyBytes(command.data) };
  const { extended, ...fields } = parseCommandApdu(copyBytes(command));
  return options.commandChaining === true && fields.data.length > 255 ? fields : { ...fields, extended };
}

function untilAborted(turn: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the caller's own reason
      reject(signal.reason);
    };
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener("abort", abort, { once: true });
    void turn.then(() => {
      signal.removeEventListener("abort", abort);
      resolve(undefined);
    });
  });
}

/** CLA of GET RESPONSE: the same logical channel; a proprietary class as it is, for nobody else knows its bits. */
function plainClass(cla: number): number {
  return cla >= 0x80 ? cla : cla & (cla & 0x40 ? 0x4f : 0x03);
}

async function run(
  command: CommandApduFields,
  transmit: ApduTransmit,
  options: ApduChannelOptions,
  signal: AbortSignal | undefined,
): Promise<ResponseApdu> {
  const {
    getResponse = true,
    correctLe = true,
    commandChaining = false,
    t0Case4,
    maxResponseLength = 65_536,
  } = options;

  const send = async (fields: CommandApduFields): Promise<ResponseApdu> => {
    signal?.throwIfAborted();
    const bytes = await transmit(encodeCommandApdu(fields), signal === undefined ? {} : { signal });
    try {
      return parseResponseApdu(bytes);
    } catch (cause) {
      throw new ApduChannelError("MALFORMED_RESPONSE", `the response has ${bytes.length} bytes`, { cause });
    }
  };
  const exchange = async (fields: CommandApduFields): Promise<ResponseApdu> => {
    const response = await send(fields);
    if (!correctLe || response.sw >>> 8 !== 0x6c || !fields.ne) return response;
    return send({ ...fields, ne: response.sw & 0xff || 256 });
  };

  const ne = command.ne ?? 0;
  let last = command;
  let data = command.data;
  if (commandChaining && data !== undefined && data.length > 255 && command.extended !== true) {
    const { cla, ins, p1, p2 } = command;
    if (cla & 0x10) throw new UsageError("the class byte leaves no bit for command chaining");
    for (; data.length > 255; data = data.subarray(255)) {
      const response = await exchange({ cla: cla | 0x10, ins, p1, p2, data: data.subarray(0, 255) });
      if (response.sw !== 0x9000) return response;
    }
    last = { cla, ins, p1, p2, data, ne: Math.min(ne, 256), extended: false };
  }
  const mapped = t0Case4 !== undefined && ne > 0 && data !== undefined && data.length > 0;
  if (t0Case4 !== undefined) {
    const { cla, ins, p1, p2 } = last;
    last = { cla, ins, p1, p2, data: data ?? new Uint8Array(0), ne: mapped ? 0 : Math.min(ne, 256), extended: false };
  }

  let response = await exchange(last);
  const cla = options.getResponseCla ?? plainClass(command.cla);
  const parts = [response.data];
  let length = response.data.length;
  let ask = mapped && t0Case4 === "always" && response.sw === 0x9000 && length === 0;
  for (;;) {
    if (length > maxResponseLength)
      throw new ApduChannelError("RESPONSE_TOO_LONG", `more than ${maxResponseLength} bytes of answer`);
    if (!ask && (response.sw >>> 8 !== 0x61 || !(getResponse || mapped))) break;
    let available = ask ? Math.min(ne, 256) : response.sw & 0xff || 256;
    // T=0 hands over no more than Ne; what is left over stays announced in the status word
    if (t0Case4 !== undefined && ne > 0) available = Math.min(available, ne - length);
    if (available <= 0) break;
    ask = false;
    response = await exchange({ cla, ins: 0xc0, p1: 0, p2: 0, ne: available });
    if (response.data.length === 0 && response.sw >>> 8 === 0x61)
      throw new ApduChannelError("NO_PROGRESS", "GET RESPONSE brings nothing and announces more");
    parts.push(response.data);
    length += response.data.length;
  }
  return parts.length === 1 ? response : { data: concatBytes(...parts), sw: response.sw };
}
