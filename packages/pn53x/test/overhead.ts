/**
 * How many APDUs a second go through a virtual chip, from `connection.transmit` down to the silicon and back: what this
 * package, and its way to the chip, cost a host. Run by `pnpm --filter @cardwire/pn53x overhead`.
 */
import { fromHex } from "@cardwire/core";
import { loadTag } from "@cardwire/virtual";
import { ntag216WithUri } from "@cardwire/virtual/samples";
import { overRcS380, PIPES, withChain } from "./chain.ts";

const READ = fromHex("FFB0000410");
const RUN_MS = 1500;

for (const [name, way] of [...Object.entries(PIPES), ["an RC-S380", overRcS380] as const])
  await withChain(loadTag(ntag216WithUri()), "documented", way, async ({ send }) => {
    for (let warm = 0; warm < 500; warm++) await send(READ);
    const start = performance.now();
    let count = 0;
    for (; performance.now() - start < RUN_MS; count++) await send(READ);
    const perSecond = (count * 1000) / (performance.now() - start);
    process.stdout.write(`${Math.round(perSecond).toLocaleString("en")} READ BINARY/s  ${name}\n`);
  });
