import {
  type Clock,
  delay,
  type IoctlDeviceInterface,
  SerialQueue,
  type SmartCardAccessMode,
  type SmartCardConnectionState,
  type SmartCardDisposition,
  type SmartCardProtocol,
} from "@cardwire/core";
import {
  encodeProtocol,
  IOCTL_SMARTCARD,
  NTSTATUS,
  parseProtocolOutput,
  SCARD_POWER,
  SCARD_READER,
  SCARD_READER_STATE,
  type ScardName,
} from "@cardwire/ioctl";
import { IoctlConnection } from "./connection.ts";
import { DeviceLink } from "./device-link.ts";
import { scardError, statusError } from "./errors.ts";
import { monitorPresence, type MonitorEnd } from "./monitor.ts";
import { power, powerUp, readState } from "./power-up.ts";
import { protocolMask, protocolOf } from "./protocol.ts";
import type { ReaderSnapshot } from "./reader-flags.ts";
import { ReaderLock } from "./reader-lock.ts";
import { type ReaderIdentity, readIdentity } from "./start-up.ts";

/** PC/SC keeps the count of insertions and removals in a high word. */
const COUNT_MODULUS = 0x1_0000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;

/** How patient a resource manager is. */
export interface Patience {
  readonly ioctlLimitMs: number;
  readonly transactionIdleLimitMs: number;
  readonly powerDownDelayMs: number;
}

/** What a reader needs of its resource manager. */
export interface ReaderHost extends Patience {
  readonly clock: Clock;
  /** The reader's name, once it has said who it is. It keeps it until it is detached. */
  nameReader(identity: ReaderIdentity): string;
  /** Something that `getStatusChange` tells may be different. */
  changed(): void;
}

/** A card, from its arrival to its departure. */
export interface Card {
  /** `undefined`: mute. */
  answerToReset: Uint8Array | undefined;
  /** The protocol that was set, one bit of SCARD_PROTOCOL; 0 before. */
  protocol: number;
  /** True after POWER down. */
  unpowered: boolean;
}

/** One reader device, shared by the connections of all contexts. */
export class Reader {
  readonly path: string;
  readonly lock: ReaderLock<object> = new ReaderLock<object>();
  readonly #interface: IoctlDeviceInterface;
  readonly #host: ReaderHost;
  readonly #closing = new AbortController();
  /** What must not be interleaved: waking, resetting and powering down the card, and who gets in. */
  readonly #admission = new SerialQueue();
  readonly #connections = new Set<IoctlConnection>();
  readonly #started: Promise<void>;
  readonly #ended: Promise<void>;
  #setStarted: () => void = () => undefined;
  #name: string | undefined;
  #link: DeviceLink | undefined;
  #poweredOff = false;
  #characteristics = 0;
  #card: Card | undefined;
  #count = 0;
  #exclusive: IoctlConnection | undefined;
  #powersDown = true;
  #cancelPowerDown: () => void = () => undefined;
  #cancelIdleWatch: () => void = () => undefined;

  constructor(device: IoctlDeviceInterface, host: ReaderHost) {
    this.path = device.path;
    this.#interface = device;
    this.#host = host;
    this.#started = new Promise((resolve) => (this.#setStarted = resolve));
    this.#ended = this.#run();
  }

  /** `undefined` until it has said who it is. */
  get name(): string | undefined {
    return this.#name;
  }

  /** Resolves when the first attempt to start it has succeeded or failed. */
  get started(): Promise<void> {
    return this.#started;
  }

