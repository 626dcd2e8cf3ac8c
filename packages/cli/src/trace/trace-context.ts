import {
  type SmartCardConnection,
  type SmartCardContext,
  type SmartCardTransmitOptions,
  copyBytes,
  type TraceSink,
  traceTimeUs,
} from "@cardwire/core";

/** A context that tells which APDUs go through its connections. Everything else is as before. */
export function traceContext(context: SmartCardContext, sink: TraceSink): SmartCardContext {
  return {
    listReaders: () => context.listReaders(),
    getStatusChange: (states, options) => context.getStatusChange(states, options),
    connect: async (reader, accessMode, options) => {
      const result = await context.connect(reader, accessMode, options);
      return { ...result, connection: traceConnection(result.connection, sink) };
    },
    watch: (options) => context.watch(options),
    close: () => context.close(),
    [Symbol.asyncDispose]: () => context[Symbol.asyncDispose](),
  };
}

function traceConnection(connection: SmartCardConnection, sink: TraceSink): SmartCardConnection {
  return {
    transmit: async (command, options?: SmartCardTransmitOptions) => {
      sink({ layer: "apdu", direction: "down", timeUs: traceTimeUs(), bytes: copyBytes(command) });
      const response = await connection.transmit(command, options);
      sink({ layer: "apdu", direction: "up", timeUs: traceTimeUs(), bytes: response.slice() });
      return response;
    },
    startTransaction: (work, options) => connection.startTransaction(work, options),
    status: () => connection.status(),
    control: (code, data, options) => connection.control(code, data, options),
    getAttribute: (tag, options) => connection.getAttribute(tag, options),
    setAttribute: (tag, value, options) => connection.setAttribute(tag, value, options),
    disconnect: (disposition) => connection.disconnect(disposition),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}
