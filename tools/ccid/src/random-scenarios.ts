import { type Atr, type AtrInterfaceFields, buildAtr, decodeRate, parseAtr } from "@cardwire/atr";
import { fromHex, toHex } from "@cardwire/core";
import {
  CCID_FEATURE,
  type ContactBehaviour,
  type EmulatedCcidReaderOptions,
  type T1Mishap,
} from "@cardwire/transport-ccid/testing";
import { REAL_DESCRIPTORS } from "../../../packages/transport-ccid/test/real-descriptors.ts";
import { Random } from "./random.ts";
import { type Scenario } from "./scenarios.ts";

/** Answers to reset of real cards: both conventions, specific modes, slow and fast, IFSC of all sizes, no T at all. */
const REAL_ATRS = [
  "3B1695D0017BDA0D00",
  "3B371100464C4F4D419000",
  "3B5F9600805A3F1330141001C656B5AA829000",
  "3B6B00000031C06408046184079000",
  "3B7E94000080318066475091450313830F9000",
  "3B878001774332530008005B",
  "3B8900912691090001430200",
  "3B8B8001506F6C61726973202206085C",
  "3B8C8001597562696B65794E454F72FF94",
  "3B989540FFD000480101AD1321",
  "3B9E95801FC78031E073FE211B66D001A0C3120073",
  "3B9F97801FC78031E073FE211367980801120401045B",
  "3BBE96000041013802001D0000000000019000",
  "3BDB960080B1FE451F830012233F536549440F9000F1",
  "3BDF96FF910131FE4680319052410264050200AC73D622C017",
  "3BEF00FF813166456563202049424D20332E3120202020CF",
  "3BF813000010800073C84000009000",
  "3BFA1300FF813180450031C173C00100009000B1",
  "3BFB1300FFC0803180755A43352E3420524556204DA9",
  "3BFF1800FF8131FE55006B0209040301010144534410318097",
  "3BFF9600FF8131FE4065631D038607020002050C511201105A",
  "3FFD15250250000333B01569FF4A50F080034B4C03",
  "3FFF9500FF918171FE4700444E4153505330312052657636343702",
] as const;

/** TA1: as real cards have it, slower than the default, and reserved. */
const RATE_CODES = [0x11, 0x13, 0x18, 0x94, 0x95, 0x96, 0x96, 0x97, 0x12, 0x21, 0x01, 0x08, 0x38, 0x19, 0xd6, 0x91];
const OFFERS = [[], [0], [1], [1], [0, 1], [0, 1], [0, 15], [1, 15], [0, 1, 15]] as const;

/** Scenarios of readers, cards and clients that come of a number: the same again for the same one. */
export function randomScenarios(seed: number, count: number): Scenario[] {
  return Array.from({ length: count }, (_, index) => randomScenario(seed, index));
}

function randomScenario(seed: number, index: number): Scenario {
  const random = new Random(seed * 100_003 + index * 7919);
  const { descriptor, rates } = randomReader(random);
  const atr = fromHex(random.percent(50) ? random.pick(REAL_ATRS) : randomAtr(random));
  const offered = parseAtr(atr).protocols;
  const specific = parseAtr(atr).interfaceBytes[1]?.ta;
  const possible = (specific === undefined ? offered : [specific & 0x0f]).filter((one) => one === 0 || one === 1);
  const wanted = possible.length === 0 ? 0 : random.pick(possible);
  const { level, features } = descriptor;
  const hostT1 = wanted === 1 && (level === "tpdu" || level === "character");
  const extended = level === "extended" || (hostT1 && random.percent(50));
  const behaviour = randomBehaviour(random, hostT1);
  const reader: EmulatedCcidReaderOptions = {
    classDescriptor: descriptor.bytes,
    interrupt: random.percent(90),
    packetSize: random.percent(15) ? 512 : 64,
    ...(rates === undefined ? {} : { dataRates: rates }),
    ...(random.percent(10) ? { timeExtension: { intervalMs: 30, multiplier: random.between(1, 5) } } : {}),
  };
  const commands = randomCommands(random, { t0: wanted === 0, character: level === "character", extended });
  const argued = knownDifferences(descriptor, parseAtr(atr), behaviour, { wanted, possible });
  return {
    name: `random-${seed}-${index}`,
    reader,
    atr,
    behaviour,
    protocols: [wanted === 0 ? "t0" : "t1"],
    commands,
    slow: reader.timeExtension !== undefined,
    t0: "tpdu",
    about: `${level} ${features.toString(16)} ifsd ${descriptor.maxIfsd} message ${descriptor.maxMessage} atr ${toHex(atr)} T=${wanted} ${JSON.stringify(behaviour)} rates ${JSON.stringify(rates)} max ${descriptor.maxRate}`,
    ...(argued.length === 0 ? {} : { differs: argued.join("; ") }),
  };
}

