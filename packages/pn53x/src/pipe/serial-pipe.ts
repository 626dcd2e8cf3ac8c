import { type Clock, delay, systemClock } from "@cardwire/core";
import { SAMConfiguration, type SerialBaudRate, SetSerialBaudRate } from "../command/general.ts";
import type { Pn53xCommand } from "../command/command.ts";
import { FRAME_IDENTIFIER } from "../frame/frame.ts";
import { isPn53xError } from "../pn53x-error.ts";
import type { ByteLink } from "./byte-link.ts";
import { createFramePipe, type FramePipe, type FramePipeOptions } from "./frame-pipe.ts";
import type { Pn53xPipe } from "./pipe.ts";
import { called, createSerialLink, type SerialPortLike } from "./serial-link.ts";

/** How a PN532 is spoken to on a serial port. */
export interface SerialPipeOptions extends FramePipeOptions {
  /** The rate to change to once the chip has answered; the port is opened with 115200, the chip's own, and stays so unless given. */
  readonly baudRate?: SerialBaudRate;
}

/** The rate with which the chip starts. */
const START_BAUD_RATE = 115_200;

/** How often waking is tried: a chip that sleeps may lose the first frame. */
const ATTEMPTS = 3;

const WAKE_TIMEOUT_MS = 300;

/** After the rate has changed, before the next command. */
const RATE_PAUSE_MS = 2;

/**
 * What wakes the chip's serial interface: two bytes 55, and idle bytes for as long as its oscillator takes to start
 * (UM0701-02 section 7.2.11).
 */
export function wakeUpBytes(): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(0x55, 0x55, ...new Uint8Array(14));
}

function send<Request>(
  pipe: Pn53xPipe,
  command: Pn53xCommand<Request, unknown>,
  request: Request,
): Promise<Uint8Array> {
  const bytes = Uint8Array.of(FRAME_IDENTIFIER.COMMAND, command.code, ...command.encodeRequest(request));
  return pipe.exchange(bytes, { timeoutMs: WAKE_TIMEOUT_MS });
}

async function wake(link: ByteLink, pipe: FramePipe): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await link.write(wakeUpBytes());
    try {
      // it does nothing else before it has been told that there is no SAM
      await send(pipe, SAMConfiguration, { mode: 1, timeout: 0x14, irq: true });
      return;
    } catch (error) {
      if (attempt === ATTEMPTS || isPn53xError(error, "CLOSED")) throw error;
    }
  }
}

async function changeRate(
  port: SerialPortLike,
  pipe: FramePipe,
  clock: Clock,
  baudRate: SerialBaudRate,
): Promise<void> {
  await send(pipe, SetSerialBaudRate, { baudRate });
  // the host's ACK is the moment from which on the new rate holds; cancel() sends one, and waits
  await pipe.cancel();
  await called((callback) => (port.update === undefined ? callback() : port.update({ baudRate }, callback)));
  await delay(clock, RATE_PAUSE_MS);
}

/**
 * Wakes a PN532 on a serial port (HSU) and gives the pipe to it. The port is open, with 115200 baud, 8 data bits, no
 * parity; the pipe closes it.
 *
 * @throws Pn53xError NO_ANSWER when nothing there answers as a PN532 does. The port has been closed then.
 */
export async function openSerialPipe(port: SerialPortLike, options: SerialPipeOptions = {}): Promise<Pn53xPipe> {
  const { baudRate = START_BAUD_RATE, clock = systemClock, name = "serial port" } = options;
  const link = createSerialLink(port);
  const pipe = createFramePipe(link, { ...options, name });
  try {
    await wake(link, pipe);
    if (baudRate !== START_BAUD_RATE) await changeRate(port, pipe, clock, baudRate);
  } catch (error) {
    await pipe.close();
    throw error;
  }
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    if (baudRate !== START_BAUD_RATE)
      // or nobody finds it again; a chip that is gone does not matter here
      await changeRate(port, pipe, clock, START_BAUD_RATE).catch(() => undefined);
    await pipe.close();
  };
  return {
    name,
    maxCommandBytes: pipe.maxCommandBytes,
    maxAnswerBytes: pipe.maxAnswerBytes,
    exchange: (command, exchangeOptions) => pipe.exchange(command, exchangeOptions),
    close: () => (closing ??= close()),
  };
}
