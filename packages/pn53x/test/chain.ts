import type {
  CardFamily,
  Clock,
  ConformanceProfile,
  RfFrontEnd,
  SmartCardConnection,
  VirtualTag,
} from "@cardwire/core";
import { felica } from "@cardwire/felica";
import { isoDep } from "@cardwire/iso-dep";
import { iso14443b } from "@cardwire/iso14443b";
import { mifareClassic } from "@cardwire/mifare-classic";
import { mifareUltralight } from "@cardwire/mifare-ultralight";
import { createNfcReader } from "@cardwire/nfc-reader";
import { topaz } from "@cardwire/topaz";
import { createIoctlContext } from "@cardwire/transport-ioctl";
import { createVirtualField, type VirtualField } from "@cardwire/virtual";
import {
  createFramePipe,
  createPn53xFrontEnd,
  createPort100FrontEnd,
  openAcr122uPipe,
  openPn53x,
  openPort100,
  openPort100Pipe,
  openSerialPipe,
  openUsbPipe,
  type Pn53xPipe,
} from "../src/index.ts";
import {
  createVirtualAcr122u,
  createVirtualBulkDevice,
  createVirtualLink,
  createVirtualPn53x,
  createVirtualPort100,
  createVirtualSerialPort,
} from "../src/virtual.ts";

const FAMILIES: readonly CardFamily[] = [mifareUltralight, mifareClassic, topaz, felica, iso14443b, isoDep];

/** Virtual cards need no time to wake up. */
const hurried: Clock = {
  now: () => performance.now(),
  schedule(_delayMs, callback) {
    const soon = setImmediate(callback);
    return () => clearImmediate(soon);
  },
};

/** A front end over a field, with whatever lies between. */
export type Way = (field: VirtualField) => Promise<RfFrontEnd>;

function overPn53x(pipe: (field: VirtualField) => Promise<Pn53xPipe>): Way {
  return async (field) => createPn53xFrontEnd(await openPn53x(await pipe(field)), { clock: hurried });
}

/** An RC-S380, which has a chip of another kind. */
export const overRcS380: Way = async (field) => {
  const pipe = await openPort100Pipe(createVirtualBulkDevice(createVirtualPort100(field)));
  return createPort100FrontEnd(await openPort100(pipe), { clock: hurried });
};

/** Every way to a PN532 or PN533 that there is. */
export const PIPES: Readonly<Record<string, Way>> = {
  "an ACR122U by escape": overPn53x((field) => {
    const reader = createVirtualAcr122u(field);
    return openAcr122uPipe((apdu) => reader.escape(apdu));
  }),
  "an ACR122U by XfrBlock, answers held back": overPn53x((field) => {
    const reader = createVirtualAcr122u(field, { holdsAnswers: true });
    return openAcr122uPipe((apdu) => reader.transmit(apdu));
  }),
  "a PN533 by USB": overPn53x((field) =>
    openUsbPipe(createVirtualBulkDevice(createVirtualPn53x(field, { chip: "PN533" }))),
  ),
  "a PN532 on a serial port": overPn53x((field) =>
    openSerialPipe(createVirtualSerialPort(createVirtualPn53x(field), { pieceBytes: 3 })),
  ),
  "a PN532 by frames": overPn53x((field) =>
    Promise.resolve(createFramePipe(createVirtualLink(createVirtualPn53x(field), { pieceBytes: 7 }))),
  ),
};

/** A card on a reader, with all that lies between an application and the silicon. */
export interface Chain {
  readonly connection: SmartCardConnection;
  readonly field: VirtualField;
  readonly send: (apdu: Uint8Array) => Promise<Uint8Array>;
}

/** Runs a conversation with a tag. No presence check disturbs it. */
export async function withChain<Result>(
  tag: VirtualTag,
  profile: ConformanceProfile,
  way: Way | undefined,
  use: (chain: Chain) => Promise<Result>,
): Promise<Result> {
  // a chip answers with promises, so the field that is compared with one must too
  const field = createVirtualField({ tags: [tag], latencyMs: way === undefined ? 0.1 : 0 });
  const frontEnd = await (way?.(field) ?? field);
  const reader = createNfcReader({ frontEnd, families: FAMILIES, profile, presenceIntervalMs: 3_600_000 });
  const context = createIoctlContext({ devices: reader });
  try {
    const [name = ""] = await context.listReaders();
    const states = await context.getStatusChange([{ readerName: name, currentState: { empty: true } }]);
    if (states[0]?.eventState.present !== true) throw new Error("no card came");
    const { connection } = await context.connect(name, "shared", { preferredProtocols: ["t1"] });
    const send = async (apdu: Uint8Array): Promise<Uint8Array> => new Uint8Array(await connection.transmit(apdu));
    return await use({ connection, field, send });
  } finally {
    await context.close();
    await reader.close();
  }
}
