import { concatBytes, copyBytes, equalBytes, UsageError } from "@cardwire/core";
import { aes128, answerChallenge, type AuthenticationCipher, tripleDes, turnKey } from "../authentication.ts";
import { PAGE_BYTES, Type2Command } from "../rf-commands.ts";
import { failed, type PageAccess } from "./page-access.ts";
import { Type2Error } from "./type2-error.ts";

const PACK_BYTES = 2;
const KEY_BYTES = 16;

/** Gives random bytes. */
export type Random = (length: number) => Uint8Array;

export function requireBytes(bytes: Uint8Array, length: number, what: string): Uint8Array {
  if (bytes.length !== length) throw new UsageError(`${what} has ${length} bytes, not ${bytes.length}`);
  return bytes;
}

/** PWD_AUTH. @throws Type2Error WRONG_KEY, NO_ANSWER */
export async function authenticatePassword(
  pages: PageAccess,
  password: Uint8Array,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  requireBytes(password, PAGE_BYTES, "a password");
  const frame = concatBytes(Uint8Array.of(Type2Command.PASSWORD_AUTHENTICATE), password);
  const answer = await pages.ask(frame, signal);
  if (answer.kind === "bytes" && answer.data.length === PACK_BYTES) return copyBytes(answer.data);
  if (answer.kind === "nak") throw new Type2Error("WRONG_KEY", "the tag refused the password");
  throw failed("PWD_AUTH", answer);
}

/** The three passes of Ultralight C and Ultralight AES. @throws Type2Error WRONG_KEY, NO_ANSWER */
export async function authenticateKey(
  pages: PageAccess,
  cipherName: "3des" | "aes",
  key: Uint8Array,
  keyNumber: number,
  random: Random,
  signal?: AbortSignal,
): Promise<void> {
  requireBytes(key, KEY_BYTES, "a key");
  const cipher: AuthenticationCipher = cipherName === "3des" ? tripleDes : aes128;
  await pages.access.together(async () => {
    const first = await pages.ask(Uint8Array.of(Type2Command.AUTHENTICATE, keyNumber), signal);
    if (first.kind !== "bytes" || first.data[0] !== Type2Command.AUTHENTICATE_CONTINUE)
      throw failed("AUTHENTICATE", first);
    const challenge = first.data.slice(1);
    if (challenge.length !== cipher.blockBytes) throw failed("AUTHENTICATE", first);
    const { message, expected } = answerChallenge(cipher, key, challenge, random(cipher.blockBytes));
    const frame = concatBytes(Uint8Array.of(Type2Command.AUTHENTICATE_CONTINUE), message);
    const second = await pages.ask(frame, signal);
    if (second.kind === "nak") throw new Type2Error("WRONG_KEY", "the tag refused the key");
    if (second.kind !== "bytes") throw failed("AUTHENTICATE", second);
    // a tag that does not know the key cannot give our own nonce back
    if (second.data[0] !== 0x00 || !equalBytes(second.data.subarray(1), expected))
      throw new Type2Error("WRONG_KEY", "the tag does not know the key");
  }, signal);
}

/** A key in the order in which its four pages are written. */
export function keyPages(cipherName: "3des" | "aes", key: Uint8Array): Uint8Array[] {
  const turned = turnKey(requireBytes(key, KEY_BYTES, "a key"), cipherName === "3des" ? 8 : 16);
  return [0, 4, 8, 12].map((at) => turned.slice(at, at + PAGE_BYTES));
}