/** Which of the differences that the documentation argues may show. */
function knownDifferences(
  { level, features, maxIfsd }: RandomDescriptor,
  atr: Atr,
  { pps, t1Mishaps = [] }: ContactBehaviour,
  { wanted, possible }: { readonly wanted: number; readonly possible: readonly number[] },
): string[] {
  const has = (feature: number): boolean => (features & feature) !== 0;
  const specific = atr.interfaceBytes[1]?.ta !== undefined;
  const { fi = 372, di = 1 } = decodeRate(atr.interfaceBytes[0]?.ta ?? 0x11);
  const byHost = level === "tpdu" || level === "character";
  const noPps = !has(CCID_FEATURE.autoPps) && !has(CCID_FEATURE.autoNegotiation);
  const threeInARow = t1Mishaps.some((_, index) => t1Mishaps.slice(index, index + 3).filter(Boolean).length === 3);
  const mishap = (...kinds: readonly T1Mishap[]): boolean => kinds.some((kind) => t1Mishaps.includes(kind));
  const rules: [boolean, string][] = [
    [mishap("miss", "lose-answer"), "a card that is mute is asked again"],
    [mishap("abort"), "a command that the card has given up is not gone on with"],
    [threeInARow, "IFSD stays 32 where it is not granted; after a resynchronisation the whole command is sent"],
    [
      level === "character" && t1Mishaps.some((kind) => typeof kind === "object" && "wtx" in kind),
      "bBWI is for one block",
    ],
    [level === "character" && !has(CCID_FEATURE.autoPps), "a PPS is answered with no more bytes than it has"],
    [pps === "mute" || pps === "refuse", "a card whose PPS fails is reset"],
    [!byHost && noPps && !specific, "no PPS to a reader that takes APDUs"],
    [
      byHost && has(CCID_FEATURE.autoNegotiation) && new Set(possible).size > 1,
      "the reader is asked what it has chosen",
    ],
    [level === "tpdu" && wanted === 1 && !has(CCID_FEATURE.autoIfsd) && maxIfsd > 254, "IFSD is 254 at most"],
    [specific && fi / di > 372, "specific mode at a rate below the default"],
  ];
  return rules.filter(([shows]) => shows).map(([, why]) => why);
}

interface RandomDescriptor {
  readonly bytes: Uint8Array;
  readonly level: "character" | "tpdu" | "short" | "extended";
  readonly features: number;
  readonly maxIfsd: number;
  readonly maxMessage: number;
  readonly maxRate: number;
}

const LEVELS = {
  character: 0,
  tpdu: CCID_FEATURE.tpdu,
  short: CCID_FEATURE.shortApdu,
  extended: CCID_FEATURE.extendedApdu,
} as const;

/** Half of them real, the others made up. All have one slot and both protocols. */
function randomReader(random: Random): { descriptor: RandomDescriptor; rates: number[] | undefined } {
  const real = random.pick(REAL_DESCRIPTORS).split(" ");
  const bytes = fromHex(real[5] ?? "");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  bytes[1] = 0x21;
  bytes[4] = 0;
  view.setUint32(6, 3, true);
  if (random.percent(50)) {
    const level =
      LEVELS[random.pick(["character", "tpdu", "tpdu", "tpdu", "tpdu", "tpdu", "short", "extended"] as const)];
    const automatic = random.pick([0, 0, CCID_FEATURE.autoPps, CCID_FEATURE.autoPps, CCID_FEATURE.autoNegotiation]);
    const voltage = random.percent(60)
      ? CCID_FEATURE.autoVoltage
      : random.percent(20)
        ? CCID_FEATURE.autoActivation
        : 0;
    const others = (random.percent(60) ? 0x32 : 0) | (random.percent(40) ? CCID_FEATURE.autoIfsd : 0);
    view.setUint8(5, random.pick([1, 2, 3, 4, 5, 6, 7]));
    view.setUint32(40, level | automatic | voltage | others, true);
    view.setUint32(10, random.pick([3_580, 4_000, 4_800, 5_000, 3_686]), true);
    view.setUint32(23, random.pick([9_600, 115_200, 129_032, 250_000, 344_086, 344_105, 600_000]), true);
    view.setUint32(28, random.pick([254, 254, 252, 247, 64, 32, 128, 256, 1024]), true);
    view.setUint32(44, random.pick([271, 271, 272, 512, 65_556, 64, 261, 263, 1_034, 4_106]), true);
    bytes[27] = random.percent(25) ? 4 : 0;
  }
  // libccid tells it to the card, which then has no end of empty blocks
  if (view.getUint32(28, true) === 0) view.setUint32(28, 254, true);
  const clock = view.getUint32(10, true);
  const count = bytes[27] ?? 0;
  const rates =
    count === 0 || random.percent(20)
      ? undefined
      : [1, 2, 4, 8, 16, 32]
          .slice(0, random.between(1, 6))
          .flatMap((di) => [372, 512].map((fi) => Math.floor((clock * 1000 * di) / fi)));
  const features = view.getUint32(40, true);
  const level =
    (features & LEVELS.extended) !== 0
      ? "extended"
      : (features & LEVELS.short) !== 0
        ? "short"
        : (features & LEVELS.tpdu) !== 0
          ? "tpdu"
          : "character";
  // what a GET_DATA_RATES answers is announced
  if (rates !== undefined) bytes[27] = rates.length;
  return {
    descriptor: {
      bytes,
      level,
      features,
      maxIfsd: view.getUint32(28, true),
      maxMessage: view.getUint32(44, true),
      maxRate: view.getUint32(23, true),
    },
    rates,
  };
}

