import { isSmartCardError, type SmartCardConnection, type SmartCardContext } from "@cardwire/core";
import { type VpcdCard } from "./slot.ts";

/** What a {@link ReaderCard} tells of its card. */
export interface ReaderCardOwner {
  /** The card or its reader is gone. */
  onGone(card: ReaderCard): void;
  /** Somebody else has reset the card: what pcscd's programs believe of it is no longer so. */
  onForeignReset(card: ReaderCard): void;
}

const GONE = ["removed-card", "no-smartcard", "reader-unavailable", "unknown-reader", "no-service"] as const;
const RESET = ["reset-card", "unpowered-card"] as const;

/** The card in a reader of ours, shown to vpcd. Connects when pcscd powers the card and not before. */
export class ReaderCard implements VpcdCard {
  readonly atr: Uint8Array;
  readonly #context: SmartCardContext;
  readonly #readerName: string;
  readonly #owner: ReaderCardOwner;
  #connection: Promise<SmartCardConnection> | undefined;
  #disposed = false;

  constructor(context: SmartCardContext, readerName: string, atr: Uint8Array, owner: ReaderCardOwner) {
    this.#context = context;
    this.#readerName = readerName;
    this.atr = atr;
    this.#owner = owner;
  }

  async transmit(command: Uint8Array): Promise<Uint8Array> {
    try {
      return await (await this.#connect()).transmit(command);
    } catch (error) {
      if (GONE.some((code) => isSmartCardError(error, code))) this.#owner.onGone(this);
      else if (RESET.some((code) => isSmartCardError(error, code))) this.#owner.onForeignReset(this);
      throw error;
    }
  }

  async powerOn(): Promise<void> {
    // vpcd cannot be told of a failure; the first command meets it again
    await this.#connect().catch(() => undefined);
  }

  powerOff(): Promise<void> {
    return this.#disconnect("unpower");
  }

  async reset(): Promise<void> {
    await this.#connect().catch(() => undefined);
    await this.#disconnect("reset");
    await this.powerOn();
  }

  /** Leaves the card to others. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#disconnect("leave");
  }

  #connect(): Promise<SmartCardConnection> {
    if (this.#connection !== undefined) return this.#connection;
    const connecting = this.#context
      .connect(this.#readerName, "shared", { preferredProtocols: ["t0", "t1"] })
      .then(({ connection }) => connection);
    this.#connection = connecting;
    connecting.then(
      (connection) => {
        if (this.#disposed) connection.disconnect("leave").catch(() => undefined);
      },
      () => {
        if (this.#connection === connecting) this.#connection = undefined;
      },
    );
    return connecting;
  }

  async #disconnect(disposition: "leave" | "reset" | "unpower"): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    try {
      await (await connection)?.disconnect(disposition);
    } catch {
      // a connection that is broken is disconnected
    }
  }
}
