import type { IoctlDevice, IoctlOptions, IoctlResult } from "@cardwire/core";
import {
  encodeProtocol,
  encodeReaderState,
  encodeTransmitOutput,
  IOCTL_SMARTCARD,
  NTSTATUS,
  parseGetAttributeInput,
  parsePowerInput,
  parseProtocolInput,
  parseTransmitInput,
  type ReaderState,
  SCARD_POWER,
  SCARD_PROTOCOL,
  SCARD_READER_STATE,
} from "@cardwire/ioctl";
import { PCSC_FEATURE } from "@cardwire/ioctl/features";
import { deviceVersion } from "../reader/open-reader.ts";
import type { CcidReader } from "../reader/reader.ts";
import type { CcidSlot } from "../reader/slot.ts";
import { readAttribute } from "./attributes.ts";
import { ccidControl, type CcidControl } from "./control-codes.ts";
import { featureList, featureTags, pinProperties, tlvProperties } from "./features.ts";
import { statusOf } from "./status-of.ts";

const NOTHING = new Uint8Array(0);

/** What an I/O control ends with when it does not throw. */
type Output = Uint8Array | { readonly status: number };

/**
 * One slot of a CCID reader as Windows has it: a device that answers the I/O controls of its smart-card class. What
 * Windows has in a driver for that, a resource manager in software gets here.
 */
export class SlotDevice implements IoctlDevice {
  readonly #reader: CcidReader;
  readonly #slot: CcidSlot;
  readonly #leave: () => Promise<void>;
  readonly #closing = new AbortController();
  /** A card that was away unseen: IS_ABSENT must tell of it even if there is one again. */
  #departures = 0;
  #told = 0;
  readonly #unsubscribe: () => void;
  #isLost = false;
  #closed: Promise<void> | undefined;

