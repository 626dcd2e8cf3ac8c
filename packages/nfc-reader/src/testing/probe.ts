import { equalBytes, fromHex, type IoctlDevice, toHex } from "@cardwire/core";
import {
  type AttributeName,
  encodeGetAttributeInput,
  encodeTransmitInput,
  IOCTL_SMARTCARD,
  type IoctlName,
  ntStatusName,
  type NtStatusName,
  parseReaderState,
  parseTransmitOutput,
  SCARD_ATTR,
} from "@cardwire/ioctl";
import { ConformanceFailure } from "./conformance-failure.ts";
import type { ConformanceCard, ConformanceCardKind, ConformanceHarness } from "./harness.ts";

const NO_INPUT = new Uint8Array(0);
const LARGEST_RESPONSE = 65_546;

/** What came of an I/O control. */
export interface ProbeResult {
  /** The status's name, or its digits when it has none. */
  readonly status: string;
  readonly output: Uint8Array;
}

/** A request that has been sent and not yet answered. */
export interface PendingProbe {
  /** Waits for the answer, as long as the harness allows. */
  readonly result: () => Promise<ProbeResult>;
  readonly cancel: () => void;
  /** Fails when the request has been answered. */
  readonly isPending: () => Promise<void>;
}

/** A case's hands on the reader: requests by their names, and what is expected of them. */
export class Probe {
  readonly harness: ConformanceHarness;
  readonly #device: IoctlDevice;

  constructor(harness: ConformanceHarness, device: IoctlDevice) {
    this.harness = harness;
    this.#device = device;
  }

  /** What the profile under test expects. */
  expected<Value>(values: { readonly documented: Value; readonly nfccx: Value }): Value {
    return values[this.harness.profile];
  }

  get #limitMs(): number {
    return this.harness.limitMs ?? 1000;
  }

  /** Sends a request and leaves it. */
  begin(name: IoctlName, input: Uint8Array = NO_INPUT, outputLength = 0): PendingProbe {
    const controller = new AbortController();
    let answered: string | undefined;
    const result = this.#device
      .deviceIoControl(IOCTL_SMARTCARD[name], input, outputLength, { signal: controller.signal })
      .then(({ status, information, output }) => {
        answered = ntStatusName(status) ?? status.toString(16);
        if (information !== output.length)
          throw new ConformanceFailure(`${name}: Information ${information} for ${output.length} bytes of output`);
        if (information > outputLength)
          throw new ConformanceFailure(`${name}: ${information} bytes for a buffer of ${outputLength}`);
        return { status: answered, output };
      });
    // its outcome is looked at by whoever asks for it
    result.catch(() => undefined);
    return {
      result: () => within(result, this.#limitMs, name),
      cancel: () => controller.abort(),
      isPending: async () => {
        await pause(0);
        if (answered !== undefined) throw new ConformanceFailure(`${name} did not stay pending: ${answered}`);
      },
    };
  }

  send(name: IoctlName, input: Uint8Array = NO_INPUT, outputLength = 0): Promise<ProbeResult> {
    return this.begin(name, input, outputLength).result();
  }

  /** Sends a request that must end so. Gives its output. */
  async expect(
    status: NtStatusName,
    name: IoctlName,
    input: Uint8Array = NO_INPUT,
    outputLength = 0,
  ): Promise<Uint8Array> {
    const result = await this.send(name, input, outputLength);
    same(result.status, status, name);
    return result.output;
  }

  async state(): Promise<number> {
    return parseReaderState(await this.expect("SUCCESS", "GET_STATE", NO_INPUT, 4));
  }

  attribute(name: AttributeName, outputLength = 64): Promise<ProbeResult> {
    return this.send("GET_ATTRIBUTE", encodeGetAttributeInput(SCARD_ATTR[name]), outputLength);
  }

  /** Sends a command APDU, and gives response and status word in hexadecimal; or the status's name. */
  async transmit(command: string): Promise<string> {
    const { status, output } = await this.send("TRANSMIT", encodeTransmitInput(fromHex(command)), LARGEST_RESPONSE);
    return status === "SUCCESS" ? toHex(parseTransmitOutput(output).response) : status;
  }

  /** Lays a card on the reader and waits until IS_PRESENT has seen it. */
  async insert(kind: ConformanceCardKind): Promise<ConformanceCard> {
    const card = this.harness.cards[kind];
    if (card === undefined) throw new ConformanceFailure(`no ${kind} at hand`);
    const present = this.begin("IS_PRESENT");
    await this.harness.insert(kind);
    same((await present.result()).status, "SUCCESS", "IS_PRESENT");
    return card;
  }

  /** Any card that is at hand. */
  insertAny(): Promise<ConformanceCard> {
    const [kind] = Object.keys(this.harness.cards) as ConformanceCardKind[];
    if (kind === undefined) throw new ConformanceFailure("no card at hand");
    return this.insert(kind);
  }
}

/** Fails unless two values are the same; bytes by their content. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const equal =
    actual instanceof Uint8Array && expected instanceof Uint8Array
      ? equalBytes(actual, expected)
      : Object.is(actual, expected);
  if (!equal) throw new ConformanceFailure(`${what}: ${text(actual)} where ${text(expected)} is expected`);
}

function text(value: unknown): string {
  return value instanceof Uint8Array ? toHex(value) : String(value);
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}

function within<Value>(promise: Promise<Value>, limitMs: number, what: string): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new ConformanceFailure(`${what}: no answer within ${limitMs} ms`));
    }, limitMs);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
