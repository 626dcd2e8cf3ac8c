import {
  buildTlv,
  encodeCommandApdu,
  parseCommandApdu,
  parseResponseApdu,
  parseTlv,
  type TlvInput,
} from "@cardwire/apdu";
import { fromHex, toHex } from "@cardwire/core";
import { ApduRequest, ApduResponse } from "@hazae41/apdu";
import { Opaque, Readable, Writable } from "@hazae41/binary";
import { encode as tomkpEncode, parse as tomkpParse } from "@tomkp/ber-tlv";
import { berTlv, ledger, nodeEmv } from "./apdu-peers.ts";
import { keep, type Race, report } from "./race.ts";

const OURS = "@cardwire/apdu";
const LEDGER = "@ledgerhq/device-management-kit";

/** Bytes that differ from place to place, the same in every run. */
function filled(length: number): Uint8Array {
  return new Uint8Array(length).map((_, index) => index * 7 + length);
}

const payloads = [5, 16, 8, 32, 100, 7, 250, 4].map(filled);
const commands = payloads.map((data) => ({ cla: 0x00, ins: 0xd6, p1: 0x01, p2: 0x02, data }));
const commandBytes = commands.map((command) => encodeCommandApdu(command));
const responses = payloads.map((data) => Uint8Array.of(...data, 0x90, 0x00));

/** An application's answer to SELECT, and a record of a payment application: nested, tags of one and two bytes. */
const nested = [
  "6F2E8407A0000000041010A52350104D6173746572436172642044656269745F2D02656E9F110101BF0C059F4D020B0A",
  "70565A0841333000896010125F24032512315F25032001015F280200565F3401019F0702FF008E0E000000000000000041034203" +
    "1F039F0D05B050BC80009F0E0500000000009F0F05B070BC98009F080200029F42020978",
].map(fromHex);
const nestedHex = nested.map((bytes) => toHex(bytes));

/** Objects one after the other, tags of one byte. */
const flat = [4, 8, 16, 2, 32, 1, 64, 20].map((length, index) => ({ tag: 0x80 + index, value: filled(length) }));
const flatBytes = buildTlv(flat);

const trees: readonly (readonly TlvInput[])[] = nested.map((bytes) => parseTlv(bytes));
const tomkpTrees = nested.map((bytes) => tomkpParse(bytes));
const berTlvTrees = nested.map((bytes) => berTlv.TlvFactory.parse(Buffer.from(bytes)));
const nestedBuffers = nested.map((bytes) => Buffer.from(bytes));

const races: Race[] = [
  {
    title: "Build a command APDU with data (5 to 250 bytes)",
    things: commands.length,
    ours: {
      name: OURS,
      run: () => {
        let sum = 0;
        for (const command of commands) sum += keep(encodeCommandApdu(command)).length;
        return sum;
      },
    },
    peers: [
      {
        name: LEDGER,
        run: () => {
          let sum = 0;
          for (const { cla, ins, p1, p2, data } of commands)
            sum += keep(new ledger.ApduBuilder({ cla, ins, p1, p2 }).addBufferToData(data).build().getRawApdu()).length;
          return sum;
        },
      },
      {
        name: "@hazae41/apdu",
        run: () => {
          let sum = 0;
          for (const { cla, ins, p1, p2, data } of commands)
            sum += keep(
              Writable.writeToBytesOrThrow(ApduRequest.fromOrThrow({ cla, ins, p1, p2, fragment: new Opaque(data) })),
            ).length;
          return sum;
        },
      },
    ],
  },
  {
    title: "Parse a command APDU (no peer does)",
    things: commandBytes.length,
    ours: {
      name: OURS,
      run: () => {
        let sum = 0;
        for (const bytes of commandBytes) sum += keep(parseCommandApdu(bytes)).data.length;
        return sum;
      },
    },
    peers: [],
  },
  {
    title: "Parse a response APDU (4 to 250 bytes, 9000)",
    things: responses.length,
    ours: {
      name: OURS,
      run: () => {
        let sum = 0;
        for (const bytes of responses) {
          const { data, sw } = keep(parseResponseApdu(bytes));
          sum += data.length + sw;
        }
        return sum;
      },
    },
    peers: [
      {
        name: "@hazae41/apdu",
        run: () => {
          let sum = 0;
          for (const bytes of responses) {
            const response = keep(Readable.readFromBytesOrThrow(ApduResponse, bytes));
            sum += response.fragment.bytes.length + response.status;
          }
          return sum;
        },
      },
    ],
  },
  {
    title: "Parse nested BER-TLV (48 and 88 bytes, 8 and 13 objects)",
    things: nested.length,
    ours: {
      name: OURS,
      run: () => {
        let sum = 0;
        for (const bytes of nested) sum += keep(parseTlv(bytes))[0]?.children?.length ?? 0;
        return sum;
      },
    },
    peers: [
      {
        name: "@tomkp/ber-tlv",
        run: () => {
          let sum = 0;
          for (const bytes of nested) sum += keep(tomkpParse(bytes))[0]?.children?.length ?? 0;
          return sum;
        },
      },
      {
        name: "ber-tlv",
        run: () => {
          let sum = 0;
          for (const bytes of nestedBuffers) sum += keep(berTlv.TlvFactory.parse(bytes))[0]?.items.length ?? 0;
          return sum;
        },
      },
      {
        name: "node-emv",
        run: () => {
          let sum = 0;
          for (const hex of nestedHex)
            nodeEmv.parse(hex, (objects) => {
              sum += objects.length;
            });
          return sum;
        },
      },
    ],
  },
  {
    title: "Parse flat TLV (8 objects, tags of one byte)",
    things: 1,
    ours: { name: OURS, run: () => keep(parseTlv(flatBytes)).length },
    peers: [
      {
        name: LEDGER,
        run: () => {
          const parser = new ledger.ApduParser({ data: flatBytes, statusCode: Uint8Array.of(0x90, 0x00) });
          let count = 0;
          while (keep(parser.extractFieldTLVEncoded()) !== undefined) count++;
          return count;
        },
      },
    ],
  },
  {
    title: "Build nested BER-TLV (48 and 88 bytes, 8 and 13 objects)",
    things: trees.length,
    ours: {
      name: OURS,
      run: () => {
        let sum = 0;
        for (const objects of trees) sum += keep(buildTlv(objects)).length;
        return sum;
      },
    },
    peers: [
      {
        name: "@tomkp/ber-tlv",
        run: () => {
          let sum = 0;
          for (const objects of tomkpTrees) sum += keep(tomkpEncode(objects)).length;
          return sum;
        },
      },
      {
        name: "ber-tlv",
        run: () => {
          let sum = 0;
          for (const objects of berTlvTrees)
            for (const object of objects) sum += keep(berTlv.TlvFactory.serialize(object)).length;
          return sum;
        },
      },
    ],
  },
];

process.exitCode = report(races) ? 0 : 1;