function randomAtr(random: Random): string {
  const maybe = (percent: number, values: readonly number[]): number | undefined =>
    random.percent(percent) ? random.pick(values) : undefined;
  const t1 = (): AtrInterfaceFields => ({
    protocol: 1,
    ta: maybe(75, [0xfe, 0xfe, 0x20, 0x40, 0x10, 0x80, 0xff, 0x08]),
    tb: maybe(70, [0x45, 0x4d, 0x55, 0x15, 0x00]),
    tc: maybe(20, [0, 1]),
  });
  const interfaceBytes: AtrInterfaceFields[] = [
    { ta: maybe(70, RATE_CODES), tb: maybe(20, [0]), tc: maybe(40, [0, 0xff, 2, 10]) },
  ];
  for (const [index, protocol] of random.pick(OFFERS).entries()) {
    if (index === 0) {
      const ta = random.percent(15) ? protocol | random.pick([0, 0, 0x80, 0x10]) : undefined;
      interfaceBytes.push({ protocol, ta, tc: protocol === 0 ? maybe(30, [10, 20, 5]) : undefined });
    }
    if (protocol === 1) interfaceBytes.push(t1());
    else if (index > 0) interfaceBytes.push({ protocol, ta: random.pick([0x01, 0x03, 0x07, 0xc7]) });
  }
  const historicalBytes = Uint8Array.from({ length: random.between(0, 6) }, () => random.between(0, 255));
  return toHex(buildAtr({ interfaceBytes, historicalBytes, convention: random.percent(20) ? "inverse" : "direct" }));
}

function randomBehaviour(random: Random, hostT1: boolean): ContactBehaviour {
  const pps = random.percent(75) ? "accept" : random.pick(["refuse-rate", "refuse-rate", "refuse", "mute"] as const);
  if (!hostT1 || random.percent(35)) return { pps };
  const likely = random.pick([10, 30, 60]);
  const t1Mishaps = Array.from({ length: random.between(2, 14) }, (): T1Mishap | undefined =>
    random.percent(likely)
      ? random.pick<T1Mishap>([
          "refuse",
          "refuse",
          "refuse-other",
          "garble",
          "garble",
          "cut",
          { wtx: random.pick([1, 2, 3, 20]) },
          { wtx: 3 },
          { ifs: random.pick([16, 32, 64, 254]) },
          ...(random.percent(10) ? (["miss", "lose-answer", "abort"] as const) : []),
        ])
      : undefined,
  );
  return { pps, t1Mishaps };
}

interface CommandKind {
  readonly t0: boolean;
  readonly character: boolean;
  readonly extended: boolean;
}

function randomCommands(random: Random, { t0, character, extended }: CommandKind): string[] {
  const data = (length: number): string => toHex(Uint8Array.from({ length }, () => random.between(0, 255)));
  const byte = (value: number): string => toHex(Uint8Array.of(value));
  const makers: (() => string)[] = [
    () => "00A40400",
    () => `00B00000${byte(random.between(1, 255))}`,
    () => "00B0000000",
    () => {
      const length = random.pick([1, 8, 32, 33, 64, 200, 254, 255]);
      return `00D60000${byte(length)}${data(length)}`;
    },
  ];
  if (!t0)
    makers.push(
      () => {
        const length = random.pick([1, 16, 31, 100, 250, 255]);
        return `00EE0000${byte(length)}${data(length)}00`;
      },
      () => "00CA000000",
    );
  else if (!character)
    makers.push(
      () => "00CA000000",
      () => "00EE00000401020304",
      () => "00C0000004",
    );
  if (extended)
    makers.push(
      () => {
        const length = random.pick([256, 300, 600, 1_000, 2_000]);
        return `00D6000000${byte(length >> 8)}${byte(length & 0xff)}${data(length)}`;
      },
      () => `00B0000000${byte(random.between(1, 7))}${byte(random.between(0, 255))}`,
    );
  return Array.from({ length: random.between(2, 7) }, () =>
    random.percent(5) ? random.pick(["!reset", "!unpower"]) : random.pick(makers)(),
  );
}
