import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { endWithoutOutput } from "./stream-errors.ts";

class FakeStream extends EventEmitter {
  text = "";

  write(text: string): void {
    this.text += text;
  }
}

function fakeProcess() {
  const stdout = new FakeStream();
  const stderr = new FakeStream();
  const codes: ExitCode[] = [];
  endWithoutOutput({ stdout, stderr, exit: (code) => void codes.push(code) });
  return { stdout, stderr, codes };
}

const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code });

test("who reads the output may have seen enough", () => {
  const { stdout, stderr, codes } = fakeProcess();
  stdout.emit("error", failure("EPIPE", "write EPIPE"));
  expect(codes).toEqual([EXIT.ok]);
  expect(stderr.text).toBe("");
});

test("a full disk is told", () => {
  const { stdout, stderr, codes } = fakeProcess();
  stdout.emit("error", failure("ENOSPC", "ENOSPC: no space left on device, write"));
  expect(codes).toEqual([EXIT.input]);
  expect(stderr.text).toBe("cardwire: The output cannot be written: ENOSPC: no space left on device, write.\n");
});

test("a closed standard error does not change how the command ends", () => {
  const { stderr, codes } = fakeProcess();
  stderr.emit("error", failure("EPIPE", "write EPIPE"));
  expect(codes).toEqual([]);
});
