import { fromHex, isFormatError, type ConformanceProfile, type VirtualTag } from "@cardwire/core";
import { loadTag, parseDump } from "@cardwire/virtual";
import type { Action } from "../action.ts";
import { actionsFor, sendApdu } from "../actions.ts";
import { Desk } from "../desk.ts";
import { spaced } from "../hex.ts";
import { type Sample, samples } from "../samples.ts";
import { DeskView } from "./desk-view.ts";
import { showExplain } from "./explain.ts";
import { LadderView } from "./ladder.ts";
import { showTheme } from "./theme.ts";

/** The page: one tag on one reader at a time. */
class Playground {
  readonly #ladder = new LadderView();
  readonly #samples = samples();
  readonly #explain = showExplain();
  readonly #view: DeskView;
  #profile: ConformanceProfile = "documented";
  #current: { readonly title: string; make(): VirtualTag };
  #desk: Desk | undefined;
  /** What is done is done one after the other. */
  #queue: Promise<void> = Promise.resolve();

  constructor() {
    const { sample, profile } = fromHash(location.hash);
    const first = this.#samples.find(({ id }) => id === sample) ?? this.#samples[0];
    if (first === undefined) throw new Error("there are no samples");
    this.#profile = profile;
    this.#current = titled(first);
    this.#view = new DeskView(this.#samples, first.id, profile, {
      sample: (chosen) => {
        this.#current = titled(chosen);
        this.#lay(chosen.id);
      },
      file: (file) => void this.#drop(file),
      profile: (chosen) => {
        this.#profile = chosen;
        this.#lay();
      },
      act: (action, values) => {
        this.#act(action, values);
      },
      apdu: (text) => {
        this.#send(text);
      },
    });
    this.#lay();
  }

  /** Puts the tag on a new reader. */
  #lay(sample?: string): void {
    if (sample !== undefined || location.hash !== "") {
      const id = sample ?? fromHash(location.hash).sample;
      history.replaceState(null, "", `#sample=${id ?? ""}&profile=${this.#profile}`);
    }
    this.#then(async () => {
      await this.#desk?.[Symbol.asyncDispose]();
      this.#desk = undefined;
      this.#ladder.clear();
      this.#view.busy();
      this.#desk = await Desk.open(this.#current.make(), this.#profile, (entry) => {
        this.#ladder.add(entry);
      });
      const { tap } = this.#desk;
      this.#view.show(tap, actionsFor(tap.card));
      this.#explain.setAtr(tap.atr);
    });
  }

  async #drop(file: File): Promise<void> {
    const bytes = new Uint8Array(await file.arrayBuffer());
    try {
      const make = (): VirtualTag =>
        loadTag(parseDump(bytes, { fileName: file.name, allowPartial: true }), { fillUnread: 0 });
      // a file that is no dump is refused before the tag that lies there is taken away
      make();
      this.#current = { title: file.name, make };
      this.#view.dropped(file.name);
      this.#lay("");
    } catch (error) {
      this.#ladder.tell(`${file.name}: ${error instanceof Error ? error.message : String(error)}`, false);
    }
  }

  #act(action: Action, values: Readonly<Record<string, string>>): void {
    this.#then(async () => {
      if (this.#desk === undefined) return;
      this.#ladder.add(await this.#desk.run(action.label, (tap) => action.run(tap, values)));
    });
  }

  #send(text: string): void {
    let command: Uint8Array;
    try {
      command = fromHex(text.replace(/0x|[\s:,-]/gi, ""));
    } catch (error) {
      if (!isFormatError(error)) throw error;
      this.#ladder.tell(`That is no APDU yet: ${error.message}`, false);
      return;
    }
    if (command.length === 0) {
      this.#ladder.tell("Type a command APDU in hexadecimal digits.", false);
      return;
    }
    this.#then(async () => {
      if (this.#desk === undefined) return;
      this.#ladder.add(
        await this.#desk.run(`APDU ${spaced(command.subarray(0, 5))}${command.length > 5 ? " …" : ""}`, (tap) =>
          sendApdu(tap, command),
        ),
      );
    });
  }

  #then(job: () => Promise<void>): void {
    this.#queue = this.#queue.then(job).catch((error: unknown) => {
      this.#ladder.tell(error instanceof Error ? error.message : String(error), false);
    });
  }
}

function titled(sample: Sample): { readonly title: string; make(): VirtualTag } {
  return { title: sample.name, make: () => sample.make() };
}

function fromHash(hash: string): { readonly sample: string | null; readonly profile: ConformanceProfile } {
  const parameters = new URLSearchParams(hash.slice(1));
  return { sample: parameters.get("sample"), profile: parameters.get("profile") === "nfccx" ? "nfccx" : "documented" };
}

showTheme();
new Playground();
