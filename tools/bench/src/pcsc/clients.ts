import { createRequire } from "node:module";
import { join } from "node:path";
import { type SmartCardContext } from "@cardwire/core";
import { createPcscliteContext } from "@cardwire/transport-pcsclite";
import { createPcscliteFfiContext } from "@cardwire/transport-pcsclite/ffi";

/** A connected card, whoever connected it. */
export interface ConnectedCard {
  transmit(command: Uint8Array): Promise<Uint8Array>;
  /** Keeps others out meanwhile. */
  startTransaction?(transaction: () => Promise<undefined>): Promise<void>;
}

/** Connects the cards in these readers, in the way that a package's own documents show. */
export type Connect = (readerNames: readonly string[]) => Promise<ConnectedCard[]>;

const peers = createRequire(join(process.env["CARDWIRE_PCSC_PEERS"] ?? "/", "package.json"));

/** Cards of some die with their context, and that with the last reference to it. */
const contexts: object[] = [];

const ours =
  (createContext: () => SmartCardContext): Connect =>
  async (readerNames) => {
    const context = createContext();
    contexts.push(context);
    return Promise.all(
      readerNames.map(async (readerName) => {
        const { connection } = await context.connect(readerName, "shared");
        return connection;
      }),
    );
  };

interface PcscliteReader {
  readonly name: string;
  readonly SCARD_SHARE_SHARED: number;
  connect(options: object, callback: (error: Error | null, protocol: number) => void): void;
  transmit(
    command: Buffer,
    length: number,
    protocol: number,
    callback: (error: Error | null, response: Buffer) => void,
  ): void;
}
interface PcscliteModule {
  on(event: "reader", listener: (reader: PcscliteReader) => void): void;
}

/** pcsclite and @pokusew/pcsclite, whose calls are the same. */
const pcsclite =
  (name: string): Connect =>
  (readerNames) =>
    new Promise((resolve, reject) => {
      const open = peers(name) as () => PcscliteModule;
      const cards: ConnectedCard[] = [];
      open().on("reader", (reader) => {
        if (!readerNames.includes(reader.name)) return;
        reader.connect({ share_mode: reader.SCARD_SHARE_SHARED }, (error, protocol) => {
          if (error) {
            reject(error);
            return;
          }
          cards.push({
            transmit: (command) =>
              new Promise((done, failed) => {
                reader.transmit(command as Buffer, 258, protocol, (failure, response) => {
                  if (failure) failed(failure);
                  else done(response);
                });
              }),
          });
          if (cards.length === readerNames.length) resolve(cards);
        });
      });
    });

interface SmartcardModule {
  readonly Context: new () => {
    listReaders(): { readonly name: string; connect(share: number, protocol: number): Promise<ConnectedCard> }[];
  };
  readonly SCARD_SHARE_SHARED: number;
  readonly SCARD_PROTOCOL_T0: number;
  readonly SCARD_PROTOCOL_T1: number;
}

async function smartcard(readerNames: readonly string[]): Promise<ConnectedCard[]> {
  const { Context, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0, SCARD_PROTOCOL_T1 } = peers("smartcard") as SmartcardModule;
  const context = new Context();
  contexts.push(context);
  const readers = context.listReaders().filter(({ name }) => readerNames.includes(name));
  return Promise.all(
    readers.map((reader) => reader.connect(SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)),
  );
}

interface PcscMiniReader {
  name(): string;
  connect(mode: number): Promise<ConnectedCard>;
  once(event: "change", listener: () => void): void;
}
interface PcscMiniModule {
  readonly Client: new () => {
    on(event: "reader", listener: (reader: PcscMiniReader) => void): { start(): void };
  };
  readonly CardMode: { readonly SHARED: number };
}

function pcscMini(readerNames: readonly string[]): Promise<ConnectedCard[]> {
  const { Client, CardMode } = peers("pcsc-mini") as PcscMiniModule;
  return new Promise((resolve, reject) => {
    const cards: ConnectedCard[] = [];
    new Client()
      .on("reader", (reader) => {
        if (!readerNames.includes(reader.name())) return;
        reader.once("change", () => {
          reader.connect(CardMode.SHARED).then((card) => {
            cards.push(card);
            if (cards.length === readerNames.length) resolve(cards);
          }, reject);
        });
      })
      .start();
    setTimeout(() => {
      reject(new Error(`${cards.length} of ${readerNames.length} readers found`));
    }, 5_000).unref();
  });
}

/** Who takes part, by name. */
export const CLIENTS: Readonly<Record<string, Connect>> = {
  "@cardwire/transport-pcsclite": ours(createPcscliteContext),
  "@cardwire/transport-pcsclite/ffi": ours(createPcscliteFfiContext),
  "@pokusew/pcsclite": pcsclite("@pokusew/pcsclite"),
  pcsclite: pcsclite("pcsclite"),
  smartcard,
  "pcsc-mini": pcscMini,
};
