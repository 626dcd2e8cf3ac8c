import { concatBytes, FormatError } from "@cardwire/core";
import { type BlockNumber, encodeBlock, type IsoDepBlock, readBlock } from "../block.ts";
import { CRC_BYTES } from "../frame-size.ts";
import type { IsoDepApplication } from "./application.ts";
import type { IsoDepBehaviour } from "./behaviour.ts";

/** What card and reader agreed on, seen from the card. */
export interface CardLinkParameters {
  /** FSD and FSC: the longest frames that reader and card take, with prologue and CRC. */
  readonly fsdBytes: number;
  readonly fscBytes: number;
  /** The CID that the card was given. */
  readonly cid: number;
  readonly supportsCid: boolean;
  readonly supportsNad: boolean;
}

const NO_BYTES = new Uint8Array(0);

/** SAD and DAD of an answer are those of the question, the other way round. */
function swapped(nad: number): number {
  return ((nad << 4) | (nad >> 4)) & 0xff;
}

/**
 * The card's side of ISO/IEC 14443-4 from activation to deselection. What it does not understand it does not answer.
 *
 * "Rule n" names the rules of section 7.5.4 of ISO/IEC 14443-4:2008.
 */
export class CardLink {
  readonly #parameters: CardLinkParameters;
  readonly #application: IsoDepApplication;
  readonly #behaviour: IsoDepBehaviour;
  /** Rule C. */
  #number: BlockNumber = 1;
  #isDeselected = false;
  #last: Uint8Array | undefined;
  #command: Uint8Array[] = [];
  #response: Uint8Array = NO_BYTES;
  #sent = 0;
  #extensionsLeft = 0;
  #awaitsGrant = false;
  /** The reader puts a CID into its blocks, so the card does. */
  #withCid = false;
  #nad: number | undefined;

  constructor(parameters: CardLinkParameters, application: IsoDepApplication, behaviour: IsoDepBehaviour) {
    this.#parameters = parameters;
    this.#application = application;
    this.#behaviour = behaviour;
  }

  /** The card has said good-bye, and is halted. */
  get isDeselected(): boolean {
    return this.#isDeselected;
  }

  /** Takes a frame without CRC. `undefined` is silence. */
  receive(frame: Uint8Array): Uint8Array | undefined {
    if (this.#isDeselected || frame.length + CRC_BYTES > this.#parameters.fscBytes) return undefined;
    const block = readBlock(frame);
    if (block instanceof FormatError || !this.#isAddressed(block)) return undefined;
    this.#withCid = block.cid !== undefined;
    const answer = this.#answer(block);
    if (answer === undefined) return undefined;
    if (answer !== "again") this.#last = encodeBlock(this.#withCid ? { ...answer, cid: this.#parameters.cid } : answer);
    return this.#last;
  }

  /** A block without CID is for the card whose CID is 0 (ISO/IEC 14443-4 section 7.1.2.2). */
  #isAddressed(block: IsoDepBlock): boolean {
    const { cid, supportsCid, supportsNad } = this.#parameters;
    if (block.kind === "i" && block.nad !== undefined && !supportsNad) return false;
    return block.cid === undefined ? cid === 0 : supportsCid && block.cid === cid;
  }

  #answer(block: IsoDepBlock): IsoDepBlock | "again" | undefined {
    switch (block.kind) {
      case "i":
        this.#toggle(); // rule D
        this.#awaitsGrant = false;
        if (this.#command.length === 0) {
          this.#nad = block.nad;
          this.#response = NO_BYTES;
        }
        this.#command.push(block.data.slice());
        return block.chaining ? this.#acknowledge() : this.#respond();
      case "r":
        if (block.number === this.#number) return "again"; // rule 11
        if (block.nak) return this.#acknowledge(); // rule 12
        // rules E and 13
        if (this.#awaitsGrant || this.#sent >= this.#response.length) return undefined;
        this.#toggle();
        return this.#next();
      case "s":
        if (block.command === "deselect") {
          this.#isDeselected = true;
          return { kind: "s", command: "deselect", data: NO_BYTES };
        }
        if (block.command !== "wtx" || !this.#awaitsGrant) return undefined;
        this.#awaitsGrant = false;
        return this.#next();
    }
  }

  #toggle(): void {
    this.#number = this.#number === 0 ? 1 : 0;
  }

  #acknowledge(): IsoDepBlock {
    return { kind: "r", number: this.#number, nak: false };
  }

  #respond(): IsoDepBlock {
    const [first = NO_BYTES] = this.#command;
    const command = this.#command.length === 1 ? first : concatBytes(...this.#command);
    this.#command = [];
    this.#sent = 0;
    // an empty block only asks whether the card is there
    if (command.length > 0) {
      this.#response = this.#application.respond(command);
      this.#extensionsLeft = this.#behaviour.extensions ?? 0;
    }
    return this.#next();
  }

  /** Rules 9 and 10: an extension where one is wanted, or the next piece of the response. */
  #next(): IsoDepBlock {
    if (this.#extensionsLeft > 0) {
      this.#extensionsLeft--;
      this.#awaitsGrant = true;
      return { kind: "s", command: "wtx", data: Uint8Array.of(this.#behaviour.extensionFactor ?? 1) };
    }
    const nad = this.#sent === 0 && this.#nad !== undefined ? swapped(this.#nad) : undefined;
    const prologue = 1 + (this.#withCid ? 1 : 0) + (nad === undefined ? 0 : 1);
    const capacity = this.#parameters.fsdBytes - CRC_BYTES - prologue;
    const start = this.#sent;
    this.#sent = Math.min(this.#response.length, start + Math.min(capacity, this.#behaviour.chainBytes ?? capacity));
    const chaining = this.#sent < this.#response.length;
    const data = this.#response.subarray(start, this.#sent);
    return nad === undefined
      ? { kind: "i", number: this.#number, chaining, data }
      : { kind: "i", number: this.#number, chaining, nad, data };
  }
}
