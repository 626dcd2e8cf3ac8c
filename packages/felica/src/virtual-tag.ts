import {
  equalBytes,
  FormatError,
  type NfcFTarget,
  type RfFrame,
  type RfTarget,
  type SiliconReply,
  type VirtualTag,
} from "@cardwire/core";
import { ANY_SYSTEM, FELICA_COMMAND, felicaFrame } from "./commands.ts";
import type { FelicaImage } from "./virtual-image.ts";
import { LiteSystem } from "./virtual-lite.ts";
import { createStandardSystems } from "./virtual-standard.ts";
import type { VirtualSystem } from "./virtual-system.ts";

/** FeliCa silicon. */
export interface FelicaTag extends VirtualTag {
  /** What the card is now, writes included. */
  toImage(): FelicaImage;
}

/** Communication performance: 212 and 424 kbit/s (JIS X 6319-4 section 4.3.4.1). */
const COMMUNICATION_PERFORMANCE = 0x0083;

/** @throws FormatError when IDm, PMm or a block have a length that no card has. */
export function createFelicaTag(image: FelicaImage): FelicaTag {
  return new FelicaSilicon(image);
}

class FelicaSilicon implements FelicaTag {
  readonly name: string;
  readonly #pmm: Uint8Array;
  readonly #systems: readonly VirtualSystem[];
  readonly #toImage: () => FelicaImage;
  #powered = false;

  constructor(image: FelicaImage) {
    for (const field of ["idm", "pmm"] as const)
      if (image[field].length !== 8)
        throw new FormatError("INVALID_VALUE", `8 bytes, not ${image[field].length}`, { field });
    this.#pmm = image.pmm.slice();
    if (image.kind === "standard") {
      const { systems, toImage } = createStandardSystems(image);
      this.name = "FeliCa Standard";
      this.#systems = systems;
      this.#toImage = toImage;
    } else {
      const system = new LiteSystem(image);
      this.name = image.kind === "lite" ? "FeliCa Lite" : "FeliCa Lite-S";
      this.#systems = [system];
      this.#toImage = (): FelicaImage => system.toImage();
    }
  }

  toImage(): FelicaImage {
    return this.#toImage();
  }

  setPowered(powered: boolean): void {
    this.#powered = powered;
    for (const system of this.#systems) system.reset();
  }

  select(wanted?: RfTarget): readonly [NfcFTarget] | undefined {
    const systemCode = wanted?.technology === "nfc-f" ? wanted.systemCode : undefined;
    const system =
      this.#systems.find((candidate) => systemCode !== undefined && candidate.codes().includes(systemCode)) ??
      this.#systems[0];
    const code = system?.codes()[0];
    if (!this.#powered || system === undefined || code === undefined) return undefined;
    return [{ technology: "nfc-f", idm: system.idm.slice(), pmm: this.#pmm.slice(), systemCode: systemCode ?? code }];
  }

  receive({ data, lastBits }: RfFrame): SiliconReply {
    const command = data[1];
    if (!this.#powered || (lastBits ?? 8) !== 8 || command === undefined || data[0] !== data.length) return undefined;
    if (command === FELICA_COMMAND.POLLING) return this.#poll(data.subarray(2));
    const idm = data.subarray(2, 10);
    const system = this.#systems.find((candidate) => equalBytes(candidate.idm, idm));
    if (system === undefined) return undefined;
    const rest =
      command === FELICA_COMMAND.REQUEST_SYSTEM_CODE ? this.#systemCodes() : system.answer(command, data.subarray(10));
    return rest && { kind: "frame", data: felicaFrame(command + 1, system.idm, rest), lastBits: 8 };
  }

  #poll(parameters: Uint8Array): SiliconReply {
    const [high = 0, low = 0, requestCode] = parameters;
    if (parameters.length !== 4) return undefined;
    const matches = (code: number): boolean =>
      (high === ANY_SYSTEM >> 8 || high === code >> 8) && (low === (ANY_SYSTEM & 0xff) || low === (code & 0xff));
    for (const system of this.#systems) {
      const code = system.codes().find(matches);
      if (code === undefined) continue;
      const asked = requestCode === 1 ? code : requestCode === 2 ? COMMUNICATION_PERFORMANCE : undefined;
      const extra = asked === undefined ? [] : [asked >> 8, asked & 0xff];
      const data = felicaFrame(FELICA_COMMAND.POLLING + 1, system.idm, Uint8Array.of(...this.#pmm, ...extra));
      return { kind: "frame", data, lastBits: 8 };
    }
    return undefined;
  }

  /** Lite and Lite-S do not know this command. */
  #systemCodes(): Uint8Array | undefined {
    if (this.#toImage().kind !== "standard") return undefined;
    const codes = this.#systems.flatMap((system) => system.codes());
    return Uint8Array.of(codes.length, ...codes.flatMap((code) => [code >> 8, code & 0xff]));
  }
}
