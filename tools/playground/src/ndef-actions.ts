import type { Tap, TapNdef } from "cardwire";
import type { Action } from "./action.ts";
import { ndefText } from "./results.ts";

export const readNdef: Action = {
  id: "read-ndef",
  label: "Read NDEF",
  fields: [],
  run: async (tap) => ndefText(await tap.ndef?.read()),
};

export const writeText: Action = {
  id: "write-ndef",
  label: "Write NDEF",
  fields: [{ id: "text", label: "Text", value: "Hello, card", kind: "text" }],
  async run(tap, { text = "" }) {
    await ndefOf(tap).write({ records: [{ recordType: "text", data: text, lang: "en" }] });
    return `the tag now holds “${text}”`;
  },
};

export const formatNdef: Action = {
  id: "format-ndef",
  label: "Format for NDEF",
  fields: [],
  async run(tap) {
    const ndef = ndefOf(tap);
    await ndef.format();
    return `${(await ndef.state()).capacityBytes} bytes of NDEF fit, and there are none yet`;
  },
};

export const lockNdef: Action = {
  id: "lock-ndef",
  label: "Make it read-only",
  fields: [],
  async run(tap) {
    await ndefOf(tap).makeReadOnly();
    return "read-only for ever; a virtual tag is laid there anew by choosing it again";
  },
};

function ndefOf({ ndef, card }: Tap): TapNdef {
  if (ndef === undefined) throw new Error(`${card.name} keeps no NDEF`);
  return ndef;
}
