import type { ConformanceProfile, IoctlDevice, IoctlResult } from "@cardwire/core";
import { IOCTL_SMARTCARD, NTSTATUS, ntStatusName } from "@cardwire/ioctl";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createNfcReader, type NfcReader } from "../src/index.ts";
import { APDU, COLD_RESET, echo, NO_INPUT } from "./bench.ts";
import { FakeFamily } from "./fake-family.ts";
import { FakeFrontEnd, ULTRALIGHT } from "./fake-front-end.ts";
import { flush, ManualClock } from "./manual-clock.ts";

const INTERVAL_MS = 200;

/** What a reader must do, said once more in a few lines: no discovery, no dialogues, no promises. */
class Model {
  readonly profile: ConformanceProfile;
  open = false;
  radio = true;
  airplane = false;
  before = true;
  /** A card lies in the field. */
  lies = false;
  /** Clients see a card. */
  connected = false;
  present = false;
  absent = false;
  now = 0;
  nextCheck = 0;
  /** How the questions about presence ended, in order. */
  readonly ended: string[] = [];

  constructor(profile: ConformanceProfile) {
    this.profile = profile;
  }

  #end(kind: "present" | "absent", status: string): void {
    if (!this[kind]) return;
    this[kind] = false;
    this.ended.push(`${kind} ${status}`);
  }

  #depart(): void {
    this.connected = false;
    this.#end("absent", "SUCCESS");
  }

  /** What happens by itself, in no time. */
  settle(): void {
    if (!this.radio || !this.present || !this.lies || this.connected) return;
    this.connected = true;
    this.nextCheck = this.now + INTERVAL_MS;
    this.#end("present", "SUCCESS");
  }

  advance(ms: number): void {
    const until = this.now + ms;
    while (this.connected && this.nextCheck <= until) {
      this.now = this.nextCheck;
      if (this.lies) this.nextCheck += INTERVAL_MS;
      else this.#depart();
    }
    this.now = until;
  }

  setRadio(on: boolean): void {
    if (on === this.radio) return;
    this.radio = on;
    if (on) return;
    if (this.connected) this.#depart();
    if (this.profile === "documented") this.#end("present", "DEVICE_POWERED_OFF");
  }

  /** True when it has to wait. */
  ask(kind: "present" | "absent"): boolean {
    const atOnce = !this.radio
      ? "DEVICE_POWERED_OFF"
      : this.connected === (kind === "present")
        ? "SUCCESS"
        : this[kind]
          ? "DEVICE_BUSY"
          : undefined;
    if (atOnce !== undefined) this.ended.push(`${kind} ${atOnce}`);
    else this[kind] = true;
    return atOnce === undefined;
  }

  cancel(kind: "present" | "absent"): void {
    this.#end(kind, "CANCELLED");
  }

  /** A command for the card: its status, and whether the card was there to do it. */
  exchange(): string {
    if (!this.radio) return "DEVICE_POWERED_OFF";
    if (!this.connected) return "NO_MEDIA";
    if (!this.lies) this.#depart();
    return "SUCCESS";
  }

  close(): void {
    this.open = false;
    this.#end("present", "CANCELLED");
    this.#end("absent", "CANCELLED");
    this.connected = false;
  }
}

/** The reader under test, and what its clients hold of it. */
class Real {
  readonly frontEnd = new FakeFrontEnd();
  readonly clock = new ManualClock();
  readonly reader: NfcReader;
  readonly ended: string[] = [];
  readonly controllers = new Map<"present" | "absent", AbortController>();
  device: IoctlDevice | undefined;
  readonly listeners = new Set<unknown>();

  constructor(profile: ConformanceProfile, mode: "sync" | "async") {
    this.frontEnd.answer = echo;
    this.frontEnd.mode = mode;
    this.reader = createNfcReader({
      frontEnd: this.frontEnd,
      families: [new FakeFamily()],
      profile,
      clock: this.clock,
    });
  }

  /** A signal that knows who listens to it. */
  controller(): AbortController {
    const controller = new AbortController();
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      this.listeners.add(args[1]);
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      this.listeners.delete(args[1]);
      remove(...args);
    };
    return controller;
  }

  ask(kind: "present" | "absent"): AbortController {
    const controller = this.controller();
    const code = kind === "present" ? IOCTL_SMARTCARD.IS_PRESENT : IOCTL_SMARTCARD.IS_ABSENT;
    void this.device!.deviceIoControl(code, NO_INPUT, 0, { signal: controller.signal }).then(({ status }) =>
      this.ended.push(`${kind} ${ntStatusName(status) ?? status}`),
    );
    return controller;
  }

  async send(code: number, input: Uint8Array, outputLength: number): Promise<IoctlResult> {
    return this.device!.deviceIoControl(code, input, outputLength);
  }
}

