import { createApduChannel, findTlv, parseTlv } from "@cardwire/apdu";
import { fromHex, isFormatError, type SmartCardConnection, toHex } from "@cardwire/core";
import { type DesfireVersion, Type4Tag } from "@cardwire/iso-dep";
import type { ProductIdentity } from "./families/family.ts";

/** An application that cards are asked for by its name. */
interface KnownApplication {
  readonly name: string;
  /** Its AID, or the beginning of it. */
  readonly aid: string;
}

const OK = 0x9000;
/** The environments of payment cards, which list the others (EMV book 1 section 11.3, EMV contactless book B section 3.3). */
const PAYMENT_CONTACTLESS = toHex(new TextEncoder().encode("2PAY.SYS.DDF01"));
const PAYMENT_CONTACT = toHex(new TextEncoder().encode("1PAY.SYS.DDF01"));
const SCHEMES: readonly KnownApplication[] = [
  { name: "Visa", aid: "A000000003" },
  { name: "Mastercard", aid: "A000000004" },
  { name: "Maestro", aid: "A0000000043060" },
  { name: "American Express", aid: "A000000025" },
  { name: "JCB", aid: "A000000065" },
  { name: "Discover", aid: "A000000152" },
  { name: "girocard", aid: "A000000359" },
  { name: "UnionPay", aid: "A000000333" },
];

/** Asked for one after the other; what a card has is what it is named by, first come. */
const APPLICATIONS: readonly KnownApplication[] = [
  // Calypso: the beginning of the AID that transport cards of all networks have, "1TIC.ICA"
  { name: "Calypso", aid: toHex(new TextEncoder().encode("1TIC.ICA")) },
  { name: "electronic passport", aid: "A0000002471001" },
  { name: "FIDO", aid: "A0000006472F0001" },
  { name: "PIV", aid: "A000000308000010000100" },
  { name: "OpenPGP", aid: "D27600012401" },
];

/** What of a FCI template lists applications: FCI template, proprietary, issuer discretionary data, directory entry, ADF name. */
const DIRECTORY_PATH = [0x6f, 0xa5, 0xbf0c, 0x61, 0x4f] as const;

/** DESFire generations by the hardware's major version (AN10833 and the products' data sheets). */
const DESFIRE_NAMES: Readonly<Record<number, string>> = {
  0x00: "MIFARE DESFire",
  0x01: "MIFARE DESFire EV1",
  0x12: "MIFARE DESFire EV2",
  0x22: "MIFARE DESFire EV2",
  0x33: "MIFARE DESFire EV3",
};
const TYPE = 1;
const TYPE_DESFIRE = 0x01;
const TYPE_NTAG = 0x04;
const TYPE_LIGHT = 0x08;

/** What a processor card says when it is asked for the applications that are known. */
export interface ProcessorFindings {
  readonly product: ProductIdentity | undefined;
  readonly memoryBytes: number | undefined;
  /** Such as "Calypso" or "EMV payment: Visa". */
  readonly applications: readonly string[];
}

/** Asks a processor card what it is. What another application had selected is selected no more. */
export async function identifyProcessor(
  connection: SmartCardConnection,
  isContactless: boolean,
  signal?: AbortSignal,
): Promise<ProcessorFindings> {
  const options = signal && { signal };
  const channel = createApduChannel((command, within) => connection.transmit(command, within));
  const select = async (aid: string): Promise<Uint8Array | undefined> => {
    const { data, sw } = await channel.transmit(
      { cla: 0x00, ins: 0xa4, p1: 0x04, p2: 0x00, data: fromHex(aid), ne: 256 },
      options,
    );
    return sw === OK ? data : undefined;
  };

  const applications: string[] = [];
  let product: ProductIdentity | undefined;
  const version = isContactless ? await new Type4Tag(connection).readDesfireVersion(options) : undefined;
  if (version !== undefined) product = desfireProduct(version);

  const environment = await select(isContactless ? PAYMENT_CONTACTLESS : PAYMENT_CONTACT);
  if (environment !== undefined) {
    const schemes = paymentSchemes(environment);
    const name = schemes.length === 0 ? "EMV payment" : `EMV payment: ${schemes.join(", ")}`;
    applications.push(name);
    product ??= { name: "EMV payment card", evidence: `SELECT ${isContactless ? "2" : "1"}PAY.SYS.DDF01` };
  }
  for (const { name, aid } of APPLICATIONS) {
    if ((await select(aid)) === undefined) continue;
    applications.push(name);
    product ??= { name: `${name} card`, evidence: `SELECT ${aid}` };
  }
  return { product, memoryBytes: version?.storageBytes, applications };
}

function desfireProduct(version: DesfireVersion): ProductIdentity {
  const type = (version.bytes[TYPE] ?? 0) & 0x0f;
  const names: Partial<Record<number, string>> = {
    [TYPE_DESFIRE]: DESFIRE_NAMES[version.majorVersion] ?? "MIFARE DESFire",
    [TYPE_NTAG]: "NTAG 4xx DNA",
    [TYPE_LIGHT]: "MIFARE DESFire Light",
  };
  return {
    name: names[type] ?? "card with DESFire's commands",
    evidence: `GetVersion ${toHex(version.bytes.subarray(0, 7), " ")}`,
    userBytes: version.storageBytes,
  };
}

/** The schemes that a directory of payment applications lists. */
function paymentSchemes(template: Uint8Array): readonly string[] {
  const [fci, proprietary, discretionary, entry, adf] = DIRECTORY_PATH;
  try {
    const found = findTlv(parseTlv(template), fci, proprietary, discretionary);
    const entries = found?.children?.filter(({ tag }) => tag === entry) ?? [];
    const names = entries.map(({ children }) => {
      const aid = toHex(children?.find(({ tag }) => tag === adf)?.value ?? new Uint8Array(0));
      // the longest beginning that is known
      return SCHEMES.filter((scheme) => aid.startsWith(scheme.aid)).sort((a, b) => b.aid.length - a.aid.length)[0]
        ?.name;
    });
    return [...new Set(names.filter((name) => name !== undefined))];
  } catch (error) {
    // it answered as a payment card does, if not in full
    if (isFormatError(error)) return [];
    throw error;
  }
}