  /** @param leave gives the reader back. */
  constructor(reader: CcidReader, slot: CcidSlot, leave: () => Promise<void>) {
    this.#reader = reader;
    this.#slot = slot;
    this.#leave = leave;
    this.#unsubscribe = slot.onPresence((present) => {
      if (!present) this.#departures++;
    });
  }

  async deviceIoControl(
    code: number,
    input: Uint8Array,
    outputLength: number,
    options: IoctlOptions = {},
  ): Promise<IoctlResult> {
    if (this.#ended()) return result(this.#endStatus());
    try {
      const output = await this.#answer(code, input, options.signal);
      if (!(output instanceof Uint8Array)) return result(output.status);
      if (output.length > outputLength) return result(NTSTATUS.BUFFER_TOO_SMALL);
      return { status: NTSTATUS.SUCCESS, information: output.length, output };
    } catch (error) {
      if (this.#ended()) return result(this.#endStatus());
      return result(options.signal?.aborted === true ? NTSTATUS.CANCELLED : statusOf(error));
    }
  }

  #ended(): boolean {
    return this.#closing.signal.aborted;
  }

  #endStatus(): number {
    return this.#isLost ? NTSTATUS.DEVICE_REMOVED : NTSTATUS.CANCELLED;
  }

  #answer(code: number, input: Uint8Array, signal: AbortSignal | undefined): Output | Promise<Output> {
    switch (code) {
      case IOCTL_SMARTCARD.TRANSMIT:
        return this.#transmit(input);
      case IOCTL_SMARTCARD.GET_STATE:
        return encodeReaderState(this.#state());
      case IOCTL_SMARTCARD.IS_PRESENT:
        return this.#untilPresent(true, signal);
      case IOCTL_SMARTCARD.IS_ABSENT:
        return this.#untilPresent(false, signal);
      case IOCTL_SMARTCARD.POWER:
        return this.#power(parsePowerInput(input));
      case IOCTL_SMARTCARD.SWALLOW:
        return { status: this.#slot.present ? NTSTATUS.SUCCESS : NTSTATUS.NO_MEDIA };
      case IOCTL_SMARTCARD.SET_PROTOCOL:
        return this.#setProtocol(parseProtocolInput(input));
      case IOCTL_SMARTCARD.GET_ATTRIBUTE:
        return (
          readAttribute(parseGetAttributeInput(input), this.#reader, this.#slot) ?? { status: NTSTATUS.NOT_SUPPORTED }
        );
      case IOCTL_SMARTCARD.SET_ATTRIBUTE:
        return { status: NTSTATUS.NOT_SUPPORTED };
      default: {
        const control = ccidControl(code);
        return control === undefined
          ? { status: NTSTATUS.INVALID_DEVICE_REQUEST }
          : this.#control(control, new Uint8Array(input), signal);
      }
    }
  }

  #state(): ReaderState {
    if (!this.#slot.present) return SCARD_READER_STATE.ABSENT;
    if (this.#slot.answerToReset === undefined) return SCARD_READER_STATE.SWALLOWED;
    return this.#slot.cardLink === undefined ? SCARD_READER_STATE.NEGOTIABLE : SCARD_READER_STATE.SPECIFIC;
  }

  async #power(action: number): Promise<Output> {
    if (!this.#slot.present) return { status: NTSTATUS.NO_MEDIA };
    switch (action) {
      case SCARD_POWER.DOWN:
        await this.#slot.powerOff();
        return NOTHING;
      case SCARD_POWER.COLD_RESET:
        if (this.#slot.answerToReset !== undefined) await this.#slot.powerOff();
        return this.#slot.powerOn();
      case SCARD_POWER.WARM_RESET:
        return this.#slot.powerOn();
      default:
        return { status: NTSTATUS.INVALID_PARAMETER };
    }
  }

  async #setProtocol(mask: number): Promise<Output> {
    if (!this.#slot.present) return { status: NTSTATUS.NO_MEDIA };
    const wanted = mask === SCARD_PROTOCOL.OPTIMAL ? SCARD_PROTOCOL.TX : mask;
    const allowed = ([0, 1] as const).filter((protocol) => (wanted & protocolBit(protocol)) !== 0);
    if (allowed.length === 0) return { status: NTSTATUS.NOT_SUPPORTED };
    const set = this.#slot.cardLink?.protocol;
    if (set !== undefined && allowed.includes(set)) return encodeProtocol(protocolBit(set));
    // out of a protocol there is only one way
    if (set !== undefined) await this.#slot.powerOn();
    return encodeProtocol(protocolBit(await this.#slot.setProtocol(allowed)));
  }

  async #transmit(input: Uint8Array): Promise<Output> {
    const { protocol, command } = parseTransmitInput(input);
    if (!this.#slot.present) return { status: NTSTATUS.NO_MEDIA };
    const { cardLink } = this.#slot;
    if (cardLink === undefined) return { status: NTSTATUS.INVALID_DEVICE_STATE };
    if (protocol !== protocolBit(cardLink.protocol)) return { status: NTSTATUS.INVALID_PARAMETER };
    return encodeTransmitOutput(await this.#slot.transmit(command), protocol);
  }

  /** Pends until there is a card, or none: for one that was away meanwhile too. */
  #untilPresent(wanted: boolean, signal: AbortSignal | undefined): Output | Promise<Output> {
    const slot = this.#slot;
    const isSo = (): boolean => (wanted ? slot.present : !slot.present || this.#departures > this.#told);
    const tell = (): void => {
      this.#told = this.#departures;
    };
    if (isSo()) {
      tell();
      return NOTHING;
    }
    const closing = this.#closing.signal;
    return new Promise((resolve) => {
      const end = (output: Output): void => {
        unsubscribe();
        signal?.removeEventListener("abort", cancel);
        closing.removeEventListener("abort", leave);
        resolve(output);
      };
      const cancel = (): void => {
        end({ status: NTSTATUS.CANCELLED });
      };
      const leave = (): void => {
        end({ status: this.#endStatus() });
      };
      const unsubscribe = slot.onPresence((present) => {
        if (present !== wanted) return;
        tell();
        end(NOTHING);
      });
      if (signal?.aborted === true) cancel();
      signal?.addEventListener("abort", cancel, { once: true });
      closing.addEventListener("abort", leave, { once: true });
    });
  }

  #control(control: CcidControl, input: Uint8Array, signal: AbortSignal | undefined): Output | Promise<Output> {
    const { plan, device } = this.#reader;
    if (control.kind === "features") return featureList(plan, control.platform);
    if (control.kind === "escape") return this.#slot.escape(input, { signal });
    if (!featureTags(plan).includes(control.tag)) return { status: NTSTATUS.NOT_SUPPORTED };
    switch (control.tag) {
      case PCSC_FEATURE.VERIFY_PIN_DIRECT:
        return this.#slot.verifyPin(input, { signal });
      case PCSC_FEATURE.MODIFY_PIN_DIRECT:
        return this.#slot.modifyPin(input, { signal });
      case PCSC_FEATURE.IFD_PIN_PROPERTIES:
        return pinProperties(plan);
      case PCSC_FEATURE.GET_TLV_PROPERTIES:
        return tlvProperties(plan, {
          vendorId: device.vendorId,
          productId: device.productId,
          version: deviceVersion(device),
        });
      default:
        return this.#slot.escape(input, { signal });
    }
  }

  /**
   * The reader is lost: what pends ends with DEVICE_REMOVED.
   *
   * @internal
   */
  lost(): void {
    this.#isLost = true;
    this.#closing.abort();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    this.#unsubscribe();
    await this.#leave();
  }
}

function protocolBit(protocol: 0 | 1): number {
  return protocol === 0 ? SCARD_PROTOCOL.T0 : SCARD_PROTOCOL.T1;
}

function result(status: number): IoctlResult {
  return { status, information: 0, output: NOTHING };
}
