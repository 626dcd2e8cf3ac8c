import * as commands from "../../src/command/index.ts";
import type { ChipCommand } from "../../src/command/command.ts";
import { Port100Commands } from "../../src/port100/index.ts";

type AnyCommand = ChipCommand<string, unknown, unknown>;

function isCommand(value: unknown): value is AnyCommand {
  return typeof value === "object" && value !== null && "decodeAnswer" in value;
}

function byCode(values: readonly unknown[]): ReadonlyMap<number, AnyCommand> {
  return new Map(values.filter(isCommand).map((command) => [command.code, command]));
}

/** Every codec, by the first byte of its frames. */
const CODECS: Readonly<Record<number, ReadonlyMap<number, AnyCommand>>> = {
  0xd4: byCode(Object.values(commands)),
  0xd6: byCode(Object.values(Port100Commands)),
};

/** Frame identifier and code of every command. */
export const ALL_CODES: readonly (readonly number[])[] = Object.entries(CODECS).flatMap(([identifier, codecs]) =>
  [...codecs.keys()].map((code) => [Number(identifier), code]),
);

/** Takes a command apart and puts it together again. @throws when there is no codec for it. */
export function commandAgain(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly request: unknown } {
  const codec = codecOf(bytes);
  const request = codec.decodeRequest(bytes.subarray(2));
  return { bytes: Uint8Array.of(...bytes.subarray(0, 2), ...codec.encodeRequest(request)), request };
}

/** The same for an answer to a command. */
export function answerAgain(command: Uint8Array, answer: Uint8Array): Uint8Array {
  const codec = codecOf(command);
  const decoded = codec.decodeAnswer(answer.subarray(2), commandAgain(command).request);
  return Uint8Array.of(...answer.subarray(0, 2), ...codec.encodeAnswer(decoded));
}

function codecOf([identifier = 0, code = 0]: Uint8Array): AnyCommand {
  const codec = CODECS[identifier]?.get(code);
  if (codec === undefined) throw new Error(`no codec for ${identifier.toString(16)} ${code.toString(16)}`);
  return codec;
}