type Command = fc.AsyncCommand<Model, Real>;

/** A command by its name: when it can be given, what the model does, what the reader does, and what must be the same. */
function command(
  name: string,
  check: (model: Readonly<Model>) => boolean,
  run: (model: Model, real: Real) => Promise<void> | void,
): Command {
  return {
    check,
    toString: () => name,
    run: async (model, real) => {
      await run(model, real);
      await flush();
      model.settle();
      await flush();
      expect(real.ended).toEqual(model.ended);
      expect(real.reader.radio.on).toBe(model.radio);
      if (!model.open) return;
      const { status, output } = await real.send(IOCTL_SMARTCARD.GET_STATE, NO_INPUT, 4);
      expect(ntStatusName(status)).toBe(model.radio ? "SUCCESS" : "DEVICE_POWERED_OFF");
      if (model.radio) expect(output[0]).toBe(model.connected ? 6 : 1);
      expect(real.frontEnd.isOn).toBe(model.radio && (model.present || model.absent || model.connected));
    },
  };
}

const always = (): boolean => true;
const isOpen = (model: Readonly<Model>): boolean => model.open;

const ask = (kind: "present" | "absent"): Command =>
  command(`ask whether ${kind}`, isOpen, (model, real) => {
    const controller = real.ask(kind);
    if (model.ask(kind)) real.controllers.set(kind, controller);
  });

const cancel = (kind: "present" | "absent"): Command =>
  command(
    `cancel ${kind}`,
    (model) => model[kind],
    (model, real) => {
      model.cancel(kind);
      real.controllers.get(kind)!.abort();
    },
  );

const switchRadio = (on: boolean): Command =>
  command(`radio ${on ? "on" : "off"}`, always, (model, real) => {
    expect(real.reader.setRadio(on) === NTSTATUS.SUCCESS).toBe(on !== model.radio);
    model.setRadio(on);
  });

const switchAirplane = (on: boolean): Command =>
  command(
    `airplane ${on ? "on" : "off"}`,
    (model) => model.airplane !== on,
    (model, real) => {
      expect(real.reader.setAirplaneMode(on)).toBe(NTSTATUS.SUCCESS);
      model.airplane = on;
      if (on) model.before = model.radio;
      model.setRadio(on ? false : model.radio || model.before);
    },
  );

const COMMANDS: fc.Arbitrary<Command>[] = [
  fc.constant(
    command(
      "open",
      (model) => !model.open && model.radio,
      async (model, real) => {
        real.device = await real.reader.device.open();
        model.open = true;
      },
    ),
  ),
  fc.constant(
    command("close", isOpen, async (model, real) => {
      await real.device!.close();
      model.close();
    }),
  ),
  fc.constantFrom(ask("present"), ask("absent")),
  fc.constantFrom(ask("present"), ask("absent")),
  fc.constantFrom(cancel("present"), cancel("absent")),
  fc.constant(
    command("lay down", always, (model, real) => {
      real.frontEnd.put(ULTRALIGHT);
      model.lies = true;
    }),
  ),
  fc.constant(
    command("take away", always, (model, real) => {
      real.frontEnd.remove();
      model.lies = false;
    }),
  ),
  fc.constant(
    command("transmit", isOpen, async (model, real) => {
      const { status, output } = await real.send(IOCTL_SMARTCARD.TRANSMIT, APDU, 64);
      const lies = model.lies;
      expect(ntStatusName(status)).toBe(model.exchange());
      if (status === NTSTATUS.SUCCESS) expect(output.length).toBe(8 + (lies ? 7 : 2));
    }),
  ),
  fc.constant(
    command("reset", isOpen, async (model, real) => {
      const { status } = await real.send(IOCTL_SMARTCARD.POWER, COLD_RESET, 32);
      // documented resets nothing, and so finds out nothing
      const expected = model.profile === "nfccx" || !model.connected || !model.radio ? model.exchange() : "SUCCESS";
      expect(ntStatusName(status)).toBe(expected);
    }),
  ),
  fc.integer({ min: 0, max: 500 }).map((ms) =>
    command(`wait ${ms} ms`, always, async (model, real) => {
      await real.clock.advance(ms);
      model.advance(ms);
    }),
  ),
  fc.constantFrom(switchRadio(true), switchRadio(false)),
  fc.constantFrom(switchAirplane(true), switchAirplane(false)),
];

