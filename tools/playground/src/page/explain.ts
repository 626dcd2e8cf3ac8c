import { explainCommand, explainResponse } from "@cardwire/apdu/log";
import { describeAtr } from "@cardwire/atr/describe";
import { fromHex, isFormatError } from "@cardwire/core";
import type { LadderLine } from "@cardwire/nfc-reader/recording";
import { spaced } from "../hex.ts";
import { byId, h } from "./dom.ts";

/** Two fields that explain what is typed: an answer to reset, and a command or response. */
export function showExplain(): { setAtr(atr: Uint8Array): void } {
  const atr = box(
    "atr",
    "Answer to reset (ATR)",
    "3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 3D 00 00 00 00 56",
    describeAtr,
  );
  const apdu = box("apdu", "Command APDU", "00 A4 04 00 07 D2 76 00 00 85 01 01 00", explainCommand);
  const response = box("response", "Response APDU", "6A 82", explainResponse);
  byId("explain").append(
    h("h2", { id: "explain-title" }, "Explained as you type"),
    h("div", { class: "explainers" }, atr.element, h("div", { class: "stack" }, apdu.element, response.element)),
  );
  return {
    setAtr(bytes) {
      atr.set(spaced(bytes));
    },
  };
}

function box(
  id: string,
  label: string,
  value: string,
  explain: (bytes: Uint8Array) => readonly LadderLine[],
): { readonly element: HTMLElement; set(value: string): void } {
  const input = h("textarea", {
    id: `explain-${id}`,
    rows: 2,
    spellcheck: "false",
    autocomplete: "off",
    class: "hex",
    "aria-describedby": `explained-${id}`,
  });
  const output = h("div", { id: `explained-${id}`, class: "explained", "aria-live": "polite" });
  const update = (): void => {
    output.replaceChildren(explained(input.value, explain));
  };
  input.value = value;
  input.addEventListener("input", update);
  update();
  return {
    element: h("div", { class: "explainer" }, h("label", { for: `explain-${id}` }, label), input, output),
    set(text) {
      input.value = text;
      update();
    },
  };
}

function explained(text: string, explain: (bytes: Uint8Array) => readonly LadderLine[]): HTMLElement {
  let bytes: Uint8Array;
  try {
    bytes = fromHex(text.replace(/0x|[\s:,-]/gi, ""));
  } catch (error) {
    if (!isFormatError(error)) throw error;
    return h("p", { class: "bad" }, `Not hexadecimal yet: ${error.message}`);
  }
  if (bytes.length === 0) return h("p", { class: "hint" }, "Type hexadecimal digits.");
  return h(
    "table",
    {},
    h(
      "thead",
      { class: "unseen" },
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "Bytes"),
        h("th", { scope: "col" }, "Field"),
        h("th", { scope: "col" }, "Meaning"),
      ),
    ),
    h(
      "tbody",
      {},
      ...explain(bytes).map(({ bytes: part, field, meaning }) =>
        h("tr", {}, h("td", { class: "hex" }, spaced(part)), h("td", { class: "field" }, field), h("td", {}, meaning)),
      ),
    ),
  );
}
