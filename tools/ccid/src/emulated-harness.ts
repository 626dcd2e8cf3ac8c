import { type ContractAbility, type ContractHarness } from "@cardwire/core/testing";
import { createCcidContext } from "@cardwire/transport-ccid/node";
import { sizedAnswer, sizedCommand, T1_ATR } from "../../../packages/transport-ccid/test/contract-card.ts";
import { RemoteReaders } from "./remote-readers.ts";

/** There is no service, and CCID readers have no attribute that can be set. */
export const EMULATED_MISSING: readonly ContractAbility[] = ["service", "set-attribute"];

const VENDOR_NAME = 0x0001_0100;
const VENDOR_UNKNOWN = 0x0001_0199;
/** CM_IOCTL_GET_FEATURE's neighbour 1, which drivers take for an escape. */
const ESCAPE = 0x4200_0001;
const UNKNOWN_CONTROL = 0x4200_0777;
const readerName = (serial: string, number: number): string => `Emulated CCID Reader (${serial}) 0${number} 00`;
const OUR_NAME = /^Emulated CCID Reader \(0001\) 0(\d) 00$/;

/** Harnesses over an emulated reader that stays plugged in from one case to the next. */
export function emulatedHarness(usb: unknown): {
  readonly create: () => Promise<ContractHarness>;
  readonly close: () => void;
} {
  const readers = new RemoteReaders();
  let plugged: Promise<number> | undefined;
  const create = async (): Promise<ContractHarness> => {
    const number = await (plugged ??= plugFirst(usb, readers));
    await readers.order({ do: "remove", reader: 0 });
    let attached = 0;
    return {
      readerName: readerName("0001", number),
      card: {
        answerToReset: T1_ATR,
        protocol: "t1",
        refusedProtocol: "t0",
        exchanges: [3, 256, 5].map((length) => ({ command: sizedCommand(length), response: sizedAnswer(length) })),
        large: { command: sizedCommand(65_500), response: sizedAnswer(65_500) },
        slow: { command: sizedCommand(2, 80), response: sizedAnswer(2) },
      },
      attribute: {
        tag: VENDOR_NAME,
        value: new TextEncoder().encode("Emulated\0"),
        unsupportedTag: VENDOR_UNKNOWN,
      },
      control: {
        code: ESCAPE,
        data: Uint8Array.of(1, 2, 3),
        response: Uint8Array.of(0x5a, 1, 2, 3),
        unsupportedCode: UNKNOWN_CONTROL,
      },
      createContext: () => Promise.resolve(createCcidContext({ usb })),
      insertCard: () => readers.order({ do: "insert", reader: 0 }),
      removeCard: () => readers.order({ do: "remove", reader: 0 }),
      swapCard: () => readers.order({ do: "swap", reader: 0 }),
      insertMuteCard: () => readers.order({ do: "insert-mute", reader: 0 }),
      async attachReader() {
        attached++;
        const serialNumber = `00${attached + 10}`;
        await readers.order({ do: "plug", reader: attached, serialNumber, card: false });
        return readerName(serialNumber, number + attached);
      },
      detachReader: () => readers.order({ do: "unplug", reader: attached-- }),
      async close() {
        while (attached > 0) await readers.order({ do: "unplug", reader: attached-- });
        await readers.order({ do: "remove", reader: 0 });
      },
    };
  };
  return {
    create,
    close: () => {
      readers.close();
    },
  };
}

/**
 * Plugs the reader in and waits until it has come through kernel, udev and the package `usb`. Gives its number, which is
 * not 0 where there are other readers.
 */
async function plugFirst(usb: unknown, readers: RemoteReaders): Promise<number> {
  await readers.order({ do: "plug", reader: 0, serialNumber: "0001", card: false });
  await using context = createCcidContext({ usb });
  for (;;) {
    for (const name of await context.listReaders()) {
      const [, number] = OUR_NAME.exec(name) ?? [];
      if (number !== undefined) return Number(number);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
