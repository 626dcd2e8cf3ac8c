import { concatBytes, FormatError } from "@cardwire/core";
import { FELICA_BLOCK_BYTES, FELICA_COMMAND } from "./commands.ts";
import type { FelicaService, FelicaStandardImage, FelicaSystem } from "./virtual-image.ts";
import {
  type AccessRequest,
  fitsBlocks,
  flagOfElement,
  isFlags,
  parseAccess,
  STATUS,
  type StatusFlags,
} from "./virtual-lists.ts";
import type { VirtualSystem } from "./virtual-system.ts";

const MOST_SERVICES = 16;
const MOST_BLOCKS = 15;
/** A node that is not there has this key version, and ends a search. */
const NOBODY = 0xffff;

/** Service attributes: the low six bits of a service code (FeliCa card user's manual, section 3.4). */
const OPEN_ATTRIBUTES: Readonly<Record<number, { readonly writes: "never" | "random" | "cyclic" }>> = {
  0x09: { writes: "random" },
  0x0b: { writes: "never" },
  0x0d: { writes: "cyclic" },
  0x0f: { writes: "never" },
};

const attributeOf = (code: number): number => code & 0x3f;
const numberOf = (code: number): number => code >> 6;

/** The systems of a FeliCa Standard, and the way back to its image. */
export function createStandardSystems(image: FelicaStandardImage): {
  readonly systems: readonly VirtualSystem[];
  readonly toImage: () => FelicaStandardImage;
} {
  if (image.systems.length === 0 || image.systems.length > 16)
    throw new FormatError("INVALID_VALUE", `1–16 systems, not ${image.systems.length}`, { field: "systems" });
  const systems = image.systems.map((system, index) => {
    const idm = image.idm.slice();
    if (index > 0) idm[0] = ((idm[0] ?? 0) & 0x0f) | (index << 4);
    return new StandardSystem(system, idm);
  });
  return { systems, toImage: () => ({ ...image, systems: systems.map((system) => system.toImage()) }) };
}

class StandardSystem implements VirtualSystem {
  readonly idm: Uint8Array;
  readonly #system: FelicaSystem;
  /** Blocks by service number. */
  readonly #memory = new Map<number, Uint8Array>();

