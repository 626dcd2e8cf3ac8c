import type { MemoryAreaKind } from "cardwire";
import pc from "picocolors";

type Paint = (text: string) => string;

/** What the output's parts look like; plain text where there are no colours. */
export interface Style {
  readonly title: Paint;
  readonly label: Paint;
  readonly dim: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly address: Paint;
  readonly layer: Readonly<Record<"ioctl" | "apdu" | "rf", Paint>>;
  readonly memory: Readonly<Record<MemoryAreaKind, Paint>>;
}

export function createStyle(colours: boolean): Style {
  const c = pc.createColors(colours);
  return {
    title: (text) => c.bold(text),
    label: c.dim,
    dim: c.dim,
    good: c.green,
    bad: c.red,
    address: c.dim,
    layer: { ioctl: c.magenta, apdu: c.cyan, rf: c.yellow },
    memory: {
      identity: c.cyan,
      lock: c.red,
      capability: c.green,
      user: (text) => text,
      configuration: c.yellow,
      counter: c.blue,
      secret: c.magenta,
      reserved: c.dim,
      system: c.dim,
    },
  };
}
