import { parseResponseApdu, type ResponseApdu } from "@cardwire/apdu";
import { ACR122U_DIALECT, type ReaderDialect, STANDARD_DIALECT } from "@cardwire/apdu/pcsc";
import type { BytesSource } from "@cardwire/core";
import { Pn53xFrames } from "./pn53x-frames.ts";
import type { RawFrames } from "./raw-frames.ts";
import { SessionFrames } from "./session-frames.ts";
import { TagAccessError } from "./tag-access-error.ts";

/** What is needed of a connection: the `transmit` of a `SmartCardConnection` will do. */
export interface TagConnection {
  transmit(command: BytesSource, options?: { readonly signal?: AbortSignal }): Promise<Uint8Array>;
}

/** How frames go to the tag. */
export type RawWay =
  /** The transparent session of PC/SC part 3, supplement 2. */
  | "session"
  /** `FF 00 00 00` with a command of a PN53x behind it, as the ACR122U has it. */
  | "pn53x"
  /** Not at all. */
  | "none";

/** How a tag is spoken to. */
export interface TagAccessOptions {
  /** What the reader makes of PC/SC: `readerDialect(readerName)` finds it. PC/SC part 3 as it is written when absent. */
  readonly dialect?: ReaderDialect;
  /** When absent: by the dialect. */
  readonly raw?: RawWay;
}

/** What came back for a frame. */
export type FrameReply =
  | {
      readonly kind: "frame";
      readonly data: Uint8Array;
      /** Valid bits in the last byte, 1–8. */
      readonly lastBits: number;
    }
  /** Nothing usable. Windows' driver answers a tag's NAK so, too, with a status word for each. */
  | { readonly kind: "failure"; readonly statusWord: number };

/** How a frame is sent. */
export interface FrameOptions {
  /** How long the tag may take, in microseconds; 50 ms when absent. Readers that take no time of the caller's ignore it. */
  readonly timeoutUs?: number;
  readonly signal?: AbortSignal;
}

/** A storage card as an application reaches it. */
export interface TagAccess {
  readonly dialect: ReaderDialect;
  /** Whether frames can be sent. It may still turn out that the reader does not do what its kind does. */
  readonly hasFrames: boolean;
  /** Sends a command APDU to the reader. */
  transmit(command: Uint8Array, signal?: AbortSignal): Promise<ResponseApdu>;
  /**
   * Sends a frame to the tag; the reader adds the CRC and takes it away again.
   *
   * @throws TagAccessError when the reader cannot.
   */
  exchange(frame: Uint8Array, options?: FrameOptions): Promise<FrameReply>;
  /** Sends a frame that the tag answers with silence when all is well. @throws TagAccessError when the reader cannot. */
  send(frame: Uint8Array, options?: FrameOptions): Promise<void>;
  /**
   * Holds the transparent session open for a while, so that several frames need it opened once only, and what they set
   * up with the tag is not disturbed.
   */
  together<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result>;
  /** Selects the tag again after it fell silent. @throws TagAccessError when the reader cannot. */
  reselect(signal?: AbortSignal): Promise<void>;
}

/** Opens the way to a storage card. Nothing is sent before something is asked for. */
export function createTagAccess(connection: TagConnection, options: TagAccessOptions = {}): TagAccess {
  return new Access(connection, options);
}

function wayOf(dialect: ReaderDialect): RawWay {
  if (dialect.session !== undefined) return "session";
  return dialect.name === ACR122U_DIALECT.name ? "pn53x" : "none";
}

class Access implements TagAccess {
  readonly dialect: ReaderDialect;
  readonly #connection: TagConnection;
  readonly #frames: RawFrames | undefined;

  constructor(connection: TagConnection, options: TagAccessOptions) {
    this.#connection = connection;
    this.dialect = options.dialect ?? STANDARD_DIALECT;
    const way = options.raw ?? wayOf(this.dialect);
    const transmit = (command: Uint8Array, signal?: AbortSignal): Promise<ResponseApdu> =>
      this.transmit(command, signal);
    if (way === "session") this.#frames = new SessionFrames(transmit, this.dialect);
    else if (way === "pn53x") this.#frames = new Pn53xFrames(transmit);
  }

  get hasFrames(): boolean {
    return this.#frames !== undefined;
  }

  async transmit(command: Uint8Array, signal?: AbortSignal): Promise<ResponseApdu> {
    return parseResponseApdu(await this.#connection.transmit(command, signal === undefined ? {} : { signal }));
  }

  exchange(frame: Uint8Array, options: FrameOptions = {}): Promise<FrameReply> {
    return this.together(() => this.#raw().exchange(frame, options), options.signal);
  }

  send(frame: Uint8Array, options: FrameOptions = {}): Promise<void> {
    return this.together(() => this.#raw().send(frame, options), options.signal);
  }

  async together<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const raw = this.#raw();
    await raw.begin(signal);
    let result: Result;
    try {
      result = await work();
    } catch (error) {
      // why the work failed matters more than that the session could not be ended either
      await raw.end().catch(() => undefined);
      throw error;
    }
    await raw.end();
    return result;
  }

  async reselect(signal?: AbortSignal): Promise<void> {
    await this.#raw().reselect(signal);
  }

  #raw(): RawFrames {
    if (this.#frames === undefined)
      throw new TagAccessError("NO_RAW_ACCESS", `${this.dialect.name}: frames do not get through to the tag`);
    return this.#frames;
  }
}
