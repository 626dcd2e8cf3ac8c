import {
  type CardFamily,
  type CardSession,
  type ConformanceProfile,
  equalBytes,
  fromHex,
  type IoctlDeviceInterface,
  type RfDialogue,
  type RfFrontEnd,
  type RfRequest,
  type TransmitOutcome,
  type VirtualTag,
} from "@cardwire/core";
import type { ContractHarness } from "@cardwire/core/testing";
import { IOCTL_SMARTCARD, SCARD_ATTR } from "@cardwire/ioctl";
import { mifareUltralight, ultralightProducts } from "@cardwire/mifare-ultralight";
import { createMifareUltralightTag, pageCount } from "@cardwire/mifare-ultralight/virtual";
import { createNfcReader, type NfcReader } from "@cardwire/nfc-reader";
import { createVirtualField } from "@cardwire/virtual";
import { createIoctlResourceManager } from "../src/index.ts";

const UID = "04 D1 49 D2 9C 39 80";
const PAGE_3 = "E1 10 6D 00";
const PAGES_4_TO_7 = "03 0D D1 01 09 55 01 62 69 6E 67 2E 63 6F 6D 00";
/** The ATR of MIFARE Ultralight EV1 and NTAG21x (PC/SC part 3 supplement: card name 003D). */
const ATR = fromHex("3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 3D 00 00 00 00 56");

/** The NTAG216 with an NDEF message "bing.com". */
export function ntag216(): VirtualTag {
  const pages = new Uint8Array(4 * pageCount(ultralightProducts.NTAG216));
  pages.set(fromHex("04 D1 49 14 D2 9C 39 80 F7 48 00 00"));
  pages.set(fromHex(`${PAGE_3} ${PAGES_4_TO_7}`), 12);
  return createMifareUltralightTag({ product: "NTAG216", pages });
}

const LARGE_COMMAND = fromHex("00 C0 00 00 00");
const LARGE_RESPONSE = new Uint8Array(65_538).map((_, index) =>
  index < 65_536 ? index % 251 : 0x90 * (65_537 - index),
);
const SLOW_COMMAND = fromHex("80 FE 00 00");
const SLOW_FRAME = Uint8Array.of(0xfe, 0xfe);
const SLOW_MS = 60;

/** Two commands that no tag of the family has, one with the longest response that there is and one that takes its time. */
function withMore(session: CardSession): CardSession {
  return {
    family: session.family,
    atr: session.atr,
    iccType: session.iccType,
    *transmit(command, responseLimit): RfDialogue<TransmitOutcome> {
      if (equalBytes(command, LARGE_COMMAND)) return { response: LARGE_RESPONSE, status: 0, cardLost: false };
      if (equalBytes(command, SLOW_COMMAND)) {
        yield { kind: "frame", data: SLOW_FRAME, timeoutUs: 100_000, expect: "nothing" };
        return { response: Uint8Array.of(0x90, 0x01), status: 0, cardLost: false };
      }
      return yield* session.transmit(command, responseLimit);
    },
    checkPresence: () => session.checkPresence(),
    onReselected: () => {
      session.onReselected();
    },
  };
}

const family: CardFamily = {
  name: mifareUltralight.name,
  accepts: (target) => mifareUltralight.accepts(target),
  *activate(target, context) {
    return withMore(yield* mifareUltralight.activate(target, context));
  },
};

/** A tag that is a card, and gives no answer to reset. */
const muteFamily: CardFamily = {
  name: "mute",
  accepts: (target) => target.technology === "nfc-f",
  *activate() {
    return {
      family: "mute",
      atr: new Uint8Array(0),
      iccType: 0,
      *transmit() {
        return { response: Uint8Array.of(0x6f, 0x00), status: 0, cardLost: false };
      },
      *checkPresence() {
        return true;
      },
      onReselected: () => undefined,
    };
  },
};

const muteTag: VirtualTag = {
  name: "mute",
  setPowered: () => undefined,
  select: () => [{ technology: "nfc-f", idm: new Uint8Array(8), pmm: new Uint8Array(8) }],
  receive: () => undefined,
};

