import { explainCommand } from "@cardwire/apdu/log";
import { type ConformanceProfile, fromHex } from "@cardwire/core";
import type { Tap } from "cardwire";
import type { Action, Field } from "../action.ts";
import { spaced } from "../hex.ts";
import type { Sample } from "../samples.ts";
import { byId, h } from "./dom.ts";

/** What the user asks for. */
export interface DeskRequests {
  sample(sample: Sample): void;
  file(file: File): void;
  profile(profile: ConformanceProfile): void;
  act(action: Action, values: Readonly<Record<string, string>>): void;
  apdu(text: string): void;
}

const PROFILES: readonly (readonly [ConformanceProfile, string, string])[] = [
  ["documented", "Documented", "what the driver documents say"],
  ["nfccx", "NfcCx", "what Windows’ own driver does"],
];

/** The left side: which tag, which reader, and what to do. */
export class DeskView {
  readonly #requests: DeskRequests;
  readonly #tag = h("div", { class: "tag", "aria-live": "polite" });
  readonly #actions = h("div", { class: "actions" });
  readonly #file = h("p", { class: "file" });

  constructor(samples: readonly Sample[], chosen: string, profile: ConformanceProfile, requests: DeskRequests) {
    this.#requests = requests;
    byId("desk").append(
      h(
        "fieldset",
        { class: "samples" },
        h("legend", {}, h("h2", {}, "1 · Choose a tag")),
        ...samples.map((sample) => this.#sample(sample, sample.id === chosen)),
      ),
      this.#dropZone(),
      h(
        "fieldset",
        { class: "profiles" },
        h("legend", {}, h("h2", {}, "2 · Choose the reader’s manners")),
        ...PROFILES.map(([id, name, about]) => this.#profile(id, name, about, id === profile)),
      ),
      this.#tag,
      h("h2", {}, "3 · Do something"),
      this.#actions,
      this.#apdu(),
    );
  }

  /** Between two tags. */
  busy(): void {
    this.#tag.replaceChildren(h("p", { class: "hint" }, "Waiting for a tag …"));
    this.#actions.replaceChildren();
  }

  /** A file lies on the reader, so no sample does. */
  dropped(name: string): void {
    for (const input of byId("desk").querySelectorAll<HTMLInputElement>("input[name=sample]")) input.checked = false;
    this.#file.textContent = `On the reader: ${name}`;
  }

  /** The tag that lies there, and what can be done with it. */
  show(tap: Tap, actions: readonly Action[]): void {
    const { card, uid, atr } = tap;
    const fact = (name: string, value: string, isHex = false): HTMLElement =>
      h("div", {}, h("dt", {}, name), h("dd", { class: isHex ? "hex" : "" }, value));
    this.#tag.replaceChildren(
      h("p", { class: "tag-name" }, card.name),
      h(
        "dl",
        {},
        fact("UID", uid === undefined ? "none given" : spaced(uid), true),
        fact("ATR", spaced(atr), true),
        fact("Known by", card.evidence.join("; ")),
      ),
    );
    this.#actions.replaceChildren(...actions.map((action) => this.#action(action)));
  }

  #sample(sample: Sample, checked: boolean): HTMLElement {
    const input = h("input", { type: "radio", name: "sample", value: sample.id, checked, id: `sample-${sample.id}` });
    input.addEventListener("change", () => {
      this.#file.textContent = "";
      this.#requests.sample(sample);
    });
    return h("label", { class: "sample" }, input, sample.name, h("small", {}, `${sample.type} · ${sample.about}`));
  }

  #dropZone(): HTMLElement {
    const input = h("input", { type: "file", id: "dump", accept: ".nfc,.json,.bin,.mfd,.dump,.eml" });
    const zone = h(
      "div",
      { class: "drop" },
      h("label", { for: "dump" }, "… or drop a dump here"),
      input,
      h("small", {}, "Flipper .nfc, Proxmark3 .json or .bin, raw .bin or .mfd, .eml"),
      this.#file,
    );
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      if (file !== undefined) this.#requests.file(file);
      // so that the same file can be chosen again
      input.value = "";
    });
    // a file dropped beside the zone would replace the page
    for (const type of ["dragover", "drop"])
      addEventListener(type, (event) => {
        event.preventDefault();
      });
    addEventListener("dragenter", () => {
      zone.classList.add("over");
    });
    addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) zone.classList.remove("over");
    });
    addEventListener("drop", (event) => {
      zone.classList.remove("over");
      const file = event.dataTransfer?.files[0];
      if (file !== undefined) this.#requests.file(file);
    });
    return zone;
  }

  #profile(id: ConformanceProfile, name: string, about: string, checked: boolean): HTMLElement {
    const input = h("input", { type: "radio", name: "profile", value: id, checked, id: `profile-${id}` });
    input.addEventListener("change", () => {
      this.#requests.profile(id);
    });
    return h("label", { class: "profile" }, input, h("span", {}, name, h("small", {}, about)));
  }

  #action(action: Action): HTMLElement {
    const inputs = action.fields.map((field) => fieldElement(action, field));
    const form = h(
      "form",
      { class: "action", "data-action": action.id },
      ...inputs.map(({ element }) => element),
      h("button", { type: "submit" }, action.label),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#requests.act(action, Object.fromEntries(inputs.map(({ id, input }) => [id, input.value])));
    });
    return form;
  }

  #apdu(): HTMLElement {
    const input = h("input", {
      id: "apdu",
      class: "hex",
      spellcheck: "false",
      autocomplete: "off",
      value: "FF CA 00 00 00",
      "aria-describedby": "apdu-meaning",
    });
    const meaning = h("p", { id: "apdu-meaning", class: "hint", "aria-live": "polite" });
    const explain = (): void => {
      meaning.textContent = commandText(input.value);
    };
    input.addEventListener("input", explain);
    explain();
    const form = h(
      "form",
      { class: "own-apdu" },
      h("label", { for: "apdu" }, "Or send an APDU of your own"),
      h("div", { class: "row" }, input, h("button", { type: "submit", class: "primary" }, "Send")),
      meaning,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#requests.apdu(input.value);
    });
    return form;
  }
}

function fieldElement(
  action: Action,
  { id, label, value, kind }: Field,
): { readonly id: string; readonly input: HTMLInputElement | HTMLSelectElement; readonly element: HTMLElement } {
  const name = `${action.id}-${id}`;
  const input =
    typeof kind === "string"
      ? h("input", {
          id: name,
          value,
          class: kind,
          size: Math.min(16, Math.max(4, value.length)),
          spellcheck: "false",
          autocomplete: "off",
        })
      : h("select", { id: name }, ...kind.map((option) => h("option", { selected: option === value }, option)));
  return {
    id,
    input,
    element: h(
      "label",
      { for: name, class: `field ${typeof kind === "string" ? kind : "choice"}` },
      h("span", {}, label),
      input,
    ),
  };
}

function commandText(text: string): string {
  try {
    const lines = explainCommand(fromHex(text.replace(/0x|[\s:,-]/gi, "")));
    return lines
      .filter(({ field, meaning }) => !["CLA", "Lc", "Le"].includes(field) && meaning !== "")
      .map(({ meaning }) => meaning)
      .join(" · ");
  } catch {
    return "Hexadecimal digits, two for each byte";
  }
}
