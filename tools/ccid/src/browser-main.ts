/**
 * The example page, in Chromium, with a `navigator.usb` that a test has in its hands.
 *
 *   browser-main SCRIPT        SCRIPT: browser/fake-usb.ts, bundled
 */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";
import type { Strings } from "../browser/fake-usb.ts";
import { runCases } from "./run-cases.ts";

const [script = "", folder = ""] = process.argv.slice(2);
const TYPES: Readonly<Record<string, string>> = { html: "text/html", js: "text/javascript" };
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"];

const server = createServer((request, response) => {
  const name = request.url === "/" ? "/index.html" : (request.url ?? "");
  const path = fileURLToPath(new URL(`.${name}`, `file://${folder}/`));
  if (!path.startsWith(folder) || !existsSync(path)) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { "content-type": TYPES[name.split(".").pop() ?? ""] ?? "text/plain" });
  response.end(readFileSync(path));
});
await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
const address = server.address();
const origin = `http://localhost:${typeof address === "object" ? (address?.port ?? 0) : 0}`;
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", headless: true, args: FLAGS });

async function withPage(isReaderProtected: boolean, run: (page: Page) => Promise<void>): Promise<void> {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.setDefaultTimeout(30_000);
  await page.addInitScript(`window.isReaderProtected = ${isReaderProtected}`);
  await page.addInitScript({ path: script });
  await page.goto(origin);
  await run(page);
  await page.close();
  if (problems.length > 0) throw new Error(problems.join("; "));
}

const pull = (page: Page, string: keyof Strings): Promise<void> =>
  page.evaluate((name) => {
    (globalThis as unknown as { strings: Strings }).strings[name]();
  }, string);
const shows = async (page: Page, selector: string, text: string): Promise<void> => {
  await page.locator(selector, { hasText: text }).waitFor();
};

const failed = await runCases("the example page in Chromium", [
  {
    name: "Chromium has WebUSB, in which the test's own stands",
    run: async () => {
      const page = await browser.newPage();
      await page.goto(origin);
      const kind = await page.evaluate(() =>
        Object.prototype.toString.call(Reflect.get(Reflect.get(globalThis, "navigator") as object, "usb")),
      );
      await page.close();
      if (kind !== "[object USB]") throw new Error(`navigator.usb is ${kind}`);
    },
  },
  {
    name: "a reader of the vendor's class: chosen, a card seen, a command sent, pulled",
    run: () =>
      withPage(false, async (page) => {
        await pull(page, "plug");
        await page.click("#choose");
        await shows(page, "#readers", "Emulated CCID Reader (0001) 00 00");
        await pull(page, "insert");
        await shows(page, "#readers", "3B 80 01 81");
        await page.fill("#command", "80 CA 00 03 02 00 00 00");
        await page.click("#send button");
        await shows(page, "#response", "00 07 0E 90 00");
        await pull(page, "remove");
        await page.locator("#readers", { hasNotText: "3B 80 01 81" }).waitFor();
        await pull(page, "unplug");
        await page.locator("#readers li").waitFor({ state: "detached" });
      }),
  },
  {
    name: "a reader of the protected class: the page says why it cannot be used",
    run: () =>
      withPage(true, async (page) => {
        await pull(page, "insert");
        await pull(page, "plug");
        await page.click("#choose");
        await shows(page, "#readers", "Emulated CCID Reader");
        await page.click("#send button");
        await shows(page, "#problem", "protected class");
      }),
  },
]);
await browser.close();
server.close();
process.exit(failed === 0 ? 0 : 1);
