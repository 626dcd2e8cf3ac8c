import { readFile } from "node:fs/promises";
import { READER_DIALECTS, type ReaderDialect, STANDARD_DIALECT } from "@cardwire/apdu/pcsc";
import { fromHex } from "@cardwire/core";
import {
  type CcidTransport,
  type DeviceIdentity,
  parseClassDescriptor,
  planReader,
  READER_QUIRKS,
  type ReaderQuirk,
} from "@cardwire/transport-ccid";
import { hex16, page, table } from "./markdown.ts";

const HEAD = `# Readers

Any reader that your system's smart-card service knows works with cardwire: pcscd on Linux, the Smart Card service on Windows, the
PC/SC framework on macOS. This page has what is particular about readers, written from the tables that the code uses.

<!-- Written from the code: \`pnpm --filter @cardwire-tools/site generate\` -->

## Contactless readers and their commands

PC/SC part 3 says how an application reads a tag through a reader, and each maker reads it in a way of their own. cardwire looks at
the reader's name, picks its dialect and says things the way that reader wants them. A reader that is not in the list is taken for
one that follows the standard.

What the columns mean. **Frames**: the reader carries frames of your own to the tag (transparent session, \`FF C2\`), which is what
GET_VERSION, password authentication and FAST_READ need; an ACR122U does it through its PN532 instead. **Values**: increment and
decrement of MIFARE Classic value blocks. **Keys**: where LOAD KEYS can put them.`;

const CCID = `## CCID readers

What USB readers say of themselves, and what cardwire's own [CCID transport](packages/transport-ccid.md) makes of it. You need this table
only without a smart-card service: in the browser, or with Node's \`usb\`.

- **Level**: who does the work. With "extended APDU" and "short APDU" the reader speaks T=0 and T=1 by itself; with "TPDU" and "character"
  cardwire does.
- **Message**: the longest message in bytes. A reader at the level of short APDUs cannot carry a longer command, whatever the software.
- **PIN**: the reader has a PIN pad, for verifying and perhaps for changing a PIN.`;

const LEVELS: Readonly<Record<string, string>> = {
  character: "character",
  tpdu: "TPDU",
  "short-apdu": "short APDU",
  "extended-apdu": "extended APDU",
};

/** The page `docs/readers.md`, as the code has it. */
export async function readersPage(): Promise<string> {
  const readers = await ccidReaders();
  return page([
    HEAD,
    table(
      ["dialect", "reader names with", "UID and more", "keys", "frames", "values"],
      [STANDARD_DIALECT, ...READER_DIALECTS.filter((dialect) => dialect !== STANDARD_DIALECT)].map(dialectRow),
    ),
    "In a program: `readerDialect(readerName)` of `@cardwire/apdu/pcsc` gives the dialect, and every helper takes one as an option.",
    CCID,
    "### Readers that do not do as they say",
    table(["reader", "what is different", "known from"], READER_QUIRKS.map(quirkRow)),
    `### All ${readers.length} readers`,
    table(["reader", "USB id", "level", "protocols", "message", "PIN"], readers.map(readerRow)),
  ]);
}

function dialectRow(dialect: ReaderDialect): readonly string[] {
  const { name, readerNames, getData, loadKeys, session, value } = dialect;
  return [
    name,
    readerNames.length === 0 ? "any other" : readerNames.map((part) => `\`${part}\``).join(", "),
    Object.keys(getData).join(", ").replaceAll("-", " "),
    loadKeys === undefined ? "–" : loadKeys.memories.join(", "),
    session === undefined ? "–" : "yes",
    value === undefined ? "–" : "yes",
  ];
}

function quirkRow({ vendorId, productIds, why, sources }: ReaderQuirk): readonly string[] {
  const products =
    productIds === undefined
      ? [`\`${hex16(vendorId)}\` (all)`]
      : productIds.map((id) => `\`${hex16(vendorId)}:${hex16(id)}\``);
  return [products.join(", "), why, sources.join(", ")];
}

interface CcidReader {
  readonly name: string;
  readonly usbId: string;
  readonly identity: DeviceIdentity;
  readonly transport: CcidTransport;
  readonly descriptor: Uint8Array;
}

const TRANSPORTS: Readonly<Record<string, CcidTransport>> = { "0": "bulk", "1": "iccd-a", "2": "iccd-b" };

/** What readers said of themselves, one to a line. */
async function ccidReaders(): Promise<readonly CcidReader[]> {
  const text = await readFile(new URL("../../data/ccid-readers.tsv", import.meta.url), "utf8");
  const [, ...lines] = text.trimEnd().split("\n");
  return lines.map((line) => {
    const [name = "", usbId = "", version = "", protocol = "", descriptor = ""] = line.split("\t");
    const [vendor = "", product = ""] = usbId.split(":");
    return {
      name,
      usbId: usbId.toUpperCase(),
      identity: { vendorId: parseInt(vendor, 16), productId: parseInt(product, 16), version: parseInt(version, 16) },
      transport: TRANSPORTS[protocol] ?? "bulk",
      descriptor: fromHex(descriptor),
    };
  });
}

function readerRow({ name, usbId, identity, transport, descriptor }: CcidReader): readonly string[] {
  const plan = planReader(parseClassDescriptor(descriptor), transport, identity);
  const pin = [plan.pinVerify && "verify", plan.pinModify && "change"].filter((word) => word !== false);
  return [
    name,
    `\`${usbId}\``,
    plan.refused ? "not used: broken firmware" : (LEVELS[plan.level] ?? plan.level),
    plan.protocols.map((protocol) => `T=${protocol}`).join(", "),
    String(plan.maxMessageLength),
    pin.length === 0 ? "–" : pin.join(", "),
  ];
}