  constructor(system: FelicaSystem, idm: Uint8Array) {
    this.idm = idm;
    this.#system = system;
    for (const { code, blocks } of system.services) {
      if (blocks === undefined || this.#memory.has(numberOf(code))) continue;
      if (blocks.length % FELICA_BLOCK_BYTES !== 0)
        throw new FormatError("INVALID_VALUE", `${blocks.length} bytes are no whole number of blocks`, {
          field: `service ${code.toString(16)}`,
        });
      this.#memory.set(numberOf(code), blocks.slice());
    }
  }

  codes(): readonly number[] {
    return [this.#system.code];
  }

  reset(): void {
    // without authentication there is nothing that a field would keep
  }

  toImage(): FelicaSystem {
    const services = this.#system.services.map((service): FelicaService => {
      const blocks = this.#memory.get(numberOf(service.code));
      return service.blocks === undefined || blocks === undefined ? service : { ...service, blocks: blocks.slice() };
    });
    return { ...this.#system, services };
  }

  answer(command: number, rest: Uint8Array): Uint8Array | undefined {
    switch (command) {
      case FELICA_COMMAND.REQUEST_SERVICE:
        return this.#requestService(rest);
      case FELICA_COMMAND.REQUEST_RESPONSE:
        return Uint8Array.of(0);
      case FELICA_COMMAND.SEARCH_SERVICE_CODE:
        return this.#searchServiceCode(rest);
      case FELICA_COMMAND.READ_WITHOUT_ENCRYPTION:
      case FELICA_COMMAND.WRITE_WITHOUT_ENCRYPTION: {
        const request = parseAccess(rest, MOST_SERVICES, MOST_BLOCKS);
        if (request === undefined) return undefined;
        if (isFlags(request)) return Uint8Array.from(request);
        const refused = this.#refuse(request, command === FELICA_COMMAND.WRITE_WITHOUT_ENCRYPTION);
        if (refused !== undefined) return Uint8Array.from(refused);
        return command === FELICA_COMMAND.READ_WITHOUT_ENCRYPTION ? this.#read(request) : this.#write(request);
      }
      default:
        return undefined;
    }
  }

  #requestService(rest: Uint8Array): Uint8Array | undefined {
    const count = rest[0] ?? 0;
    if (count === 0 || count > 32 || rest.length !== 1 + 2 * count) return undefined;
    const versions = new Uint8Array(1 + 2 * count);
    versions[0] = count;
    for (let index = 0; index < count; index++) {
      const code = (rest[1 + 2 * index] ?? 0) | ((rest[2 + 2 * index] ?? 0) << 8);
      const node = [...this.#system.services, ...(this.#system.areas ?? [])].find((entry) => entry.code === code);
      const version = node === undefined ? NOBODY : (node.keyVersion ?? 0);
      versions[1 + 2 * index] = version & 0xff;
      versions[2 + 2 * index] = version >> 8;
    }
    return versions;
  }

  #searchServiceCode(rest: Uint8Array): Uint8Array | undefined {
    if (rest.length !== 2) return undefined;
    const index = (rest[0] ?? 0) | ((rest[1] ?? 0) << 8);
    const nodes = [
      ...(this.#system.areas ?? []).map(({ code, endCode }) => [code, endCode]),
      ...this.#system.services.map(({ code }) => [code]),
    ].sort(([a = 0], [b = 0]) => a - b);
    return Uint8Array.from((nodes[index] ?? [NOBODY]).flatMap((code) => [code & 0xff, code >> 8]));
  }

  /** Status flags for a service that is not open, or a block that is not there. */
  #refuse({ services, elements }: AccessRequest, write: boolean): StatusFlags | undefined {
    for (const code of services) {
      const open = OPEN_ATTRIBUTES[attributeOf(code)];
      if (!this.#system.services.some((service) => service.code === code)) return [0xff, STATUS.SERVICE_CODE];
      if (open === undefined) return [0xff, STATUS.AUTHENTICATION_REQUIRED];
      if (write && open.writes === "never") return [0xff, STATUS.READ_ONLY];
    }
    for (const [index, { service, accessMode, block }] of elements.entries()) {
      if (accessMode !== 0) return [flagOfElement(index), STATUS.ACCESS_MODE];
      if (this.#block(services[service] ?? 0, block) === undefined) return [flagOfElement(index), STATUS.BLOCK_NUMBER];
    }
    return undefined;
  }

  #block(code: number, block: number): Uint8Array | undefined {
    const memory = this.#memory.get(numberOf(code));
    const start = block * FELICA_BLOCK_BYTES;
    return memory === undefined || start >= memory.length
      ? undefined
      : memory.subarray(start, start + FELICA_BLOCK_BYTES);
  }

  #read({ services, elements }: AccessRequest): Uint8Array {
    const blocks = elements.map(
      ({ service, block }) => this.#block(services[service] ?? 0, block) ?? new Uint8Array(0),
    );
    return concatBytes(Uint8Array.of(0, 0, blocks.length), ...blocks);
  }

  #write(request: AccessRequest): Uint8Array | undefined {
    if (!fitsBlocks(request)) return undefined;
    request.elements.forEach(({ service, block }, index) => {
      const code = request.services[service] ?? 0;
      const data = request.data.subarray(index * FELICA_BLOCK_BYTES, (index + 1) * FELICA_BLOCK_BYTES);
      if (OPEN_ATTRIBUTES[attributeOf(code)]?.writes !== "cyclic") {
        this.#block(code, block)?.set(data);
        return;
      }
      // the newest of a cyclic service is block 0: the others move on, the oldest is lost
      const memory = this.#memory.get(numberOf(code));
      memory?.copyWithin(FELICA_BLOCK_BYTES, 0, memory.length - FELICA_BLOCK_BYTES);
      memory?.set(data);
    });
    return Uint8Array.of(0, 0);
  }
}
