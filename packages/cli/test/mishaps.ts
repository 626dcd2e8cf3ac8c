import { toHex } from "@cardwire/core";
import { createVirtualReader } from "cardwire";
import type { CliIo } from "../src/io.ts";

/**
 * An `openContext` whose virtual reader does something just before the n-th write (UPDATE BINARY, FF D6) goes to its card.
 *
 * @param mishap is given a function that takes the card away.
 */
export function beforeWrite(count: number, mishap: (pull: () => void) => void): Pick<CliIo, "openContext"> {
  return {
    openContext: ({ virtual = {} }) => {
      const tags = [...(virtual.tags ?? [])];
      const reader = createVirtualReader({ ...virtual, tags });
      const { context, field } = reader;
      let writes = 0;
      const pull = (): void => {
        for (const tag of tags) field.remove(tag);
      };
      return Promise.resolve({
        listReaders: () => context.listReaders(),
        getStatusChange: (states, options) => context.getStatusChange(states, options),
        watch: (options) => context.watch(options),
        connect: async (name, mode, options) => {
          const result = await context.connect(name, mode, options);
          const { connection } = result;
          const transmit: typeof connection.transmit = (command, transmitOptions) => {
            const bytes = command instanceof Uint8Array ? command : new Uint8Array(0);
            if (toHex(bytes.subarray(0, 2)) === "FFD6" && ++writes === count) mishap(pull);
            return connection.transmit(command, transmitOptions);
          };
          return {
            ...result,
            connection: {
              transmit,
              startTransaction: (work, workOptions) => connection.startTransaction(work, workOptions),
              status: () => connection.status(),
              control: (code, data, controlOptions) => connection.control(code, data, controlOptions),
              getAttribute: (tag, attributeOptions) => connection.getAttribute(tag, attributeOptions),
              setAttribute: (tag, value, attributeOptions) => connection.setAttribute(tag, value, attributeOptions),
              disconnect: (disposition) => connection.disconnect(disposition),
              [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
            },
          };
        },
        close: () => reader.close(),
        [Symbol.asyncDispose]: () => reader.close(),
      });
    },
  };
}
