import { type ContractHarness } from "@cardwire/core/testing";
import { createPcscliteContext } from "@cardwire/transport-pcsclite";
import { type DaemonBinary } from "./daemons.ts";
import { functionCard, functionCardContract, T1_ATR } from "./function-card.ts";
import { Pcscd } from "./pcscd.ts";
import { type SocketReader } from "./socket-reader.ts";

/** SCARD_CTL_CODE(n) of pcsc-lite. */
const controlCode = (number: number): number => 0x4200_0000 + number;
const VENDOR_NAME = 0x0001_0100;
const VENDOR_SERIAL = 0x0001_0103;
/** SCARD_ATTR_SUPRESS_T1_IFS_REQUEST. */
const SUPPRESS_IFS = 0x0007_0007;

/** A pcscd with a reader that can do everything that the contract asks of one. */
export class ContractMachine {
  readonly #pcscd: Pcscd;
  readonly #readerName: string;
  readonly #reader: SocketReader;

  private constructor(pcscd: Pcscd, readerName: string, reader: SocketReader) {
    this.#pcscd = pcscd;
    this.#readerName = readerName;
    this.#reader = reader;
  }

  static async start(daemon: DaemonBinary): Promise<ContractMachine> {
    const pcscd = new Pcscd({ daemon });
    const { readerName, reader } = pcscd.addReader();
    reader.attributes.set(VENDOR_NAME, Uint8Array.from(Buffer.from("cardwire\0")));
    reader.attributes.set(SUPPRESS_IFS, new Uint8Array(4));
    reader.controls.set(controlCode(1), (data) => Uint8Array.of(0x5a, ...data));
    await pcscd.start();
    return new ContractMachine(pcscd, readerName, reader);
  }

  /** For clients that are told where pcscd is by their environment: PCSCLITE_CSOCK_NAME. */
  get socketPath(): string {
    return this.#pcscd.socketPath;
  }

  async dispose(): Promise<void> {
    await this.#pcscd.dispose();
  }

  async createHarness(): Promise<ContractHarness> {
    const pcscd = this.#pcscd;
    const reader = this.#reader;
    const card = functionCard(T1_ATR);
    await this.#settle();
    return {
      readerName: this.#readerName,
      card: functionCardContract,
      attribute: {
        tag: VENDOR_NAME,
        value: Uint8Array.from(Buffer.from("cardwire\0")),
        unsupportedTag: VENDOR_SERIAL,
      },
      writableAttribute: { tag: SUPPRESS_IFS, value: Uint8Array.of(1, 0, 0, 0) },
      control: {
        code: controlCode(1),
        data: Uint8Array.of(1, 2, 3),
        response: Uint8Array.of(0x5a, 1, 2, 3),
        unsupportedCode: controlCode(2),
      },
      createContext: () => Promise.resolve(createPcscliteContext({ socketPath: pcscd.socketPath })),
      insertCard: () => {
        reader.insert(card);
        return Promise.resolve();
      },
      removeCard: () => {
        reader.remove();
        return Promise.resolve();
      },
      swapCard: () => {
        reader.swap();
        return Promise.resolve();
      },
      insertMuteCard: () => {
        reader.insert("mute");
        return Promise.resolve();
      },
      attachReader: () => Promise.resolve(pcscd.plug().readerName),
      detachReader: () => pcscd.unplug(),
      stopService: () => pcscd.stop(),
      startService: () => pcscd.start(),
      close: async () => {
        reader.remove();
        while (pcscd.pluggedReaders > 0) await pcscd.unplug();
      },
    };
  }

  /** Brings pcscd back to one empty reader, whatever the case before did. */
  async #settle(): Promise<void> {
    await this.#pcscd.ensureRunning();
    const context = createPcscliteContext({ socketPath: this.#pcscd.socketPath });
    try {
      for (;;) {
        const [state, ...others] = await context.getStatusChange(
          (await context.listReaders()).map((readerName) => ({ readerName, currentState: {} })),
        );
        if (others.length === 0 && state?.eventState.empty === true) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    } finally {
      await context.close();
    }
  }
}
