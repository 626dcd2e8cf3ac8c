import { ICODE_COMMAND } from "./commands.ts";
import { Type5Error } from "./type5-error.ts";
import type { Type5Link } from "./type5-link.ts";

/** An ICODE's password with a random number of the tag mixed in, as it goes over the air (ICODE SLIX2 data sheet, SET PASSWORD). */
export async function mixedPassword(link: Type5Link, password: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
  const number = await link.custom(ICODE_COMMAND.GET_RANDOM_NUMBER, new Uint8Array(0), signal);
  if (number.length !== 2) throw new Type5Error("NO_ANSWER", "the random number has two bytes");
  return password.map((byte, index) => byte ^ (number[index & 1] ?? 0));
}
