import { openContext } from "cardwire";
import type { CliIo } from "../src/io.ts";

/** An io that keeps what is printed, with files that exist in the test only. */
export interface CapturedIo extends CliIo {
  readonly out: string;
  readonly err: string;
}

export function captureIo(overrides: Partial<CliIo> & { readonly files?: Record<string, string> } = {}): CapturedIo {
  let out = "";
  let err = "";
  const { files = {}, ...rest } = overrides;
  return {
    colours: false,
    interactive: false,
    signal: new AbortController().signal,
    openContext,
    readFile: (path) => {
      const text = files[path];
      return text === undefined
        ? Promise.reject(Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT" }))
        : Promise.resolve(new TextEncoder().encode(text));
    },
    ...rest,
    write: (text) => (out += text),
    writeError: (text) => (err += text),
    get out() {
      return out;
    },
    get err() {
      return err;
    },
  };
}
