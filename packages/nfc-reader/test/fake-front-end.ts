import type { NfcATarget, RfFrontEnd, RfReply, RfRequest, RfTarget } from "@cardwire/core";

type Targets = readonly [RfTarget, ...RfTarget[]];

export const ULTRALIGHT: NfcATarget = {
  technology: "nfc-a",
  uid: Uint8Array.of(0x04, 0xd1, 0x49, 0xd2, 0x9c, 0x39, 0x80),
  atqa: Uint8Array.of(0x44, 0x00),
  sak: 0x00,
};

/**
 * A front end under a test's hand: what lies in its field, what it answers, and whether it answers at once. It refuses
 * to do what the contract forbids: two discoveries, an exchange during discovery, two exchanges at a time.
 */
export class FakeFrontEnd implements RfFrontEnd {
  readonly name = "fake";
  readonly maxTransmitBytes = 256;
  readonly maxReceiveBytes = 256;
  readonly log: string[] = [];
  answer: (request: RfRequest) => RfReply = () => ({ kind: "done" });
  /** Answers with promises, which wait for {@link release} when it is "held". */
  mode: "sync" | "async" | "held" = "sync";
  discoverError: Error | undefined;
  exchangeError: Error | undefined;
  isOn = false;
  isClosed = false;
  #targets: Targets | undefined;
  #found: ((targets: Targets) => void) | undefined;
  #held: (() => void) | undefined;

  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  put(...targets: Targets): void {
    this.#targets = targets;
    this.#found?.(targets);
  }

  remove(): void {
    this.#targets = undefined;
  }

  release(): void {
    const held = this.#held;
    this.#held = undefined;
    held?.();
  }

  discover(signal: AbortSignal): Promise<Targets> {
    this.log.push("discover");
    if (this.#found !== undefined) throw new Error("discovering already");
    if (this.#held !== undefined) throw new Error("an exchange is under way");
    if (this.discoverError !== undefined) return Promise.reject(this.discoverError);
    signal.throwIfAborted();
    this.isOn = true;
    if (this.#targets !== undefined) return Promise.resolve(this.#targets);
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#found = undefined;
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the signal's own reason
        reject(signal.reason);
      };
      this.#found = (targets) => {
        this.#found = undefined;
        signal.removeEventListener("abort", stop);
        resolve(targets);
      };
      signal.addEventListener("abort", stop, { once: true });
    });
  }

  exchange(request: RfRequest): RfReply | Promise<RfReply> {
    if (this.#found !== undefined) throw new Error("discovering");
    if (this.#held !== undefined) throw new Error("an exchange is under way");
    this.log.push(request.kind === "frame" ? Buffer.from(request.data).toString("hex") : request.kind);
    const reply = (): RfReply => {
      if (this.exchangeError !== undefined) throw this.exchangeError;
      return this.#targets === undefined ? { kind: "failure", reason: "link-lost" } : this.answer(request);
    };
    if (this.mode === "sync") return reply();
    if (this.mode === "async") return Promise.resolve().then(reply);
    return new Promise<void>((resolve) => {
      this.#held = resolve;
    }).then(reply);
  }

  deactivate(): void {
    if (this.#held !== undefined) throw new Error("an exchange is under way");
    this.log.push("deactivate");
    this.isOn = false;
  }

  close(): void {
    this.isClosed = true;
  }
}
