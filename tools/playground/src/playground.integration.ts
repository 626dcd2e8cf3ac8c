import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatDump } from "@cardwire/virtual";
import { ntag216WithUri, sampleDumps } from "@cardwire/virtual/samples";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type BuiltFile, buildPlayground } from "./build.ts";
import { samples } from "./samples.ts";
import { openStage, type Stage } from "./testing/browser.ts";
import { type Ladder, laddersInNode } from "./testing/ladder-in-node.ts";

let folder: string;
let built: readonly BuiltFile[];
let stage: Stage;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cardwire-playground-"));
  built = await buildPlayground(folder);
  stage = await openStage(folder);
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

beforeEach(() => stage.page.setViewportSize({ width: 1280, height: 900 }));

/** Opens the page with a sample on the reader, and waits until it is there. */
async function open(sample: string, profile = "documented"): Promise<void> {
  await stage.page.goto("about:blank");
  await stage.page.goto(`${stage.origin}/#sample=${sample}&profile=${profile}`);
  await stage.page.waitForSelector(".entry");
}

/** What the newest entry of the ladder shows. */
function newest(): Promise<Ladder> {
  return stage.page.$eval(".entry", (entry) => ({
    title: entry.getAttribute("data-title") ?? "",
    rungs: [...entry.querySelectorAll<HTMLElement>(".rung")].map(
      ({ dataset }) => [dataset["layer"], dataset["direction"], dataset["hex"]] as unknown as Ladder["rungs"][number],
    ),
  }));
}

/**
 * Without what the reader's own question whether the card is there leaves behind, for it comes when it comes: it turns the
 * block numbers of ISO-DEP, and learns first that this front end makes no blocks itself.
 */
function settled({ title, rungs }: Ladder): Ladder {
  const command = rungs.find(([layer]) => layer === "apdu")?.[2];
  const offered = rungs.findIndex(
    ([layer, direction, hex]) => layer === "rf" && direction === "down" && hex === command,
  );
  return {
    title,
    rungs: rungs
      .filter((_, index) => offered === -1 || (index !== offered && index !== offered + 1))
      .map(([layer, direction, hex]) => [layer, direction, layer === "rf" ? hex.replace(/^0[23] /, "02/03 ") : hex]),
  };
}

/** How many entries the ladder has. */
function count(): Promise<number> {
  return stage.page.locator(".entry").count();
}

/** Does something, and waits until the ladder has grown by it. */
async function grow(act: () => Promise<void>): Promise<void> {
  const before = await count();
  await act();
  await expect.poll(count).toBe(before + 1);
}

describe.each(["documented", "nfccx"] as const)("with a reader of the profile %s", (profile) => {
  it.each(samples().map((sample) => [sample.id, sample] as const))(
    "%s has the packages' ladder",
    async (id, sample) => {
      await open(id, profile);
      const shown: Ladder[] = [await newest()];
      for (const form of await stage.page.locator("form.action").all()) {
        await grow(() => form.locator("button").click());
        shown.push(await newest());
      }
      expect(shown.map(settled)).toEqual((await laddersInNode(sample, profile)).map(settled));
    },
  );
});

it("explains every byte of a rung when it is pointed at", async () => {
  await open("ntag213-text");
  await grow(() => stage.page.click("form[data-action=read] button"));
  await stage.page.hover(".rung.apdu.down .piece >> nth=1");
  expect(await stage.page.innerText("#inspector")).toContain("READ BINARY");
  await stage.page.hover(".rung.rf.down .piece >> nth=1");
  expect(await stage.page.innerText("#inspector")).toContain("the first of four");
});

it("can be used without a mouse", async () => {
  await open("ntag216-uri");
  const { page } = stage;
  const focused = (): Promise<string> =>
    page.evaluate(() => {
      const element = document.activeElement;
      return element?.id !== undefined && element.id !== "" ? element.id : (element?.textContent ?? "");
    });
  const tabUntil = async (name: string): Promise<void> => {
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press("Tab");
      if ((await focused()) === name) return;
    }
    throw new Error(`the tab key does not lead to ${name}`);
  };
  await page.keyboard.press("Tab");
  expect(await focused()).toBe("Skip to the ladder");
  await tabUntil("theme");
  await tabUntil("sample-ntag216-uri");
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => page.innerText(".tag-name")).toBe("NTAG213");
  await tabUntil("dump");
  await tabUntil("profile-documented");
  await tabUntil("Read the UID");
  await grow(() => page.keyboard.press("Enter"));
  await tabUntil("apdu");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("FFB0000410");
  await grow(() => page.keyboard.press("Enter"));
  expect((await newest()).rungs[1]).toEqual(["apdu", "down", "FF B0 00 04 10"]);
  await tabUntil("02 00 00 00");
  expect(await page.innerText("#inspector")).toContain("dwProtocol");
  for (const [key, says] of [
    ["ArrowRight", "cbPciLength"],
    ["ArrowDown", "CLA"],
    ["End", "SW1 SW2"],
    ["ArrowUp", "data"],
    ["Home", "dwProtocol"],
  ] as const) {
    await page.keyboard.press(key);
    expect(await page.innerText("#inspector"), key).toContain(says);
  }
});