  get snapshot(): ReaderSnapshot {
    const card = this.#card;
    const unavailable = this.#link === undefined || this.#poweredOff;
    const flags = unavailable
      ? { unavailable }
      : card === undefined
        ? { empty: true }
        : {
            present: true,
            mute: card.answerToReset === undefined,
            unpowered: card.unpowered,
            exclusive: this.#exclusive !== undefined,
            inuse: this.#exclusive === undefined && this.#connections.size > 0,
          };
    return { flags, count: this.#count, answerToReset: unavailable ? undefined : card?.answerToReset };
  }

  /** The device interface is gone, or nobody wants the reader any more. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#link?.close();
    await this.#ended;
  }

  // --- the life of the device

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    let attempt = 0;
    while (!signal.aborted) {
      const end = await this.#session();
      this.#setStarted();
      if (end === "closed" || end === "defective") return;
      attempt = end === "gone" ? 0 : attempt + 1;
      const pauseMs = Math.min(FIRST_RETRY_MS * 2 ** attempt, LONGEST_RETRY_MS);
      await delay(this.#host.clock, pauseMs, signal).catch(() => undefined);
    }
  }

  /** From opening the device to its end. */
  async #session(): Promise<MonitorEnd | "not-started"> {
    const { clock, ioctlLimitMs } = this.#host;
    const { signal } = this.#closing;
    const session = { expired: false };
    let link: DeviceLink | undefined;
    let end: MonitorEnd | "not-started" = "not-started";
    try {
      const opened = await this.#interface.open();
      link = new DeviceLink(opened, clock, ioctlLimitMs, () => {
        session.expired = true;
        void this.#takeOut(link);
      });
      if (!signal.aborted) {
        const identity = await readIdentity(link);
        this.#characteristics = identity.characteristics;
        this.#name ??= this.#host.nameReader(identity);
        this.#link = link;
        this.#powersDown = true;
        this.#setStarted();
        this.#host.changed();
        end = await monitorPresence(link, this.#presence, clock, signal);
      }
    } catch {
      // not to be opened, or it did not say who it is: events 602 and 406 of Windows' smart-card service
    }
    await this.#takeOut(link);
    if (signal.aborted) return "closed";
    return session.expired ? "defective" : end;
  }

  readonly #presence = {
    arrived: (): void => {
      const card: Card = { answerToReset: undefined, protocol: 0, unpowered: false };
      this.#arriving = card;
      void this.#admission.run(() => this.#identify(card)).catch(() => undefined);
    },
    departed: (): void => {
      // one that went before it could be asked was never told of: both its events are
      this.#countEvents(this.#card === undefined ? 2 : 1);
      this.#arriving = undefined;
      this.#lose("W_REMOVED_CARD");
      this.#host.changed();
    },
    poweredOff: (isOff: boolean): void => {
      this.#poweredOff = isOff;
      if (isOff) this.#lose("E_READER_UNAVAILABLE");
      this.#host.changed();
    },
  };

  /** The card that has arrived and is being asked for its answer to reset. */
  #arriving: Card | undefined;

  async #identify(card: Card): Promise<void> {
    const link = this.#link;
    if (link === undefined || this.#arriving !== card) return;
    const powered = await powerUp(link);
    if (this.#arriving !== card) return;
    this.#arriving = undefined;
    // gone again: its departure is on its way
    if (powered.kind === "absent") return;
    if (powered.kind === "card") card.answerToReset = powered.answerToReset;
    this.#card = card;
    this.#countEvents(1);
    this.#host.changed();
  }

  #countEvents(events: number): void {
    this.#count = (this.#count + events) % COUNT_MODULUS;
  }

  /** The device is no longer to be used. */
  async #takeOut(link: DeviceLink | undefined): Promise<void> {
    if (link === undefined) return;
    if (link === this.#link) {
      this.#link = undefined;
      this.#poweredOff = false;
      if (this.#card !== undefined) this.#countEvents(1);
      this.#arriving = undefined;
      this.#lose("E_READER_UNAVAILABLE");
      this.#host.changed();
    }
    await link.close();
  }

