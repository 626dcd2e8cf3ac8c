import { type ConformanceProfile, fromHex, type VirtualTag } from "@cardwire/core";
import { felica } from "@cardwire/felica";
import { isoDep, parseAts } from "@cardwire/iso-dep";
import { createIsoDepCard } from "@cardwire/iso-dep/virtual";
import { mifareClassic } from "@cardwire/mifare-classic";
import { mifareUltralight } from "@cardwire/mifare-ultralight";
import { createNfcReader, type NfcReader } from "@cardwire/nfc-reader";
import { createVirtualField, type VirtualField } from "@cardwire/virtual";
import { conformanceCards, isConformanceCardKind } from "../../../packages/nfc-reader/test/conformance-cards.ts";
import { ntag216 } from "../../../packages/nfc-reader/test/ntag216.ts";
import { contractFamilies, muteTag, slowed } from "../../../packages/transport-ioctl/test/contract-cards.ts";

/** Which readers are made: for the contract of transports, or for the conformance cases of the DDI. */
export type MachineKind = "contract" | "conformance";

/** What a hand does at the readers. All of it is text, so that it can be told to another process. */
export interface ReaderHands {
  /** "card" of the contract, "mute", "silent", or a card of the conformance cases. */
  insert(card: string): void;
  remove(): void;
  /** Takes the tag away and lays it down again at once. */
  swap(): void;
  setRadio(on: boolean): void;
  /** Attaches another reader, which has no tag. */
  attach(): void;
  detach(): Promise<void>;
}

const PRESENCE_INTERVAL_MS = 2;

/** A card that answers to everything but commands: the first one silences it for 300 ms. */
function silentCard(): VirtualTag {
  let silentUntil = 0;
  const card = createIsoDepCard({
    uid: fromHex("04112233445566"),
    atqa: fromHex("4403"),
    ats: parseAts(fromHex("067577810280")),
    application: () => {
      silentUntil = performance.now() + 300;
      return fromHex("9000");
    },
  });
  return {
    name: "silent",
    setPowered: (powered) => {
      card.setPowered(powered);
    },
    select: (target) => card.select(target),
    receive: (frame) => {
      const reply = card.receive(frame);
      return performance.now() < silentUntil ? undefined : reply;
    },
  };
}

function makeTag(card: string): VirtualTag {
  if (card === "card") return ntag216();
  if (card === "mute") return muteTag;
  if (card === "silent") return silentCard();
  if (isConformanceCardKind(card)) return conformanceCards[card].make();
  throw new Error(`no card is called ${card}`);
}

/** Readers of ours over virtual fields, and the hand that moves tags there. */
export class ReaderMachine implements ReaderHands {
  readonly readers: NfcReader[] = [];
  readonly #profile: ConformanceProfile;
  readonly #kind: MachineKind;
  readonly #field: VirtualField = createVirtualField();
  readonly #changed: () => void;
  #tag: VirtualTag | undefined;

  /** @param changed called when a reader came or went, or its interface did. */
  constructor(kind: MachineKind, profile: ConformanceProfile, changed: () => void) {
    this.#profile = profile;
    this.#kind = kind;
    this.#changed = changed;
    this.#add(slowed(this.#field));
  }

  #add(frontEnd: VirtualField | ReturnType<typeof slowed>): void {
    const reader = createNfcReader({
      frontEnd,
      families: this.#kind === "contract" ? contractFamilies : [mifareUltralight, mifareClassic, felica, isoDep],
      profile: this.#profile,
      vendorName: "Microsoft",
      ifdType: "IFD",
      deviceUnit: this.readers.length,
      presenceIntervalMs: PRESENCE_INTERVAL_MS,
    });
    reader.subscribe(this.#changed);
    this.readers.push(reader);
    this.#changed();
  }

  insert(card: string): void {
    this.#tag = makeTag(card);
    this.#field.put(this.#tag);
  }

  remove(): void {
    this.#field.remove();
  }

  swap(): void {
    this.#field.remove();
    this.#field.put(this.#tag ?? ntag216());
  }

  setRadio(on: boolean): void {
    this.readers[0]?.setRadio(on);
  }

  attach(): void {
    this.#add(createVirtualField());
  }

  async detach(): Promise<void> {
    const reader = this.readers.pop();
    this.#changed();
    await reader?.close();
  }

  async close(): Promise<void> {
    const readers = this.readers.splice(0);
    this.#changed();
    for (const reader of readers) await reader.close();
  }
}
