import type { SmartCardCallOptions } from "@cardwire/core";
import type {
  NdefMessage,
  NdefMessageSource,
  NdefTag,
  NdefTagState,
  NdefTagType,
  NdefWriteOptions,
} from "@cardwire/ndef";
import type { TapConnection } from "./tap-connection.ts";

/** NDEF of a tap: each call is a transaction, so that no other program selects something else in between. */
export class TransactedNdef implements NdefTag {
  readonly type: NdefTagType;
  readonly #ndef: NdefTag;
  readonly #connection: TapConnection;

  constructor(ndef: NdefTag, connection: TapConnection) {
    this.type = ndef.type;
    this.#ndef = ndef;
    this.#connection = connection;
  }

  state(options?: SmartCardCallOptions): Promise<NdefTagState> {
    return this.#together(() => this.#ndef.state(options), options);
  }

  read(options?: SmartCardCallOptions): Promise<NdefMessage | undefined> {
    return this.#together(() => this.#ndef.read(options), options);
  }

  readBytes(options?: SmartCardCallOptions): Promise<Uint8Array | undefined> {
    return this.#together(() => this.#ndef.readBytes(options), options);
  }

  write(message: NdefMessageSource, options?: NdefWriteOptions): Promise<void> {
    return this.#together(() => this.#ndef.write(message, options), options);
  }

  writeBytes(message: Uint8Array, options?: NdefWriteOptions): Promise<void> {
    return this.#together(() => this.#ndef.writeBytes(message, options), options);
  }

  format(options?: SmartCardCallOptions): Promise<void> {
    return this.#together(() => this.#ndef.format(options), options);
  }

  makeReadOnly(options?: SmartCardCallOptions): Promise<void> {
    return this.#together(() => this.#ndef.makeReadOnly(options), options);
  }

  #together<Result>(work: () => Promise<Result>, options?: SmartCardCallOptions): Promise<Result> {
    return this.#connection.together(work, options?.signal);
  }
}
