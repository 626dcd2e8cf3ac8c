import { type ContactBehaviour, ContactCard } from "../card/contact-card.ts";
import { type EmulatedCard } from "../card/emulated-card.ts";
import { type CcidCommand } from "./messages.ts";

/** ISO/IEC 7816-3's defaults as the protocol data of T=0 and T=1 (CCID 1.1, section 6.1.7). */
const DEFAULT_PARAMETERS = {
  0: Uint8Array.of(0x11, 0x00, 0x00, 0x0a, 0x00),
  1: Uint8Array.of(0x11, 0x10, 0x00, 0x4d, 0x00, 0x20, 0x00),
} as const;
const NOTHING = new Uint8Array(0);

/** What runs in a slot at the moment. */
export interface RunningCommand {
  /** The answer is not wanted any more. */
  cancelled: boolean;
  readonly command: CcidCommand;
  /** Ends its time extensions. */
  stop(): void;
}

/** One slot: its card, whether the card has power, and what the host has told about it. */
export class Slot {
  readonly index: number;
  card: EmulatedCard | undefined;
  contact: ContactCard | undefined;
  /** bProtocolNum and protocol data of Get- and SetParameters. */
  protocol: 0 | 1 = 0;
  parameters: Uint8Array = DEFAULT_PARAMETERS[0];
  clockStopped = false;
  running: RunningCommand | undefined;
  /** Parts of a command that comes in several messages, and what is left of a response that goes out in several. */
  commandParts: Uint8Array[] = [];
  responseRest: Uint8Array = NOTHING;
  /** bSeq of the halves of an abort: by class request, and by PC_to_RDR_Abort. */
  controlAbort: number | undefined;
  bulkAbort: number | undefined;
  #behaviour: ContactBehaviour = {};

  constructor(index: number) {
    this.index = index;
  }

  get powered(): boolean {
    return this.contact !== undefined;
  }

  /** bmICCStatus: 0 active, 1 inactive, 2 absent. */
  get iccStatus(): 0 | 1 | 2 {
    if (this.card === undefined) return 2;
    return this.powered ? 0 : 1;
  }

  insert(card: EmulatedCard, behaviour: ContactBehaviour): void {
    this.card = card;
    this.#behaviour = behaviour;
    this.contact = undefined;
  }

  remove(): void {
    this.card = undefined;
    this.powerOff();
  }

  /** A cold or warm reset: what was agreed with the card is forgotten. */
  powerOn(card: EmulatedCard): void {
    this.#forget();
    this.contact = new ContactCard(card, this.#behaviour);
  }

  powerOff(): void {
    this.#forget();
    this.contact = undefined;
  }

  #forget(): void {
    this.commandParts = [];
    this.responseRest = NOTHING;
    this.clockStopped = false;
    this.resetParameters(0);
  }

  resetParameters(protocol: 0 | 1): void {
    this.protocol = protocol;
    this.parameters = DEFAULT_PARAMETERS[protocol];
  }
}