/** A field in which one frame takes its time. */
function slowed(field: RfFrontEnd): RfFrontEnd {
  return {
    name: field.name,
    maxTransmitBytes: field.maxTransmitBytes,
    maxReceiveBytes: field.maxReceiveBytes,
    discover: (signal) => field.discover(signal),
    deactivate: () => field.deactivate(),
    close: () => field.close(),
    exchange: (request: RfRequest) =>
      request.kind === "frame" && request.data === SLOW_FRAME
        ? new Promise((resolve) => setTimeout(() => resolve({ kind: "done" }), SLOW_MS))
        : field.exchange(request),
  };
}

/** A machine with real readers in virtual fields: the harness of the contract. */
export function createNfcReaderHarness(profile: ConformanceProfile): Promise<ContractHarness> {
  const field = createVirtualField();
  const readers: NfcReader[] = [];
  const listeners = new Set<() => void>();
  let failure: Error | undefined;
  const tell = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const attach = (frontEnd: RfFrontEnd, deviceUnit: number): void => {
    const reader = createNfcReader({
      frontEnd,
      families: [family, muteFamily],
      profile,
      vendorName: "Microsoft",
      ifdType: "IFD",
      deviceUnit,
      presenceIntervalMs: 2,
    });
    reader.subscribe(tell);
    readers.push(reader);
    tell();
  };
  attach(slowed(field), 0);
  const manager = createIoctlResourceManager({
    devices: {
      listInterfaces: (): IoctlDeviceInterface[] => {
        if (failure !== undefined) throw failure;
        return readers.flatMap((reader) => reader.listInterfaces());
      },
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  });
  let tag: VirtualTag | undefined;
  const insert = (next: VirtualTag): Promise<void> => {
    tag = next;
    field.put(next);
    return Promise.resolve();
  };
  const breakDown = (error: Error | undefined): Promise<void> => {
    failure = error;
    tell();
    return Promise.resolve();
  };
  return Promise.resolve({
    readerName: "Microsoft IFD 0",
    card: {
      answerToReset: ATR,
      protocol: "t1",
      refusedProtocol: "t0",
      exchanges: [
        { command: fromHex("FF CA 00 00 00"), response: fromHex(`${UID} 90 00`) },
        { command: fromHex("FF B0 00 04 10"), response: fromHex(`${PAGES_4_TO_7} 90 00`) },
        { command: fromHex("FF B0 00 03 10"), response: fromHex(`${PAGE_3} ${PAGES_4_TO_7.slice(0, 35)} 90 00`) },
      ],
      large: { command: LARGE_COMMAND, response: LARGE_RESPONSE },
      slow: { command: SLOW_COMMAND, response: fromHex("90 01") },
    },
    createContext: () => Promise.resolve(manager.establishContext()),
    insertCard: () => insert(ntag216()),
    removeCard: () => {
      field.remove();
      return Promise.resolve();
    },
    swapCard: () => {
      field.remove();
      return insert(tag ?? ntag216());
    },
    insertMuteCard: () => insert(muteTag),
    attachReader: () => {
      attach(createVirtualField(), readers.length);
      return Promise.resolve(`Microsoft IFD ${readers.length - 1}`);
    },
    detachReader: async () => {
      const reader = readers.pop();
      tell();
      await reader?.close();
    },
    attribute: {
      tag: SCARD_ATTR.DEFAULT_CLK,
      value: fromHex("F8 34 00 00"),
      unsupportedTag: SCARD_ATTR.VENDOR_IFD_SERIAL_NO,
    },
    writableAttribute: { tag: SCARD_ATTR.DEVICE_IN_USE, value: fromHex("01 00 00 00") },
    control: {
      code: IOCTL_SMARTCARD.GET_STATE,
      data: new Uint8Array(0),
      response: fromHex("06 00 00 00"),
      unsupportedCode: IOCTL_SMARTCARD.GET_FEATURE_REQUEST,
    },
    stopService: () => breakDown(new Error("no device can be listed")),
    startService: () => breakDown(undefined),
    close: async () => {
      await manager.close();
      for (const reader of readers) await reader.close();
    },
  });
}
