import { fileURLToPath } from "node:url";

/** The root of the repository, its pages, and where the site is built. */
export const root: string = fileURLToPath(new URL("../../..", import.meta.url));
export const docs: string = fileURLToPath(new URL("../../../docs", import.meta.url));
export const output: string = fileURLToPath(new URL("../dist", import.meta.url));
