import { isCardwireError } from "@cardwire/core";
import type { CheckOptions, Finding } from "./check.ts";
import type { Machine } from "./machine.ts";

const OLDEST_NODE: readonly [major: number, minor: number] = [20, 19];

/** The version of Node.js. */
export function checkNode({ nodeVersion }: Machine): Finding {
  const [major = 0, minor = 0] = nodeVersion.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  const isNewEnough = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
  return isNewEnough
    ? { id: "node", status: "ok", message: `Node.js ${nodeVersion}.` }
    : {
        id: "node",
        status: "problem",
        message: `Node.js ${nodeVersion} is too old: cardwire needs ${OLDEST_NODE.join(".")} or newer (nodejs.org).`,
      };
}

/** The readers that applications see, or why there are none. */
export async function checkReaders({ openContext }: CheckOptions): Promise<Finding> {
  try {
    await using context = await openContext();
    const readers = await context.listReaders();
    if (readers.length > 0)
      return {
        id: "readers",
        status: "ok",
        message: `${readers.length === 1 ? "One reader" : `${readers.length} readers`}: ${readers.map((name) => `"${name}"`).join(", ")}.`,
      };
    return { id: "readers", status: "warning", message: "The smart-card system sees no reader: plug one in." };
  } catch (error) {
    if (!isCardwireError(error)) throw error;
    return {
      id: "readers",
      status: "problem",
      message: `Readers cannot be reached: ${error.message.replace(/\.$/, "")}.`,
    };
  }
}

/** Packages that only some ways to readers need. */
export async function checkPackage(
  machine: Machine,
  name: string,
  purpose: string,
  status: "info" | "problem",
): Promise<Finding> {
  const id = `package-${name}`;
  return (await machine.hasPackage(name))
    ? { id, status: "ok", message: `The package ${name} is installed (${purpose}).` }
    : {
        id,
        status,
        message: `The package ${name} is not installed beside this command (--global where that is): ${purpose}.`,
        fix: [`npm install ${name}`],
      };
}
