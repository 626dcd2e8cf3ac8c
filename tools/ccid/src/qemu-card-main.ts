/**
 * On the host: plays the card in QEMU's reader (ccid-card-passthru), which listens on a socket. What the guest writes to
 * `card-order` in the shared folder is done, and acknowledged in `card-done`.
 *
 *   qemu-card-main SOCKET FOLDER
 */
import { existsSync, readFileSync, watch, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { contractCard, T0_ATR } from "../../../packages/transport-ccid/test/contract-card.ts";

/** VSCMsgType of the vscard protocol, in which everything is big endian (QEMU, docs/specs/ccid). */
const MESSAGE = { init: 1, error: 2, readerAdd: 3, atr: 5, cardRemove: 6, apdu: 7 } as const;
const ALL_READERS = 0xffff_ffff;
const HEADER = 12;

const [path = "", folder = ""] = process.argv.slice(2);
const card = contractCard(T0_ATR);

class QemuCard {
  readonly #socket: Socket;
  #buffer: Buffer = Buffer.alloc(0);
  #added = false;
  #present = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    const init = Buffer.alloc(12);
    init.write("VSCD", 0, "latin1");
    // version 0.0.2, no capabilities
    init.writeUInt32BE(2, 4);
    this.#send(MESSAGE.init, ALL_READERS, init);
    socket.on("data", (chunk: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      this.#pump();
    });
  }

  insert(): void {
    if (!this.#present) this.#send(MESSAGE.atr, 0, card.atr);
    this.#present = true;
  }

  remove(): void {
    if (this.#present) this.#send(MESSAGE.cardRemove, 0, new Uint8Array(0));
    this.#present = false;
  }

  #pump(): void {
    while (this.#buffer.length >= HEADER) {
      const length = HEADER + this.#buffer.readUInt32BE(8);
      if (this.#buffer.length < length) return;
      const type = this.#buffer.readUInt32BE(0);
      const data = Uint8Array.from(this.#buffer.subarray(HEADER, length));
      this.#buffer = this.#buffer.subarray(length);
      if (type === MESSAGE.init && !this.#added) {
        this.#added = true;
        this.#send(MESSAGE.readerAdd, ALL_READERS, Buffer.from("cardwire\0"));
      } else if (type === MESSAGE.apdu) {
        void this.#answer(data);
      }
    }
  }

  async #answer(command: Uint8Array): Promise<void> {
    const response = await card.transmit(command);
    if (this.#present) this.#send(MESSAGE.apdu, 0, response);
  }

  #send(type: number, reader: number, data: Uint8Array): void {
    const header = Buffer.alloc(HEADER);
    header.writeUInt32BE(type, 0);
    header.writeUInt32BE(reader, 4);
    header.writeUInt32BE(data.length, 8);
    this.#socket.write(Buffer.concat([header, data]));
  }
}

function open(attempts: number): void {
  const socket = connect(path);
  socket.once("error", (error) => {
    if (attempts === 0) throw error;
    setTimeout(open, 100, attempts - 1);
  });
  socket.once("connect", () => {
    obeyOrders(new QemuCard(socket));
    socket.on("close", () => process.exit(0));
  });
}

function obeyOrders(qemuCard: QemuCard): void {
  let last = 0;
  const look = (): void => {
    if (!existsSync(`${folder}/card-order`)) return;
    const [id = "0", order] = readFileSync(`${folder}/card-order`, "utf8").split(" ");
    if (Number(id) <= last) return;
    last = Number(id);
    if (order === "insert") qemuCard.insert();
    else qemuCard.remove();
    writeFileSync(`${folder}/card-done`, id);
  };
  watch(folder, look);
  look();
}

open(300);
