import {
  buildAtr,
  buildContactlessAtr,
  buildStorageCardAtr,
  choosePps,
  globalParameters,
  identifyAtr,
  parseAtr,
  parseContactlessAtr,
  parseHistoricalBytes,
  parseSmartCardList,
  StorageCardName,
  StorageCardStandard,
  t1Parameters,
} from "@cardwire/atr";
import { describeAtr, formatAtr } from "@cardwire/atr/describe";
import { fromHex, toHex } from "@cardwire/core";
import { reportAtrAnalysis } from "./atr-peers.ts";
import { type Race, report } from "./race.ts";

const OURS = "@cardwire/atr";

/** SIMs, bank and identity cards, an OpenPGP card, one of the inverse convention, and one without anything. */
const contact = [
  "3B9F96801FC78031A073BE21136743200718000001A5",
  "3BFA1300FF813180450031C173C00100009000B1",
  "3B6D000080318065B0893501F1838290",
  "3FFF9500FF918171FF4700444E4153505330312052657636343702",
  "3BF81300008131FE454A434F5076323431B7",
  "3B029000",
].map(fromHex);

/** Storage cards and ISO/IEC 14443-4 cards, as readers say them. */
const contactless = [
  "3B8F8001804F0CA000000306030001000000006A",
  "3B8F8001804F0CA00000030603003D0000000056",
  "3B8F8001804F0CA00000030611003B0000000042",
  "3B8180018080",
  "3B888001E1F35E117381A50003",
].map(fromHex);
const all = [...contact, ...contactless];
const parsed = all.map((bytes) => parseAtr(bytes));
const cards = contactless.map((bytes) => {
  const card = parseContactlessAtr(bytes);
  if (card === undefined) throw new Error(`no contactless card: ${toHex(bytes)}`);
  return card;
});
const names = Object.values(StorageCardName);
const reader = { protocols: [0, 1], clocksHz: [4_000_000], maxDataRateBps: 344_105 } as const;

/** As long as pcsc-tools' list, with as many patterns: the cards sought, and others that differ in two bytes. */
const listText = Array.from({ length: 4000 }, (_, index) => {
  const bytes = all[index % all.length] ?? new Uint8Array(0);
  const others = bytes.slice();
  if (index >= all.length) others.set([index >> 8, index & 0xff], others.length - 2);
  const digits = toHex(others, " ");
  return `${index % 20 === 19 ? digits.replace(/..$/, "..") : digits}\n\tcard ${index}\n`;
}).join("\n");
const list = parseSmartCardList(listText);

function alone(title: string, things: number, run: () => number): Race {
  return { title, things, ours: { name: OURS, run }, peers: [] };
}

const races: Race[] = [
  alone("Parse", all.length, () => {
    let sum = 0;
    for (const bytes of all) sum += parseAtr(bytes).historicalBytes.length;
    return sum;
  }),
  alone("Parse, with all parameters and historical bytes", all.length, () => {
    let sum = 0;
    for (const bytes of all) {
      const atr = parseAtr(bytes);
      sum += globalParameters(atr).rateCode + t1Parameters(atr).ifsc;
      sum += parseHistoricalBytes(atr.historicalBytes).objects.length;
    }
    return sum;
  }),
  alone("Build again what was parsed", parsed.length, () => {
    let sum = 0;
    for (const atr of parsed) sum += buildAtr(atr).length;
    return sum;
  }),
  alone("Parse a contactless one", contactless.length, () => {
    let sum = 0;
    for (const bytes of contactless) sum += parseContactlessAtr(bytes)?.kind.length ?? 0;
    return sum;
  }),
  alone("Build a contactless one", cards.length, () => {
    let sum = 0;
    for (const card of cards) sum += buildContactlessAtr(card).length;
    return sum;
  }),
  alone("Build that of a storage card", names.length, () => {
    let sum = 0;
    for (const cardName of names)
      sum += buildStorageCardAtr({ standard: StorageCardStandard.ISO14443A_3, cardName })[19] ?? 0;
    return sum;
  }),
  alone("Choose a PPS", parsed.length, () => {
    let sum = 0;
    for (const atr of parsed) if (choosePps(atr, reader).ok) sum++;
    return sum;
  }),
  alone("Explain line by line", all.length, () => {
    let sum = 0;
    for (const bytes of all) sum += describeAtr(bytes).length;
    return sum;
  }),
  alone("Identify in a list of 4000", all.length, () => {
    let sum = 0;
    for (const bytes of all) sum += identifyAtr(bytes, list).length;
    return sum;
  }),
];

const ahead = report(races);

const [sim = new Uint8Array(0)] = contact;
const aheadOfPcscTools = reportAtrAnalysis(OURS, sim, listText, () => {
  const found = identifyAtr(sim, parseSmartCardList(listText));
  return formatAtr(sim).length + found.length;
});
process.exitCode = ahead && aheadOfPcscTools ? 0 : 1;
