import { airOrder } from "../bits.ts";
import type { Iso15693Dump, SlixFacts } from "../model.ts";
import type { FlipperFile } from "./file.ts";

/** Reads the ISO15693-3 part of a Flipper file, and what a SLIX has besides. */
export function parseIso15693(file: FlipperFile, isSlix: boolean): Iso15693Dump {
  // a tag that does not answer GET SYSTEM INFORMATION leaves these fields out
  if (!file.has("Block Count") && !file.has("Block Size"))
    throw file.error("PARTIAL", "Block Count", "is missing: the memory was not read");
  const blocks = file.decimal("Block Count", 256);
  const blockBytes = file.byte("Block Size");
  if (blockBytes < 1 || blockBytes > 32)
    throw file.error("DAMAGED", "Block Size", `${blockBytes} bytes are not 1 to 32`);
  return {
    kind: "iso15693",
    uid: airOrder(file.bytes("UID", 8), 0xe0),
    dsfid: file.has("DSFID") ? file.byte("DSFID") : 0,
    afi: file.has("AFI") ? file.byte("AFI") : 0,
    icReference: file.has("IC Reference") ? file.byte("IC Reference") : undefined,
    blockBytes,
    memory: file.bytes("Data Content", blocks * blockBytes),
    unread: [],
    ...locks(file, blocks),
    slix: isSlix ? parseSlix(file) : undefined,
  };
}

/** Up to version 3 the lock bits were a byte before those of the blocks: bit 0 DSFID, bit 1 AFI. */
function locks(file: FlipperFile, blocks: number): Pick<Iso15693Dump, "dsfidLocked" | "afiLocked" | "blockLocked"> {
  const isLegacy = !file.has("Lock DSFID") && !file.has("Lock AFI");
  if (!file.has("Security Status"))
    return {
      dsfidLocked: !isLegacy && file.boolean("Lock DSFID"),
      afiLocked: !isLegacy && file.boolean("Lock AFI"),
      blockLocked: Array.from({ length: blocks }, () => false),
    };
  const security = file.bytes("Security Status", blocks + (isLegacy ? 1 : 0));
  const first = security[0] ?? 0;
  return {
    dsfidLocked: isLegacy ? (first & 1) !== 0 : file.boolean("Lock DSFID"),
    afiLocked: isLegacy ? (first & 2) !== 0 : file.boolean("Lock AFI"),
    blockLocked: Array.from(isLegacy ? security.subarray(1) : security, (status) => (status & 1) === 1),
  };
}

const PASSWORDS = [
  ["read", "Password Read"],
  ["write", "Password Write"],
  ["privacy", "Password Privacy"],
  ["destroy", "Password Destroy"],
  ["eas", "Password EAS"],
] as const;

function parseSlix(file: FlipperFile): SlixFacts {
  const passwords: Record<string, Uint8Array> = {};
  for (const [name, key] of PASSWORDS) if (file.has(key)) passwords[name] = file.bytes(key, 4);
  const capabilities = file.has("Capabilities") ? file.string("Capabilities") : "Default";
  if (capabilities !== "Default" && capabilities !== "AcceptAllPasswords")
    throw file.error("DAMAGED", "Capabilities", `"${capabilities}" is neither Default nor AcceptAllPasswords`);
  return {
    passwords,
    signature: file.has("Signature") ? file.bytes("Signature", 32) : undefined,
    privacyMode: file.has("Privacy Mode") && file.boolean("Privacy Mode"),
    protectionPointer: file.has("Protection Pointer") ? file.byte("Protection Pointer") : undefined,
    protectionCondition: file.has("Protection Condition") ? file.byte("Protection Condition") : undefined,
    easLocked: file.has("Lock EAS") && file.boolean("Lock EAS"),
    protectionLocked: file.has("Lock PPL") && file.boolean("Lock PPL"),
    acceptsAllPasswords: capabilities === "AcceptAllPasswords",
  };
}
