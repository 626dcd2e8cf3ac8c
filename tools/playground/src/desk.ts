import type { ConformanceProfile, TraceEvent, VirtualTag } from "@cardwire/core";
import { explainTrace, type LadderRung } from "@cardwire/nfc-reader/recording";
import {
  createVirtualReader,
  frameWordsOf,
  type Tap,
  type TapEvent,
  tapEvents,
  type TapStream,
  type VirtualReader,
} from "cardwire";
import { spaced } from "./hex.ts";

/** Something that was done, and what went through the layers meanwhile. */
export interface Entry {
  readonly title: string;
  /** What came of it, for people. */
  readonly result: string;
  readonly ok: boolean;
  readonly rungs: readonly LadderRung[];
}

/** A virtual reader with an application at it, and one tag. */
export class Desk implements AsyncDisposable {
  readonly tap: Tap;
  readonly #reader: VirtualReader;
  readonly #stream: TapStream<TapEvent>;
  readonly #recorder: Recorder;

  private constructor(reader: VirtualReader, stream: TapStream<TapEvent>, tap: Tap, recorder: Recorder) {
    this.#reader = reader;
    this.#stream = stream;
    this.tap = tap;
    this.#recorder = recorder;
  }

  /**
   * Lays a tag on a new reader and waits until an application has it.
   *
   * @param arrived is told what the layers said until then.
   * @throws Error for a tag that no family takes.
   */
  static async open(tag: VirtualTag, profile: ConformanceProfile, arrived: (entry: Entry) => void): Promise<Desk> {
    const recorder = new Recorder();
    const reader = createVirtualReader({ profile, tags: [tag], trace: (event) => recorder.take(event) });
    const stopping = new AbortController();
    const stream = tapEvents({ context: reader.context, signal: stopping.signal });
    const unsubscribe = reader.reader.subscribe((event) => {
      if (event.type === "card-unsupported") stopping.abort();
    });
    for (;;) {
      const step = await stream.next();
      if (step.done === true) {
        await reader.close();
        throw new Error("no family of this reader takes this tag");
      }
      if (step.value.type !== "tap") continue;
      unsubscribe();
      const { tap } = step.value;
      arrived({
        title: "The tag arrives",
        result: `${tap.card.name}${tap.uid === undefined ? "" : `, UID ${spaced(tap.uid)}`}`,
        ok: true,
        rungs: explainTrace(recorder.stop(), { frames: frameWordsOf(tap.card) }),
      });
      return new Desk(reader, stream, tap, recorder);
    }
  }

  /** Does something with the tag, and tells what went through the layers. Never rejects: an error is a result. */
  async run(title: string, job: (tap: Tap) => Promise<string>): Promise<Entry> {
    this.#recorder.start();
    let result: string;
    let ok = true;
    try {
      result = await job(this.tap);
    } catch (error) {
      result = error instanceof Error ? error.message : String(error);
      ok = false;
    }
    return { title, result, ok, rungs: explainTrace(this.#recorder.stop(), { frames: frameWordsOf(this.tap.card) }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stream.return();
    await this.#reader.close();
  }
}

/** Keeps what belongs to what is done: the reader also asks every 200 ms whether the tag is there, which nobody did. */
class Recorder {
  #events: TraceEvent[] = [];
  #isOn = true;
  #isArriving = true;
  #inCommand = false;

  take(event: TraceEvent): void {
    if (event.layer === "apdu") this.#inCommand = event.direction === "down";
    if (!this.#isOn || (event.layer === "rf" && !this.#isArriving && !this.#inCommand)) return;
    this.#events.push(event);
  }

  start(): void {
    this.#isOn = true;
    this.#isArriving = false;
  }

  stop(): readonly TraceEvent[] {
    const events = this.#events;
    this.#events = [];
    this.#isOn = false;
    return events;
  }
}
