import { StatusWord } from "./status-word.ts";
import type { CommandDialogue, StorageCommand } from "./storage-command.ts";

/** How a family answers GET DATA, as data: {@link documentedGetData}, or what Windows does for it. */
export interface GetDataRule {
  /**
   * `01 00`: "by-le" gives the ATR's 15 historical bytes and compares Le, "whole" gives them whatever Le is, "refused"
   * is 6A81.
   */
  readonly historicalBytes: "by-le" | "whole" | "refused";
  /**
   * Le below the length of the UID. "6CXX": the right length and no data. "uid-6CXX": the whole UID and the right length,
   * and the reader remembers the short Le. "uid-6C00": the whole UID and 6C00.
   */
  readonly shortLe: "6CXX" | "uid-6CXX" | "uid-6C00";
  /** An area that does not even take the data: 6300 before anything else is looked at. */
  readonly refusesSmallArea: boolean;
}

/** GET DATA as PC/SC part 3 section 3.2.2.1.3 has it; a storage card has no ATS, hence no historical bytes. */
export const documentedGetData: GetDataRule = {
  historicalBytes: "refused",
  shortLe: "6CXX",
  refusesSmallArea: false,
};

/** Where the historical bytes of a storage card's ATR are. */
const HISTORY_START = 4;
const HISTORY_BYTES = 15;

/** GET DATA `FF CA`. */
export function* getData(command: StorageCommand): CommandDialogue {
  const { card, p1, p2, le, area } = command;
  const { uid, getDataRule: rule } = card;
  // whatever GET DATA comes to, a remembered short Le turns it into this
  const shortLeWord = StatusWord.WRONG_LE | uid.length;
  if (p2 !== 0 || p1 > 1) return command.end(StatusWord.WRONG_P1P2, undefined, 0, shortLeWord);
  if (p1 === 1 && rule.historicalBytes === "refused")
    return command.end(StatusWord.FUNCTION_NOT_SUPPORTED, undefined, 0, shortLeWord);

  const data = p1 === 0 ? uid : card.atr.subarray(HISTORY_START, HISTORY_START + HISTORY_BYTES);
  if (rule.refusesSmallArea && area < data.length)
    return command.end(StatusWord.NO_INFORMATION, undefined, 0, shortLeWord);
  if (le === 0 || le === data.length || (p1 === 1 && rule.historicalBytes === "whole"))
    return command.end(StatusWord.OK, data, data.length, shortLeWord);
  if (le > data.length) {
    const padded = new Uint8Array(le);
    padded.set(data);
    return command.end(StatusWord.END_REACHED, padded, Math.min(le, area), shortLeWord);
  }
  if (rule.shortLe === "6CXX") return command.end(StatusWord.WRONG_LE | data.length);
  if (p1 === 0 && rule.shortLe === "uid-6CXX") {
    card.shortLe = true;
    return command.end(StatusWord.OK, data, data.length, shortLeWord);
  }
  return command.end(StatusWord.WRONG_LE, data, data.length, shortLeWord);
}
