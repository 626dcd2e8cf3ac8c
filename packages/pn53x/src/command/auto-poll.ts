import { concatBytes, FormatError } from "@cardwire/core";
import { type Pn53xCommand, PN53X_COMMAND_CODE } from "./command.ts";
import { Fields, requireByte } from "./fields.ts";

/** What InAutoPoll looks for (UM0701-02 section 7.3.13). */
export interface AutoPollRequest {
  /** How often, 1–254; 255 without end. */
  readonly count: number;
  /** The time for each type in units of 150 ms, 1–15. */
  readonly period: number;
  /** 1 to 15 types: `00` any type A, `03` type B, `04` Jewel, `10` MIFARE, `11`, `12` FeliCa, `20` and `23` ISO/IEC 14443-4. */
  readonly types: readonly number[];
}

/** A target that was found: its data are those of InListPassiveTarget, Tg first. */
export interface AutoPollTarget {
  readonly type: number;
  readonly data: Uint8Array;
}

/** InAutoPoll (UM0701-02 section 7.3.13). */
export const InAutoPoll: Pn53xCommand<AutoPollRequest, { readonly targets: readonly AutoPollTarget[] }> = {
  name: "InAutoPoll",
  code: PN53X_COMMAND_CODE.InAutoPoll,
  encodeRequest({ count, period, types }) {
    if (types.length < 1 || types.length > 15)
      throw new FormatError("INVALID_VALUE", `1 to 15 types, not ${types.length}`, { field: "Type" });
    return Uint8Array.of(
      requireByte(count, "PollNr"),
      requireByte(period, "Period"),
      ...types.map((type) => requireByte(type, "Type")),
    );
  },
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    const count = fields.byte("PollNr");
    const period = fields.byte("Period");
    const types = [fields.byte("Type"), ...fields.rest()];
    if (types.length > 15)
      throw new FormatError("LEFT_OVER", `15 types at most, not ${types.length}`, { field: "Type", offset: 17 });
    return { count, period, types };
  },
  encodeAnswer: ({ targets }) =>
    concatBytes(
      Uint8Array.of(targets.length),
      ...targets.flatMap(({ type, data }) => [Uint8Array.of(type, requireByte(data.length, "Ln")), data]),
    ),
  decodeAnswer(bytes) {
    const fields = new Fields(bytes);
    const targets: AutoPollTarget[] = [];
    for (let count = fields.byte("NbTg"); count > 0; count--) {
      const type = fields.byte("Type");
      targets.push({ type, data: fields.bytes(fields.byte("Ln"), "AutoPollTargetData") });
    }
    fields.end("InAutoPoll");
    return { targets };
  },
};
