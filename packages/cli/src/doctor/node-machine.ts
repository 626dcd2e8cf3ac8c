import type { Machine, Reachability } from "./machine.ts";

const PATIENCE_MS = 2000;

/** The machine that this process runs on. Its modules are loaded when something is asked. */
export function createNodeMachine(): Machine {
  const orNothing = async <Value>(read: () => Promise<Value>): Promise<Value | undefined> => {
    try {
      return await read();
    } catch {
      return undefined;
    }
  };
  const exists = async (path: string): Promise<boolean> => {
    const { access } = await import("node:fs/promises");
    return (await orNothing(async () => (await access(path), true))) === true;
  };
  return {
    platform: process.platform,
    nodeVersion: process.versions.node,
    env: process.env,
    isRoot: process.getuid?.() === 0,
    readText: (path) => orNothing(async () => (await import("node:fs/promises")).readFile(path, "utf8")),
    list: async (path) => (await orNothing(async () => (await import("node:fs/promises")).readdir(path))) ?? [],
    linkName: (path) =>
      orNothing(async () => {
        const { readlink } = await import("node:fs/promises");
        return (await readlink(path)).split("/").at(-1) ?? "";
      }),
    exists,
    canWrite: async (path) => {
      const { access, constants } = await import("node:fs/promises");
      return (await orNothing(async () => (await access(path, constants.W_OK), true))) === true;
    },
    connect,
    run: (program, args) =>
      orNothing(async () => {
        const { execFile } = await import("node:child_process");
        const { promisify } = await import("node:util");
        return (await promisify(execFile)(program, [...args], { timeout: PATIENCE_MS, encoding: "utf8" })).stdout;
      }),
    // a name that no bundler can follow: such packages are optional
    hasPackage: async (name) => (await orNothing(async () => (await import(name)) as unknown)) !== undefined,
  };
}

async function connect(target: Parameters<Machine["connect"]>[0]): Promise<Reachability> {
  const { connect: open } = await import("node:net");
  return new Promise((resolve) => {
    const socket = open(target);
    const end = (result: Reachability): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(PATIENCE_MS, () => {
      end("silent");
    });
    socket.once("connect", () => {
      end("open");
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      switch (error.code) {
        case "ENOENT":
          end("missing");
          break;
        case "EACCES":
        case "EPERM":
          end("denied");
          break;
        default:
          end("refused");
      }
    });
  });
}
