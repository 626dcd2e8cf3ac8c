import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStage, type Stage } from "@cardwire-tools/playground/browser";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildSite } from "./build-site.ts";

let folder: string;
let stage: Stage;
let dead: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cardwire-site-"));
  dead = await buildSite(folder, { reference: false });
  stage = await openStage(folder);
}, 180_000);

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const PAGES = ["index", "concepts/ladder", "recipes/ntag", "troubleshooting", "statuses"];

it("has no dead link", () => {
  expect(dead).toEqual([]);
});

it.each(PAGES)("%s has nothing that gets in the way of assistive technology, in either theme", async (path) => {
  const { page, origin } = stage;
  const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${origin}/${path}.html`);
    await page.addScriptTag({ path: axe });
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> };
      };
      return (await axe.run()).violations.map(({ id, nodes }) => [id, nodes[0]?.html, nodes[0]?.failureSummary]);
    });
    expect(violations, colorScheme).toEqual([]);
  }
});

it.each([360, 1280])("no page scrolls sideways at %d pixels", async (width) => {
  const { page, origin } = stage;
  await page.setViewportSize({ width, height: 800 });
  for (const path of PAGES) {
    await page.goto(`${origin}/${path}.html`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(width);
  }
});

it("finds things, by keyboard", async () => {
  const { page, origin } = stage;
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(`${origin}/recipes/index.html`);
  await page.keyboard.press("/");
  await page.keyboard.type("kernel has taken");
  await page.waitForSelector("#found [aria-selected=true]");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/troubleshooting.html#the-kernel-has-taken-the-reader");
});

it("opens its navigation on a narrow screen", async () => {
  const { page, origin } = stage;
  await page.setViewportSize({ width: 400, height: 800 });
  await page.goto(`${origin}/index.html`);
  expect(await page.isVisible("#navigation")).toBe(false);
  await page.click("#menu");
  await page.click("#navigation a[href='start/linux.html']");
  await page.waitForURL("**/start/linux.html");
});

it("has the playground inside", async () => {
  const { page, origin } = stage;
  await page.goto(`${origin}/playground/index.html#sample=felica-lite-s-uri`);
  await page.waitForSelector(".entry");
  expect(await page.innerText(".tag-name")).toBe("FeliCa Lite-S");
});

it("complained about nothing", () => {
  expect(stage.complaints).toEqual([]);
});
