import { type BytesSource, concatBytes, copyBytes, SerialQueue, toHex, UsageError } from "@cardwire/core";
import { isPn53xError, Pn53xError } from "../pn53x-error.ts";
import type { Pn53xExchangeOptions, Pn53xPipe } from "./pipe.ts";

/**
 * How an APDU reaches the reader's firmware, and what it answers, SW included. Both forms carry the same bytes: a CCID
 * escape command (which needs no card in the field), or an XfrBlock, which is what transmitting to a connected card is.
 */
export type Acr122uExchange = (apdu: Uint8Array<ArrayBuffer>, options: Pn53xExchangeOptions) => Promise<BytesSource>;

/** How the reader is left and left alone. */
export interface Acr122uOptions {
  /** Called when the pipe is closed, after the reader's own polling has been switched on again. */
  readonly close?: () => Promise<void>;
}

/** What the LEDs and the buzzer do (ACR122U API section 6.2). */
export interface Acr122uIndication {
  /** P2: final states, masks, and what blinks. */
  readonly state: number;
  /** Both in units of 100 ms. */
  readonly onUnits?: number;
  readonly offUnits?: number;
  readonly repetitions?: number;
  /** When the buzzer sounds: 0 never, 1 in the first time, 2 in the second, 3 in both. */
  readonly buzzer?: 0 | 1 | 2 | 3;
}

/** A pipe to the PN532 in an ACR122U, and the reader's own switches. */
export interface Acr122uPipe extends Pn53xPipe {
  /** Such as "ACR122U207". */
  readonly firmware: string;
  /** Whether the reader beeps when its own polling finds a card. @throws Pn53xError when it refuses. */
  setBuzzerOnDetection(on: boolean): Promise<void>;
  /** LEDs and buzzer, now. @returns the LEDs: bit 0 red, bit 1 green. @throws Pn53xError when it refuses. */
  indicate(indication: Acr122uIndication): Promise<number>;
}

/** Bit of the PICC operating parameter: the firmware polls by itself (ACR122U API section 6.4). */
const AUTO_POLLING = 0x80;

/** Every kind of card, and polling by the host. */
const POLLING_OFF = 0x7f;

/** Frames of the chip are normal ones, in an Lc of one byte: firmware takes and gives 254 bytes from D4 or D5 on. */
const MAX_BYTES = 254;

/** Units of 5 s (ACR122U API section 6.6): a chip that never answers must not block the reader for ever. */
const FIRMWARE_TIMEOUT = 0x01;

function command(instruction: number, parameter: number, data: Uint8Array | number): Uint8Array<ArrayBuffer> {
  return typeof data === "number"
    ? Uint8Array.of(0xff, 0x00, instruction, parameter, data)
    : concatBytes(Uint8Array.of(0xff, 0x00, instruction, parameter, data.length), data);
}

/**
 * Takes an ACR122U over: reads its firmware's version, and switches off its own polling, which would otherwise talk to
 * the chip between our commands. Closing switches it on again.
 *
 * @throws Pn53xError PROTOCOL when the reader is no ACR122U; what the exchange throws.
 */
export async function openAcr122uPipe(exchange: Acr122uExchange, options: Acr122uOptions = {}): Promise<Acr122uPipe> {
  const reader = new Acr122u(exchange, options);
  await reader.open();
  return reader;
}

class Acr122u implements Acr122uPipe {
  readonly maxCommandBytes = MAX_BYTES;
  readonly maxAnswerBytes = MAX_BYTES;
  firmware = "";
  readonly #exchange: Acr122uExchange;
  readonly #options: Acr122uOptions;
  readonly #queue = new SerialQueue();
  #parameter = AUTO_POLLING | POLLING_OFF;
  #closing: Promise<void> | undefined;

  constructor(exchange: Acr122uExchange, options: Acr122uOptions) {
    this.#exchange = exchange;
    this.#options = options;
  }

  get name(): string {
    return this.firmware;
  }

