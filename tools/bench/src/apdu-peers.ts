import { createRequire } from "node:module";

/*
 * The peers of @cardwire/apdu, as far as the races use them. None but @hazae41's and @tomkp's can be imported with its
 * types: ber-tlv and node-emv ship none that are found, and device-management-kit's ES modules do not load in Node.
 */

interface BerTlvObject {
  readonly tag: string;
  readonly value: Uint8Array | null;
  readonly items: readonly BerTlvObject[];
}

interface BerTlv {
  readonly TlvFactory: {
    parse(data: Uint8Array): BerTlvObject[];
    serialize(object: BerTlvObject): Uint8Array;
    primitiveTlv(tag: string, value: Uint8Array): BerTlvObject;
    constructedTlv(tag: string, items: readonly BerTlvObject[]): BerTlvObject;
  };
}

interface NodeEmv {
  parse(hex: string, callback: (objects: readonly unknown[]) => void): void;
}

interface Ledger {
  readonly ApduBuilder: new (header: { cla: number; ins: number; p1: number; p2: number }) => LedgerBuilder;
  readonly ApduParser: new (response: { data: Uint8Array; statusCode: Uint8Array }) => LedgerParser;
}

interface LedgerBuilder {
  addBufferToData(data: Uint8Array): LedgerBuilder;
  build(): { getRawApdu(): Uint8Array };
}

interface LedgerParser {
  extractFieldTLVEncoded(): { readonly tag: number; readonly value: Uint8Array } | undefined;
}

const require = createRequire(import.meta.url);

export const berTlv = require("ber-tlv") as BerTlv;
export const nodeEmv = require("node-emv") as NodeEmv;
export const ledger = require("@ledgerhq/device-management-kit") as Ledger;