describe.each(["documented", "nfccx"] as const)("%s", (profile) => {
  test.each(["sync", "async"] as const)(
    "behaves like its model, whatever happens in whatever order: %s",
    async (mode) => {
      await fc.assert(
        fc.asyncProperty(fc.commands(COMMANDS, { maxCommands: 60, size: "max" }), async (commands) => {
          const real = new Real(profile, mode);
          const model = new Model(profile);
          real.device = await real.reader.device.open();
          model.open = true;
          await fc.asyncModelRun(() => ({ model, real }), commands);
          await real.reader.close();
          // the commands may have closed it already, which the compiler cannot see
          if (isOpen(model)) model.close();
          await flush();
          // nothing is left over
          expect(real.ended).toEqual(model.ended);
          expect(real.clock.timerCount).toBe(0);
          expect(real.listeners.size).toBe(0);
          expect(real.frontEnd.isOn).toBe(false);
          expect(real.frontEnd.isClosed).toBe(true);
        }),
        { numRuns: mode === "sync" ? 300 : 150 },
      );
    },
  );
});

/** Statuses that each request may end in when anything may happen meanwhile. */
const ALLOWED: Record<string, readonly string[]> = {
  IS_PRESENT: ["SUCCESS", "DEVICE_BUSY", "DEVICE_POWERED_OFF", "CANCELLED"],
  IS_ABSENT: ["SUCCESS", "DEVICE_BUSY", "DEVICE_POWERED_OFF", "CANCELLED"],
  TRANSMIT: ["SUCCESS", "NO_MEDIA", "DEVICE_POWERED_OFF", "CANCELLED", "IO_DEVICE_ERROR"],
  POWER: ["SUCCESS", "NO_MEDIA", "DEVICE_POWERED_OFF", "CANCELLED", "IO_DEVICE_ERROR"],
};

const STEPS = [
  ..."IS_PRESENT IS_ABSENT TRANSMIT TRANSMIT TRANSMIT POWER".split(" "),
  ..."put remove release release abort radio wait break mend".split(" "),
];

test("a front end that keeps everybody waiting: every request ends, and nothing is left over", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("documented" as const, "nfccx" as const),
      fc.array(fc.constantFrom(...STEPS), { maxLength: 60, size: "max" }),
      async (profile, steps) => {
        const real = new Real(profile, "async");
        const { frontEnd, reader, clock } = real;
        frontEnd.mode = "held";
        const device = await reader.device.open();
        const controllers: AbortController[] = [];
        const results: Promise<readonly [string, string]>[] = [];
        for (const step of steps) {
          if (step in ALLOWED) {
            const name = step as "IS_PRESENT" | "IS_ABSENT" | "TRANSMIT" | "POWER";
            const input = { IS_PRESENT: NO_INPUT, IS_ABSENT: NO_INPUT, TRANSMIT: APDU, POWER: COLD_RESET }[name];
            const controller = real.controller();
            controllers.push(controller);
            results.push(
              device
                .deviceIoControl(IOCTL_SMARTCARD[name], input, name.startsWith("IS") ? 0 : 64, {
                  signal: controller.signal,
                })
                .then(({ status }) => [name, ntStatusName(status)!]),
            );
          } else if (step === "put") frontEnd.put(ULTRALIGHT);
          else if (step === "remove") frontEnd.remove();
          else if (step === "release") frontEnd.release();
          else if (step === "abort") controllers.shift()?.abort();
          else if (step === "radio") reader.setRadio(!reader.radio.on);
          else if (step === "wait") await clock.advance(250);
          else frontEnd.exchangeError = step === "break" ? new Error("unplugged") : undefined;
          if (step !== "TRANSMIT") await flush();
        }
        const closed = reader.close();
        for (let turn = 0; turn < 2 * steps.length + 2; turn++) {
          frontEnd.release();
          await flush();
        }
        await closed;
        for (const [name, status] of await Promise.all(results)) expect(ALLOWED[name]).toContain(status);
        expect(clock.timerCount).toBe(0);
        expect(real.listeners.size).toBe(0);
        expect(frontEnd.isOn).toBe(false);
      },
    ),
    { numRuns: 200 },
  );
});
