import type { Entry } from "../desk.ts";
import { byId, h } from "./dom.ts";
import { type Inspect, inspection, rungElement } from "./rungs.ts";

/** The ladder: what was done, newest first, with every layer's bytes; and the inspector, which explains one piece. */
export class LadderView {
  readonly #entries = h("div", { class: "entries" });
  readonly #inspector = h("div", { class: "inspector", id: "inspector", role: "note", "aria-label": "Explanation" });
  readonly #status = h("p", { class: "result", role: "status", "aria-live": "polite" });
  #chosen: HTMLElement | undefined;
  #number = 0;

  constructor() {
    byId("ladder").append(
      h(
        "div",
        { class: "ladder-head" },
        h("h2", { id: "ladder-title" }, "The ladder"),
        h(
          "p",
          { class: "legend" },
          h("span", { class: "layer ioctl" }, "IOCTL"),
          " program to driver",
          h("span", { class: "layer apdu" }, "APDU"),
          " driver to card",
          h("span", { class: "layer rf" }, "RF"),
          " over the air",
        ),
      ),
      this.#status,
      this.#entries,
      this.#inspector,
    );
    this.#entries.addEventListener("keydown", (event) => {
      this.#walk(event);
    });
    this.#say("Point at bytes, or walk through them with the arrow keys, to have them explained.");
  }

  /** Forgets everything: another tag lies there. */
  clear(): void {
    this.#entries.replaceChildren();
    this.#chosen = undefined;
    this.#say("Point at bytes, or walk through them with the arrow keys, to have them explained.");
  }

  /** Tells without a ladder. */
  tell(text: string, ok: boolean): void {
    // what went well is seen in the ladder, and heard here
    this.#status.className = ok ? "result unseen" : "result said";
    this.#status.textContent = text;
  }

  /** Adds what was done on top, opens it and closes the others. */
  add(entry: Entry): void {
    const { title, result, ok, rungs } = entry;
    for (const other of this.#entries.querySelectorAll("details")) other.open = false;
    const startUs = rungs[0]?.timeUs ?? 0;
    const inspect: Inspect = (line, rung, piece) => {
      this.#choose(piece);
      this.#inspector.replaceChildren(...inspection(line, rung));
    };
    const [first = "", ...more] = result.split("\n");
    const details = h(
      "details",
      { open: true, class: "entry", "data-title": title },
      h(
        "summary",
        {},
        h("span", { class: "count" }, String(++this.#number)),
        h("span", { class: "name" }, title),
        h(
          "span",
          { class: `outcome ${ok ? "good" : "bad"}` },
          more.length > 0 && ok ? `${more.length + 1} lines` : first,
        ),
        h("span", { class: "steps" }, `${rungs.length} steps`),
      ),
      more.length > 0 && h("pre", { class: "output", tabindex: 0, "aria-label": "Result" }, result),
      h(
        "ol",
        { class: "rungs", "aria-label": `${title}: the steps` },
        ...rungs.map((rung) => rungElement(rung, startUs, inspect)),
      ),
    );
    this.#entries.prepend(details);
    const { top } = byId("ladder").getBoundingClientRect();
    if (this.#number > 1 && top > innerHeight * 0.7) byId("ladder").scrollIntoView();
    // one stop for the tab key in each ladder; the arrow keys do the rest
    details.querySelector<HTMLElement>(".piece")?.setAttribute("tabindex", "0");
    this.tell(
      ok ? `${title}: ${more.length > 0 ? `${first} …` : first}; ${rungs.length} steps` : `${title}: ${result}`,
      ok,
    );
  }

  #choose(piece: HTMLElement): void {
    this.#chosen?.classList.remove("chosen");
    this.#chosen = piece;
    piece.classList.add("chosen");
  }

  #say(text: string): void {
    this.#inspector.replaceChildren(h("p", { class: "hint" }, text));
  }

  #walk(event: KeyboardEvent): void {
    const { target, key } = event;
    if (!(target instanceof HTMLElement) || !target.classList.contains("piece")) return;
    const next = neighbour(target, key);
    if (next === undefined) return;
    event.preventDefault();
    target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}

/** Left and right within all pieces of an entry, up and down from rung to rung, Home and End to its ends. */
function neighbour(piece: HTMLElement, key: string): HTMLElement | undefined {
  const all = [...(piece.closest(".rungs")?.querySelectorAll<HTMLElement>(".piece") ?? [])];
  const index = all.indexOf(piece);
  switch (key) {
    case "ArrowLeft":
      return all[index - 1];
    case "ArrowRight":
      return all[index + 1];
    case "Home":
      return all[0];
    case "End":
      return all.at(-1);
    case "ArrowDown":
      return all.slice(index).find((other) => other.parentElement !== piece.parentElement);
    case "ArrowUp": {
      const before = all.slice(0, index).findLast((other) => other.parentElement !== piece.parentElement);
      return before?.parentElement?.querySelector<HTMLElement>(".piece") ?? undefined;
    }
    default:
      return undefined;
  }
}