it("takes dumps, and refuses what is none", async () => {
  await open("ntag213-text");
  const { page } = stage;
  for (const dump of sampleDumps()) {
    const { fileName } = dump;
    await page.setInputFiles("#dump", { name: fileName, mimeType: "text/plain", buffer: Buffer.from(dump.bytes()) });
    await expect.poll(() => page.innerText(".file")).toContain(fileName);
    await expect.poll(count).toBe(1);
  }
  const raw = Buffer.from(formatDump(ntag216WithUri(), "raw"));
  await page.setInputFiles("#dump", { name: "tag.bin", mimeType: "application/octet-stream", buffer: raw });
  await expect.poll(() => page.innerText(".tag-name")).toBe("NTAG216");
  await page.setInputFiles("#dump", { name: "no.nfc", mimeType: "text/plain", buffer: Buffer.from("hello") });
  await expect.poll(() => page.innerText(".result")).toContain("no.nfc");
  expect(await page.innerText(".tag-name")).toBe("NTAG216");
});

it("says what is wrong with an APDU or an action", async () => {
  await open("slix-uri");
  const { page } = stage;
  await page.fill("#apdu", "FF C");
  await page.press("#apdu", "Enter");
  await expect.poll(() => page.innerText(".result")).toContain("no APDU yet");
  await page.fill("form[data-action=read] input", "200");
  await grow(() => page.click("form[data-action=read] button"));
  expect(await page.innerText(".result")).toMatch(/6A82|not found/);
});

it("explains an ATR and APDUs as they are typed", async () => {
  await open("classic-1k-ndef");
  const { page } = stage;
  expect(await page.innerText("#explained-atr")).toContain("MIFARE Classic 1K");
  await page.fill("#explain-atr", "3B 8F 80 01 80 4F 0C A0 00 00 03 06 11 00 3B 00 00 00 00 42");
  expect(await page.innerText("#explained-atr")).toContain("FeliCa");
  await page.fill("#explain-apdu", "ff 86 00 00 05 01 00 04 61 00");
  expect(await page.innerText("#explained-apdu")).toContain("key B");
  await page.fill("#explain-response", "69 82");
  expect(await page.innerText("#explained-response")).toContain("SECURITY");
  await page.fill("#explain-response", "6");
  expect(await page.innerText("#explained-response")).toContain("Not hexadecimal yet");
});

it("has nothing that gets in the way of assistive technology, in either theme", async () => {
  const { page } = stage;
  const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  for (const theme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await open("ntag213-text");
    await grow(() => page.click("form[data-action=read-memory] button"));
    await page.hover(".rung .piece >> nth=2");
    // until the ladder has faded in
    await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
    await page.addScriptTag({ path: axe });
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> };
      };
      return (await axe.run()).violations.map(({ id, nodes }) => [id, nodes[0]?.html, nodes[0]?.failureSummary]);
    });
    expect(violations, theme).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: "light" });
});

it("goes round the themes and remembers", async () => {
  await open("ntag213-text");
  const { page } = stage;
  const background = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.click("#theme");
  await page.click("#theme");
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.reload();
  expect(await background()).toBe(dark);
  await page.click("#theme");
  expect(await background()).toBe(light);
});

it.each([360, 768, 1280, 1920])("has no sideways scrolling at %d pixels", async (width) => {
  await stage.page.setViewportSize({ width, height: 900 });
  await open("topaz-96-text");
  await grow(() => stage.page.click("form[data-action=read-ndef] button"));
  expect(await stage.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
});

it("is small enough to come at once", () => {
  expect(built.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0)).toBeLessThan(200 * 1024);
});

it("complained about nothing", () => {
  expect(stage.complaints).toEqual([]);
});
