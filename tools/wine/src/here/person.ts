import { createInterface } from "node:readline/promises";

/** Whoever sits before the machine. */
export interface Person {
  /** Shows what is to be done, and waits until it has been. */
  ask(what: string): Promise<void>;
  close(): void;
}

/** One who reads on the screen, and presses Enter. Standard output is the report's. */
export function personAtTerminal(): Person {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  return {
    ask: async (what) => {
      await terminal.question(`\n>>> ${what}, then press Enter `);
    },
    close: () => {
      terminal.close();
    },
  };
}
