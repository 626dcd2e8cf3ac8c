import {
  type RfFrame,
  type RfMifareAuthenticate,
  type RfTarget,
  type SiliconReply,
  UsageError,
  type VirtualTag,
} from "@cardwire/core";
import { requireRange } from "../checks.ts";
import { applicationOf, type IsoDepApplication } from "./application.ts";
import { CardLink, type CardLinkParameters } from "./card-link.ts";
import type { IsoDepCardOptions } from "./card-options.ts";
import { type Layer3, layer3OfA, layer3OfB } from "./layer3.ts";

/** A virtual ISO-DEP card. */
export interface IsoDepCard extends VirtualTag {
  /** True from activation to deselection or loss of power. */
  readonly isActivated: boolean;
}

/**
 * A card of ISO/IEC 14443-4 that runs an application. It is of type B when it is given a PUPI, else of type A.
 *
 * @throws FormatError naming an option that no card can have, UsageError for options that do not go together.
 */
export function createIsoDepCard(options: IsoDepCardOptions): IsoDepCard {
  return new VirtualIsoDepCard(options);
}

class VirtualIsoDepCard implements IsoDepCard {
  readonly name: string;
  readonly #options: IsoDepCardOptions;
  readonly #layer3: Layer3;
  readonly #application: IsoDepApplication;
  readonly #other: VirtualTag | undefined;
  readonly #misses: ReadonlySet<number>;
  readonly #loses: ReadonlySet<number>;
  #powered = false;
  #state: "idle" | "selected" | "activated" | "other" = "idle";
  #link: CardLink | undefined;
  #parameters: CardLinkParameters | undefined;
  /** Nothing has come since activation: only now is a PPS request understood. */
  #isFresh = false;
  #frames = 0;
  #answers = 0;
  #framesSinceSelection = 0;

  constructor(options: IsoDepCardOptions) {
    const { otherProtocol, activatedBy = "front-end", chainBytes, extensionFactor } = options;
    if (otherProtocol !== undefined && activatedBy === "reader")
      throw new UsageError("a card of two protocols is told apart by its ATS: the front end has to activate it");
    if (chainBytes !== undefined && !(chainBytes >= 1)) throw new UsageError("a block of a chain has a byte at least");
    if (extensionFactor !== undefined) requireRange(extensionFactor, 59, "extensionFactor");
    this.name = options.name ?? "ISO-DEP card";
    this.#options = options;
    this.#layer3 = "pupi" in options ? layer3OfB(options) : layer3OfA(options);
    this.#application = applicationOf(options.application);
    this.#other = otherProtocol;
    this.#misses = new Set(options.missesFrames);
    this.#loses = new Set(options.losesAnswers);
  }

  get isActivated(): boolean {
    return this.#state === "activated";
  }

  setPowered(powered: boolean): void {
    if (!powered) this.#leave("idle");
    this.#powered = powered;
    this.#other?.setPowered(powered);
  }

  select(target?: RfTarget): readonly [RfTarget, ...RfTarget[]] | undefined {
    if (!this.#powered) return undefined;
    this.#leave("selected");
    this.#framesSinceSelection = 0;
    const byFrontEnd = this.#options.activatedBy !== "reader";
    const own = this.#layer3.target(byFrontEnd);
    const others = this.#other?.select();
    if (others !== undefined && target !== undefined && !isOfIsoDep(target)) {
      this.#state = "other";
      return [others[0], own, ...others.slice(1)];
    }
    if (byFrontEnd) this.#activate(this.#layer3.activated().parameters);
    return others === undefined ? [own] : [own, ...others];
  }

  receive(frame: RfFrame): SiliconReply {
    if (!this.#powered) return undefined;
    if (this.#state === "other") return this.#other?.receive(frame);
    if (this.#state === "idle") return undefined;
    const { silentAfter } = this.#options;
    const isMissed = this.#misses.has(this.#frames++);
    const isSilent = silentAfter !== undefined && this.#framesSinceSelection++ >= silentAfter;
    if (isMissed || isSilent || (frame.lastBits ?? 8) !== 8) return undefined;
    const data = this.#answer(frame.data);
    if (data === undefined || this.#loses.has(this.#answers++)) return undefined;
    return { kind: "frame", data, lastBits: 8 };
  }

  authenticate(request: RfMifareAuthenticate): boolean {
    return this.#state === "other" && this.#other?.authenticate?.(request) === true;
  }

  #answer(frame: Uint8Array): Uint8Array | undefined {
    const link = this.#link;
    if (link === undefined || this.#parameters === undefined) {
      const activation = this.#layer3.activate(frame);
      if (activation === undefined) return undefined;
      this.#activate(activation.parameters);
      return activation.answer;
    }
    const first = this.#isFresh ? this.#layer3.first(frame, this.#parameters) : undefined;
    this.#isFresh = false;
    if (first !== undefined) return first;
    const answer = link.receive(frame);
    if (link.isDeselected) this.#leave("idle");
    return answer;
  }

  #activate(parameters: CardLinkParameters): void {
    this.#state = "activated";
    this.#isFresh = true;
    this.#parameters = parameters;
    this.#link = new CardLink(parameters, this.#application, this.#options);
    this.#application.select?.();
  }

  #leave(state: "idle" | "selected"): void {
    const wasActivated = this.#state === "activated";
    this.#state = state;
    this.#link = undefined;
    if (wasActivated) this.#application.reset?.();
  }
}

function isOfIsoDep(target: RfTarget): boolean {
  return target.technology === "nfc-a"
    ? target.ats !== undefined
    : target.technology === "nfc-b" && target.attrib !== undefined;
}
