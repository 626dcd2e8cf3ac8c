import { airOrder } from "../bits.ts";
import type { Iso15693Dump, SlixFacts } from "../model.ts";
import type { FlipperFile } from "./file.ts";

/** Reads the ISO15693-3 part of a Flipper file, and what a SLIX has besides. */
export function parseIso15693(file: FlipperFile, isSlix: boolean): Iso15693Dump {
  const blocks = file.decimal("Block Count", 256);
  const blockBytes = file.byte("Block Size");
  if (blockBytes < 1 || blockBytes > 32)
    throw file.error("DAMAGED", "Block Size", `${blockBytes} bytes are not 1 to 32`);
  const security = file.bytes("Security Status", blocks);
  return {
    kind: "iso15693",
    uid: airOrder(file.bytes("UID", 8), 0xe0),
    dsfid: file.byte("DSFID"),
    afi: file.byte("AFI"),
    icReference: file.has("IC Reference") ? file.byte("IC Reference") : undefined,
    dsfidLocked: file.has("Lock DSFID") && file.boolean("Lock DSFID"),
    afiLocked: file.has("Lock AFI") && file.boolean("Lock AFI"),
    blockBytes,
    memory: file.bytes("Data Content", blocks * blockBytes),
    unread: [],
    blockLocked: Array.from(security, (status) => (status & 1) === 1),
    slix: isSlix ? parseSlix(file) : undefined,
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