  /** Card and connections are gone. */
  #lose(why: ScardName): void {
    this.#card = undefined;
    this.#cancelPowerDown();
    this.#endConnections(why, why === "E_READER_UNAVAILABLE");
  }

  #endConnections(why: ScardName, alsoDirect: boolean, spared?: IoctlConnection): void {
    for (const connection of [...this.#connections])
      if (connection !== spared && (alsoDirect || connection.card !== undefined))
        connection.end(scardError(why, connection.readerName, "connection"));
  }

  // --- who gets in

  /**
   * A connection, in the order of the calls. Waits for another's transaction.
   *
   * @param token stands for the caller while it waits.
   */
  async connect(
    readerName: string,
    mode: SmartCardAccessMode,
    preferred: readonly SmartCardProtocol[] | undefined,
    signal: AbortSignal,
  ): Promise<IoctlConnection> {
    const token = {};
    for (;;) {
      this.#checkSharing(readerName, mode);
      await this.lock.whenFree(token, signal);
      const connection = await this.#admission.run(() => this.#admit(token, readerName, mode, preferred), signal);
      if (connection === undefined) continue;
      if (!signal.aborted) return connection;
      await connection.disconnect();
      signal.throwIfAborted();
    }
  }

  #checkSharing(readerName: string, mode: SmartCardAccessMode): void {
    if (this.#exclusive !== undefined || (mode !== "shared" && this.#connections.size > 0))
      throw scardError("E_SHARING_VIOLATION", readerName, "connect");
  }

  /** `undefined`: somebody has begun a transaction meanwhile. */
  async #admit(
    token: object,
    readerName: string,
    mode: SmartCardAccessMode,
    preferred: readonly SmartCardProtocol[] | undefined,
  ): Promise<IoctlConnection | undefined> {
    this.#checkSharing(readerName, mode);
    if (!this.lock.isFreeFor(token)) return undefined;
    const link = this.#link;
    if (link === undefined || this.#poweredOff) throw scardError("E_READER_UNAVAILABLE", readerName, "connect");
    this.#cancelPowerDown();
    const mask = protocolMask(preferred ?? (mode === "direct" ? [] : ["t0", "t1"]));
    const card = await this.#awaken(link, readerName, mode, mask);
    const connection = new IoctlConnection(this, link, readerName, card);
    this.#connections.add(connection);
    if (mode !== "shared") this.#exclusive = connection;
    this.#host.changed();
    return connection;
  }

  /** The card with its protocol set; `undefined` for a direct connection that wants none, or finds none. */
  async #awaken(
    link: DeviceLink,
    readerName: string,
    mode: SmartCardAccessMode,
    mask: number,
  ): Promise<Card | undefined> {
    const card = this.#card;
    if (mode === "direct" && (mask === 0 || card === undefined)) return undefined;
    if (card === undefined) throw scardError("E_NO_SMARTCARD", readerName, "connect");
    if (mask === 0) throw scardError("E_PROTO_MISMATCH", readerName, "connect");
    if (card.protocol !== 0 && this.#connections.size > 0) {
      if ((card.protocol & mask) === 0) throw scardError("E_PROTO_MISMATCH", readerName, "connect");
      return card;
    }
    const powered = await powerUp(link);
    if (powered.kind === "absent" || this.#card !== card) throw scardError("E_NO_SMARTCARD", readerName, "connect");
    card.answerToReset = powered.kind === "card" ? powered.answerToReset : undefined;
    card.unpowered = false;
    if (powered.kind === "mute")
      throw scardError(
        "W_UNRESPONSIVE_CARD",
        readerName,
        "connect",
        statusError(powered.status, readerName, "connect").cause,
      );
    card.protocol = await this.#setProtocol(link, readerName, mask);
    if (this.#card !== card) throw scardError("E_NO_SMARTCARD", readerName, "connect");
    return card;
  }

  async #setProtocol(link: DeviceLink, readerName: string, mask: number): Promise<number> {
    const { status, output } = await link.call(IOCTL_SMARTCARD.SET_PROTOCOL, encodeProtocol(mask), 4);
    if (status === NTSTATUS.SUCCESS) {
      const protocol = parseProtocolOutput(output);
      if (protocolOf(protocol) !== undefined && (protocol & mask) !== 0) return protocol;
      throw scardError("E_PROTO_MISMATCH", readerName, "connect");
    }
    const { cause } = statusError(status, readerName, "connect");
    if (status === NTSTATUS.NO_MEDIA) throw scardError("E_NO_SMARTCARD", readerName, "connect", cause);
    if (status === NTSTATUS.NOT_SUPPORTED || status === NTSTATUS.INVALID_DEVICE_REQUEST)
      throw scardError("E_PROTO_MISMATCH", readerName, "connect", cause);
    throw statusError(status, readerName, "connect");
  }

  /** A connection has ended, by itself or by force. */
  release(connection: IoctlConnection, error: Error): void {
    if (!this.#connections.delete(connection)) return;
    if (this.#exclusive === connection) this.#exclusive = undefined;
    if (this.lock.holder === connection) this.#cancelIdleWatch();
    this.lock.dismiss(connection, error);
    if (this.#connections.size === 0) this.#schedulePowerDown();
    this.#host.changed();
  }

  // --- what is done to the card

  /** The state for `status`: the protocol where the card has one. */
  async connectionState(readerName: string): Promise<SmartCardConnectionState> {
    const link = this.#link;
    if (link === undefined) throw scardError("E_READER_UNAVAILABLE", readerName, "status");
    const { state, status } = await readState(link);
    if (state === undefined) throw statusError(status, readerName, "status");
    switch (state) {
      case SCARD_READER_STATE.UNKNOWN:
      case SCARD_READER_STATE.ABSENT:
        return "absent";
      case SCARD_READER_STATE.PRESENT:
        return "present";
      case SCARD_READER_STATE.SWALLOWED:
        return "swallowed";
      case SCARD_READER_STATE.POWERED:
        return "powered";
      case SCARD_READER_STATE.NEGOTIABLE:
        return "negotiable";
      case SCARD_READER_STATE.SPECIFIC:
        return protocolOf(this.#card?.protocol ?? 0) ?? "negotiable";
    }
  }

  /** Takes the reader for a connection's transaction. */
  async begin(connection: IoctlConnection, signal: AbortSignal | undefined): Promise<void> {
    await this.lock.acquire(connection, signal);
    this.#watchIdle(connection);
  }

  /** Does with the card what a transaction or a connection ends with. Never leaves the lock held. */
  async finish(connection: IoctlConnection, disposition: SmartCardDisposition): Promise<void> {
    try {
      if (disposition !== "leave") await this.#dispose(connection, disposition);
    } finally {
      if (this.lock.holder === connection) this.#cancelIdleWatch();
      this.lock.release(connection);
    }
  }

  /** The holder of a transaction is gone without ending it: the card is reset before others get at it. */
  async abandon(connection: IoctlConnection, error: Error): Promise<void> {
    const held = this.lock.handOver(connection, this);
    connection.end(error);
    if (!held) return;
    this.#cancelIdleWatch();
    try {
      await this.#dispose(undefined, "reset");
    } finally {
      this.lock.release(this);
    }
  }

  /** Everybody but the one who did it is told that the card is not as it was. */
  async #dispose(by: IoctlConnection | undefined, disposition: Exclude<SmartCardDisposition, "leave">): Promise<void> {
    const card = this.#card;
    if (card === undefined) return;
    await this.#admission.run(async () => {
      const link = this.#link;
      if (link === undefined || this.#card !== card) return;
      if (disposition === "reset") await power(link, SCARD_POWER.WARM_RESET);
      else await this.#unpower(link, card, disposition);
      if (this.#card !== card) return;
      this.#endConnections("W_RESET_CARD", false, by);
      if (disposition !== "reset") by?.end(scardError("W_UNPOWERED_CARD", by.readerName, "connection"));
      else await this.#reawaken(link, card);
      this.#host.changed();
    });
  }

  async #unpower(link: DeviceLink, card: Card, disposition: "unpower" | "eject"): Promise<void> {
    if (disposition === "eject" && (this.#characteristics & SCARD_READER.EJECTS) !== 0) {
      const { status } = await link.call(IOCTL_SMARTCARD.EJECT);
      if (status === NTSTATUS.SUCCESS) return;
    }
    const { status } = await power(link, SCARD_POWER.DOWN);
    // NFC readers cannot: what the card has been granted must be gone all the same
    if (status === NTSTATUS.SUCCESS) card.unpowered = true;
    else if (status !== NTSTATUS.NO_MEDIA) await power(link, SCARD_POWER.COLD_RESET);
  }

  /** After its own reset a connection goes on in the protocol that it had. */
  async #reawaken(link: DeviceLink, card: Card): Promise<void> {
    const powered = await powerUp(link);
    if (powered.kind === "absent" || this.#card !== card) return;
    card.answerToReset = powered.kind === "card" ? powered.answerToReset : undefined;
    if (card.protocol !== 0 && powered.kind === "card")
      await link.call(IOCTL_SMARTCARD.SET_PROTOCOL, encodeProtocol(card.protocol), 4);
  }

  // --- what is done when nobody does anything

  /** Windows resets the card in a transaction in which nothing has been done for five seconds. */
  #watchIdle(connection: IoctlConnection): void {
    const { clock, transactionIdleLimitMs } = this.#host;
    this.#cancelIdleWatch();
    if (!Number.isFinite(transactionIdleLimitMs)) return;
    const operations = connection.operations;
    this.#cancelIdleWatch = clock.schedule(transactionIdleLimitMs, () => {
      if (connection.busy || connection.operations !== operations) this.#watchIdle(connection);
      else
        void this.abandon(connection, scardError("W_RESET_CARD", connection.readerName, "startTransaction")).catch(
          () => undefined,
        );
    });
  }

  /** The disconnect loop of the resource manager (NFC guide, example sequence), some time after the last connection. */
  #schedulePowerDown(): void {
    const { clock, powerDownDelayMs } = this.#host;
    this.#cancelPowerDown();
    if (!this.#powersDown || this.#card === undefined || !Number.isFinite(powerDownDelayMs)) return;
    this.#cancelPowerDown = clock.schedule(powerDownDelayMs, () => {
      void this.#admission.run(() => this.#powerDown()).catch(() => undefined);
    });
  }

  async #powerDown(): Promise<void> {
    const link = this.#link;
    const card = this.#card;
    if (link === undefined || card === undefined || this.#connections.size > 0) return;
    const { state } = await readState(link);
    if (state === undefined || state < SCARD_READER_STATE.POWERED) return;
    const { status } = await power(link, SCARD_POWER.DOWN);
    this.#powersDown = status === NTSTATUS.SUCCESS || status === NTSTATUS.NO_MEDIA;
    if (status !== NTSTATUS.SUCCESS || this.#card !== card) return;
    card.unpowered = true;
    card.protocol = 0;
    this.#host.changed();
  }
}
