import koffi from "koffi";

const SCOPE_SYSTEM = 2;
const SHARE_SHARED = 2;
const PROTOCOL_T1 = 2;
const RESPONSE_BYTES = 266;

interface TransmitFunction {
  (...args: unknown[]): number;
  readonly async: (...args: unknown[]) => void;
}

/** winscard.dll without anything around it: what its calls cost by themselves. */
export class BareWinscard {
  readonly #card: number | bigint;
  readonly #transmit: TransmitFunction;
  readonly #header = Uint8Array.of(PROTOCOL_T1, 0, 0, 0, 8, 0, 0, 0);
  readonly #response = Buffer.alloc(RESPONSE_BYTES);

  constructor(readerName: string) {
    const dll = koffi.load("winscard.dll");
    const out = koffi.out("intptr_t *");
    const pointer = "void *";
    const establish: (...args: unknown[]) => number = dll.func("__stdcall", "SCardEstablishContext", "int32", [
      "uint32",
      pointer,
      pointer,
      out,
    ]);
    const connect: (...args: unknown[]) => number = dll.func("__stdcall", "SCardConnectW", "int32", [
      "intptr_t",
      "str16",
      "uint32",
      "uint32",
      out,
      koffi.out("uint32 *"),
    ]);
    this.#transmit = dll.func("__stdcall", "SCardTransmit", "int32", [
      "intptr_t",
      pointer,
      pointer,
      "uint32",
      pointer,
      pointer,
      koffi.inout("uint32 *"),
    ]);
    const context: [number | bigint] = [0];
    const card: [number | bigint] = [0];
    const code =
      establish(SCOPE_SYSTEM, null, null, context) ||
      connect(context[0], readerName, SHARE_SHARED, PROTOCOL_T1, card, [0]);
    if (code !== 0) throw new Error(`winscard.dll: ${code}`);
    this.#card = card[0];
  }

  transmit(command: Uint8Array): Buffer {
    const length: [number] = [RESPONSE_BYTES];
    const code = this.#transmit(this.#card, this.#header, command, command.length, null, this.#response, length);
    if (code !== 0) throw new Error(`SCardTransmit: ${code}`);
    return this.#response.subarray(0, length[0]);
  }

  transmitLater(command: Uint8Array): Promise<Buffer> {
    const length: [number] = [RESPONSE_BYTES];
    return new Promise((resolve, reject) => {
      this.#transmit.async(
        this.#card,
        this.#header,
        command,
        command.length,
        null,
        this.#response,
        length,
        (error: Error | null, code: number) => {
          if (error !== null || code !== 0) reject(error ?? new Error(`SCardTransmit: ${code}`));
          else resolve(this.#response.subarray(0, length[0]));
        },
      );
    });
  }
}
