import type { Pn53xCommand } from "../command/command.ts";

/** What a command says that the host has ended, or that has no answer. */
export const NO_ANSWER = "no answer";

/** Runs a command's parameters. */
export type Handler = (parameters: Uint8Array) => Promise<Uint8Array | undefined>;

/** What a command does, with its codec around it. */
export function handler<Request, Answer>(
  command: Pn53xCommand<Request, Answer>,
  handle: (request: Request) => Answer | typeof NO_ANSWER | Promise<Answer | typeof NO_ANSWER>,
): [code: number, handler: Handler] {
  return [
    command.code,
    async (parameters) => {
      const answer = await handle(command.decodeRequest(parameters));
      return answer === NO_ANSWER ? undefined : command.encodeAnswer(answer);
    },
  ];
}
