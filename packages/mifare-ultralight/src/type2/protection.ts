import { UsageError } from "@cardwire/core";
import { PAGE_BYTES } from "../rf-commands.ts";
import type { PageWrite } from "./ndef.ts";
import { requireBytes } from "./security.ts";

/** How pages are protected by a password (NTAG21x section 8.8, MF0ULx1 section 8.6). */
export interface PasswordProtection {
  /** 4 bytes. */
  readonly password: Uint8Array;
  /** What the tag proves itself with, 2 bytes. */
  readonly acknowledgement: Uint8Array;
  /** The first page that needs the password for writing. */
  readonly firstPage: number;
  /** True: for reading too. */
  readonly protectsRead?: boolean;
  /** After how many wrong passwords in a row none is taken any more, for ever: 1–7; no limit when absent. */
  readonly attempts?: number;
}

const PROTECT_READ = 0x80;
const LIMIT_BITS = 0x07;
const ACKNOWLEDGEMENT_BYTES = 2;

/** @throws UsageError for what cannot be set. */
export function checkProtection({ password, acknowledgement, firstPage, attempts = 0 }: PasswordProtection): void {
  requireBytes(password, PAGE_BYTES, "a password");
  requireBytes(acknowledgement, ACKNOWLEDGEMENT_BYTES, "an acknowledgement");
  if (!Number.isInteger(firstPage) || firstPage < 0 || firstPage > 0xff)
    throw new UsageError(`${firstPage} is no page to protect from`);
  if (!Number.isInteger(attempts) || attempts < 0 || attempts > LIMIT_BITS)
    throw new UsageError(`${attempts} is no number of attempts`);
}

/**
 * The page writes that set a protection. AUTH0 comes last: a tag torn away before is not protected by a password that
 * nobody knows.
 *
 * @param page the page of CFG0.
 * @param before CFG0 and CFG1 as they are, 8 bytes.
 */
export function protectionWrites(protection: PasswordProtection, page: number, before: Uint8Array): PageWrite[] {
  const { password, acknowledgement, firstPage, protectsRead = false, attempts = 0 } = protection;
  const configuration = before.slice();
  configuration[3] = firstPage;
  const kept = (configuration[4] ?? 0) & ~(PROTECT_READ | LIMIT_BITS);
  configuration[4] = kept | (protectsRead ? PROTECT_READ : 0) | attempts;
  return [
    { page: page + 2, data: password.slice() },
    { page: page + 3, data: Uint8Array.of(...acknowledgement, 0, 0) },
    { page: page + 1, data: configuration.subarray(PAGE_BYTES, 2 * PAGE_BYTES) },
    { page, data: configuration.subarray(0, PAGE_BYTES) },
  ];
}
