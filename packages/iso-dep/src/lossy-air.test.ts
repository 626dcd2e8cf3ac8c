import { equalBytes, type RfLink, runDialogue } from "@cardwire/core";
import { atOnce } from "@cardwire/core/testing";
import fc from "fast-check";
import { expect, it } from "vitest";
import { activateTypeA, activateTypeB } from "./activation.ts";
import { createIsoDepCard, type IsoDepCard, type IsoDepCardOptions } from "./virtual.ts";

type Fate = "arrives" | "request-lost" | "answer-lost" | "answer-spoilt";

/** An air on which the nth exchange has the nth fate, and all later ones arrive. */
function lossyAir(card: IsoDepCard, fates: readonly Fate[]): RfLink {
  let index = 0;
  return {
    exchange(request) {
      if (request.kind === "reselect")
        return card.select() === undefined ? { kind: "failure", reason: "link-lost" } : { kind: "done" };
      if (request.kind !== "frame") return { kind: "done" };
      const fate = fates[index++] ?? "arrives";
      if (fate === "request-lost") return { kind: "failure", reason: "timeout" };
      const reply = card.receive(request);
      if (reply === undefined || fate === "answer-lost") return { kind: "failure", reason: "timeout" };
      return fate === "answer-spoilt" ? { kind: "failure", reason: "crc" } : reply;
    },
  };
}

interface Trial {
  readonly isTypeB: boolean;
  readonly fsdi: number;
  readonly fsci: number;
  readonly fwi: number;
  readonly cid: number;
  readonly extensions: number;
  readonly chainBytes: number;
  /** Command and response lengths, APDU by APDU. */
  readonly lengths: readonly (readonly [number, number])[];
  readonly fates: readonly Fate[];
}

/** Runs the APDUs until one fails. Gives how many were answered. */
function run(trial: Trial): number {
  const { fsdi, fsci, fwi, cid, extensions, chainBytes, lengths, fates } = trial;
  const commands = lengths.map(([length], index) => new Uint8Array(length).map((_, at) => at * 7 + index));
  const responses = lengths.map(([, length], index) => new Uint8Array(length).map((_, at) => at * 11 + index + 1));
  const heard: Uint8Array[] = [];
  const common = {
    activatedBy: "reader",
    extensions,
    chainBytes,
    application: (command: Uint8Array): Uint8Array => responses[heard.push(command) - 1] ?? new Uint8Array(0),
  } as const;
  const options: IsoDepCardOptions = trial.isTypeB
    ? { ...common, pupi: new Uint8Array(4), protocolInfo: Uint8Array.of(0, (fsci << 4) | 1, (fwi << 4) | 1) }
    : {
        ...common,
        uid: new Uint8Array(4),
        ats: { fsci, timing: { fwi, sfgi: 1 }, prologue: { cid: true, nad: false } },
      };
  const card = createIsoDepCard(options);
  card.setPowered(true);
  const [target] = card.select() ?? [];
  const air = lossyAir(card, fates);
  const activation =
    target?.technology === "nfc-b"
      ? atOnce(runDialogue(activateTypeB(target, { fsdi, cid }), air))
      : target?.technology === "nfc-a"
        ? atOnce(runDialogue(activateTypeA(target, { fsdi, cid }), air))
        : undefined;
  if (activation?.kind !== "activated") {
    expect(activation?.reason).toMatch(/timeout|crc/);
    return 0;
  }
  for (const [index, command] of commands.entries()) {
    const outcome = atOnce(runDialogue(activation.link.transceive(command), air));
    if (outcome.kind === "failure") {
      expect(["timeout", "crc", "protocol"]).toContain(outcome.reason);
      // heard once or not at all, and never in part
      expect(heard.length - index).toBeLessThanOrEqual(1);
      if (heard.length > index) expect(equalBytes(heard[index]!, command)).toBe(true);
      return index;
    }
    expect(heard.length).toBe(index + 1);
    expect(equalBytes(heard[index]!, command)).toBe(true);
    expect(equalBytes(outcome.data, responses[index]!)).toBe(true);
  }
  expect(atOnce(runDialogue(activation.link.checkPresence(), lossyAir(card, [])))).toBe(true);
  expect(atOnce(runDialogue(activation.link.deselect(), lossyAir(card, [])))).toBe(true);
  return commands.length;
}

const BAD: readonly Fate[] = ["request-lost", "answer-lost", "answer-spoilt"];

const trials = fc.record({
  isTypeB: fc.boolean(),
  fsdi: fc.nat(8),
  fsci: fc.nat(8),
  fwi: fc.nat(14),
  cid: fc.nat(14),
  extensions: fc.nat(3),
  chainBytes: fc.constantFrom(1, 2, 5, 13, 300),
  lengths: fc.array(fc.tuple(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 0, max: 80 })), {
    minLength: 1,
    maxLength: 4,
  }),
});

it("every command arrives whole and once, whatever the frame sizes, on an air without losses", () => {
  fc.assert(
    fc.property(trials, (trial) => {
      expect(run({ ...trial, fates: [] })).toBe(trial.lengths.length);
    }),
    { numRuns: 300 },
  );
});

it("gives the right response or a defined failure on a lossy air, and never runs a command twice", () => {
  const fate = fc.oneof({ weight: 3, arbitrary: fc.constant<Fate>("arrives") }, fc.constantFrom(...BAD));
  fc.assert(
    fc.property(trials, fc.array(fate, { maxLength: 60 }), (trial, fates) => {
      run({ ...trial, fates });
    }),
    { numRuns: 600 },
  );
});

it.each(BAD)("a single loss at any position does no harm: %s", (fate) => {
  const trial = {
    isTypeB: false,
    fsdi: 0,
    fsci: 0,
    fwi: 8,
    cid: 2,
    extensions: 1,
    chainBytes: 5,
    lengths: [
      [30, 17],
      [3, 2],
      [13, 12],
    ] as const,
  };
  for (let position = 0; position < 40; position++)
    expect(run({ ...trial, fates: [...Array.from({ length: position }, (): Fate => "arrives"), fate] })).toBe(3);
});

it("carries 1000 bytes and an extended APDU each way", () => {
  const trial = { isTypeB: false, fsdi: 8, fsci: 8, fwi: 8, cid: 0, extensions: 0, chainBytes: 300, fates: [] };
  expect(
    run({
      ...trial,
      lengths: [
        [1009, 1002],
        [65_544, 65_538],
      ],
    }),
  ).toBe(2);
});