  async open(): Promise<void> {
    // ten characters and no status word (ACR122U API section 6.3)
    const version = new TextDecoder().decode(await this.#send(command(0x48, 0x00, 0x00)));
    if (!version.startsWith("ACR122")) throw new Pn53xError("PROTOCOL", "the reader is no ACR122U");
    this.firmware = version.replace(/[^ -~]/g, "");
    const parameter = await this.#send(command(0x50, 0x00, 0x00));
    // 90 and the parameter itself; some firmware gives the parameter alone
    if (parameter.length === 1 || parameter[0] === 0x90) this.#parameter = parameter.at(-1) ?? this.#parameter;
    await this.#setPolling(POLLING_OFF);
    // not every firmware has it, and none needs it
    await this.#send(command(0x41, FIRMWARE_TIMEOUT, 0x00));
  }

  async #setPolling(parameter: number): Promise<void> {
    const answer = await this.#send(command(0x51, parameter, 0x00));
    if (answer[0] !== 0x90 && (answer.length !== 1 || answer[0] !== parameter))
      throw refusal("Set PICC Operating Parameter", answer);
  }

  async setBuzzerOnDetection(on: boolean): Promise<void> {
    const answer = await this.#send(command(0x52, on ? 0xff : 0x00, 0x00));
    if (answer[0] !== 0x90) throw refusal("Set Buzzer Output", answer);
  }

  async indicate(indication: Acr122uIndication): Promise<number> {
    const { state, onUnits = 0, offUnits = 0, repetitions = 0, buzzer = 0 } = indication;
    const fields = [state, onUnits, offUnits, repetitions, buzzer];
    if (fields.some((field) => !Number.isInteger(field) || field < 0 || field > 0xff))
      throw new UsageError("LED state, times and repetitions are bytes");
    const answer = await this.#send(command(0x40, state, Uint8Array.from(fields.slice(1))));
    if (answer[0] !== 0x90) throw refusal("LED and buzzer control", answer);
    return answer[1] ?? 0;
  }

  async exchange(bytes: Uint8Array, options: Pn53xExchangeOptions = {}): Promise<Uint8Array> {
    if (bytes.length > MAX_BYTES)
      throw new UsageError(`the reader passes ${MAX_BYTES} bytes to its chip, not ${bytes.length}`);
    return chipAnswer(await this.#send(command(0x00, 0x00, bytes), options));
  }

  #send(apdu: Uint8Array<ArrayBuffer>, options: Pn53xExchangeOptions = {}): Promise<Uint8Array> {
    return this.#queue.run(async () => {
      const answer = copyBytes(await this.#exchange(apdu, options));
      // readers with a SAM slot keep the answer until it is fetched
      if (answer.length !== 2 || answer[0] !== 0x61) return answer;
      return copyBytes(await this.#exchange(Uint8Array.of(0xff, 0xc0, 0x00, 0x00, answer[1] ?? 0), options));
    }, options.signal);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      await this.#setPolling(this.#parameter);
    } catch (error) {
      // the reader may be gone, which is no reason not to be closed
      if (isPn53xError(error, "PROTOCOL")) throw error;
    } finally {
      this.#queue.close(new Pn53xError("CLOSED", `${this.firmware} has been closed`));
      await this.#options.close?.();
    }
  }
}

/** Takes the status word off an answer of the chip. */
function chipAnswer(answer: Uint8Array): Uint8Array {
  const sw1 = answer.at(-2);
  const sw2 = answer.at(-1);
  if (answer.length > 2 && sw1 === 0x90 && sw2 === 0x00) return answer.slice(0, -2);
  // an answer of nothing at all is what a driver makes of "card mute"
  if (answer.length === 0) throw new Pn53xError("CHIP_SILENT", "the reader answers with nothing");
  if (answer.length === 2 && sw1 === 0x63)
    switch (sw2) {
      case 0x00:
      case 0x01:
        throw new Pn53xError("CHIP_SILENT", "the reader's chip has not answered in time [63 0x]");
      case 0x27:
        throw new Pn53xError("PROTOCOL", "the reader's chip answered with a wrong checksum [63 27]");
      case 0x7f:
        throw new Pn53xError("SYNTAX", "the reader's chip does not understand the command [63 7F]");
    }
  throw refusal("direct transmit", answer);
}

function refusal(what: string, answer: Uint8Array): Pn53xError {
  return new Pn53xError("PROTOCOL", `${what} is answered ${answer.length === 0 ? "with nothing" : toHex(answer, " ")}`);
}
