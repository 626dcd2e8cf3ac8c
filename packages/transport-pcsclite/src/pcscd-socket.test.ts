import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PcscdSocket } from "./pcscd-socket.ts";

/** Listens with the shortest queue there is, and takes nobody from it until a line comes. */
const BUSY_DAEMON = `
  const { readSync, writeSync } = require("node:fs");
  const server = require("node:net").createServer((socket) => socket.on("error", () => {}));
  server.listen({ path: process.argv[1], backlog: 1 }, () => {
    writeSync(1, "listening");
    setImmediate(() => readSync(0, Buffer.alloc(1)));
  });
`;

test("many who come at once to a daemon that is busy all get in", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cardwire-busy-"));
  const path = join(folder, "pcscd.comm");
  const daemon = spawn(process.execPath, ["-e", BUSY_DAEMON, path], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    await once(daemon.stdout, "data");
    const sockets = Array.from({ length: 12 }, () => new PcscdSocket(path));
    let opened = 0;
    const all = Promise.all(sockets.map((socket) => socket.opened.then(() => opened++)));
    // turned away when the queue is full, and none of them has failed for it
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(opened).toBeLessThan(sockets.length);
    expect(sockets.map(({ failure }) => failure)).toEqual(sockets.map(() => undefined));
    daemon.stdin.write("\n");
    await all;
    for (const socket of sockets) socket.destroy(new Error("done"));
  } finally {
    daemon.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  }
});

test("giving up while the daemon is busy is at once", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cardwire-busy-"));
  const path = join(folder, "pcscd.comm");
  const daemon = spawn(process.execPath, ["-e", BUSY_DAEMON, path], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    await once(daemon.stdout, "data");
    const sockets = Array.from({ length: 12 }, () => new PcscdSocket(path));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const reason = new Error("no longer wanted");
    for (const socket of sockets) socket.destroy(reason);
    expect(sockets.map(({ failure }) => failure)).toEqual(sockets.map(() => reason));
  } finally {
    daemon.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  }
});
