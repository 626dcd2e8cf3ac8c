import {
  type Clock,
  type IoctlDeviceInterface,
  SerialQueue,
  type SmartCardAccessMode,
  type SmartCardConnectionState,
  type SmartCardDisposition,
  type SmartCardProtocol,
} from "@cardwire/core";
import { type ScardName } from "@cardwire/ioctl";
import { type Card, isGone, newCard } from "./card.ts";
import { connectionState, negotiate, powerDown, resetCard, unpowerCard } from "./card-power.ts";
import { IoctlConnection } from "./connection.ts";
import { DeviceLife, type DeviceUser } from "./device-life.ts";
import type { DeviceLink } from "./device-link.ts";
import { knownError, scardError } from "./errors.ts";
import { powerUp } from "./power-up.ts";
import { protocolMask } from "./protocol.ts";
import type { ReaderSnapshot } from "./reader-flags.ts";
import { ReaderLock } from "./reader-lock.ts";
import type { ReaderIdentity } from "./start-up.ts";

/** PC/SC keeps the count of insertions and removals in a high word. */
const COUNT_MODULUS = 0x1_0000;

/** How patient a resource manager is, in milliseconds. */
export interface Patience {
  /** How long an I/O control may stay unanswered before its reader is taken for defective; 150,000 on Windows. */
  readonly ioctlLimitMs: number;
  /** How long nothing may be done in a transaction before it ends with a reset; 5,000 on Windows. */
  readonly transactionIdleLimitMs: number;
  /** How long after its last connection a card is powered down; 10,000 on Windows. */
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

/** One reader device, shared by the connections of all contexts. */
export class Reader {
  readonly path: string;
  readonly lock: ReaderLock<object> = new ReaderLock<object>();
  readonly #host: ReaderHost;
  readonly #life: DeviceLife;
  /** What must not be interleaved: waking, resetting and powering down the card, and who gets in. */
  readonly #admission = new SerialQueue();
  readonly #connections = new Set<IoctlConnection>();
  #name: string | undefined;
  /** Why the device cannot be used, when that was not for its card. */
  #unavailable: unknown;
  /** The device while it can be used. */
  #link: DeviceLink | undefined;
  #poweredOff = false;
  #characteristics = 0;
  /** The card that has arrived and is being asked for its answer to reset. */
  #arriving: Card | undefined;
  #card: Card | undefined;
  #count = 0;
  #exclusive: IoctlConnection | undefined;
  #powersDown = true;
  #cancelPowerDown: () => void = () => undefined;
  #cancelIdleWatch: () => void = () => undefined;

  constructor(device: IoctlDeviceInterface, host: ReaderHost) {
    this.path = device.path;
    this.#name = device.friendlyName;
    this.#host = host;
    this.#life = new DeviceLife(device, host.clock, host.ioctlLimitMs, this.#deviceUser);
  }

  /** `undefined` until it has said who it is. */
  get name(): string | undefined {
    return this.#name;
  }

  /** Resolves when the first attempt to start it has succeeded or failed. */
  get started(): Promise<void> {
    return this.#life.started;
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

  /** The device interface is still there: it is this one that is opened next, should that be needed. */
  relisted(device: IoctlDeviceInterface): void {
    this.#life.device = device;
  }

  /** The device interface is gone, or nobody wants the reader any more. */
  close(): Promise<void> {
    return this.#life.close();
  }

  // --- what happens to the device

  readonly #deviceUser: DeviceUser = {
    started: (link, identity): void => {
      this.#link = link;
      this.#unavailable = undefined;
      this.#name ??= this.#host.nameReader(identity);
      this.#characteristics = identity.characteristics;
      this.#powersDown = true;
      this.#host.changed();
    },
    lost: (): void => {
      this.#link = undefined;
      this.#poweredOff = false;
      this.#arriving = undefined;
      if (this.#card !== undefined) this.#countEvents(1);
      this.#lose("E_READER_UNAVAILABLE");
      this.#host.changed();
    },
    failed: (error): void => {
      this.#unavailable = error;
    },
    arrived: (): void => {
      const card = newCard();
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

  /** Card and connections are gone. */
  #lose(why: ScardName): void {
    if (this.#card !== undefined) this.#card.gone = true;
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
    if (link === undefined || this.#poweredOff)
      throw scardError("E_READER_UNAVAILABLE", readerName, "connect", this.#unavailable);
    this.#cancelPowerDown();
    const mask = protocolMask(preferred ?? (mode === "direct" ? [] : ["t0", "t1"]));
    try {
      const card = await this.#awaken(link, readerName, mode, mask);
      const connection = new IoctlConnection(this, link, readerName, card);
      this.#connections.add(connection);
      if (mode !== "shared") this.#exclusive = connection;
      return connection;
    } catch (error) {
      throw knownError(error, readerName, "connect");
    } finally {
      this.#host.changed();
    }
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
    if (card.protocol === 0 || this.#connections.size === 0) await negotiate(link, card, mask, readerName);
    else if ((card.protocol & mask) === 0) throw scardError("E_PROTO_MISMATCH", readerName, "connect");
    return card;
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

  /** The state for `status`. */
  async state(readerName: string): Promise<SmartCardConnectionState> {
    if (this.#link === undefined) throw scardError("E_READER_UNAVAILABLE", readerName, "status");
    try {
      return await connectionState(this.#link, this.#card?.protocol ?? 0, readerName);
    } catch (error) {
      throw knownError(error, readerName, "status");
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
    } catch (error) {
      throw knownError(error, connection.readerName, disposition);
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
      if (link === undefined || isGone(card)) return;
      if (disposition === "reset") await resetCard(link, card);
      else await unpowerCard(link, card, disposition, this.#characteristics);
      if (isGone(card)) return;
      this.#endConnections("W_RESET_CARD", false, by);
      if (disposition !== "reset") by?.end(scardError("W_UNPOWERED_CARD", by.readerName, "connection"));
      this.#host.changed();
    });
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
    this.#powersDown = await powerDown(link, card);
    this.#host.changed();
  }
}
