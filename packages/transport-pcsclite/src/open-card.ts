import { concatBytes, type SmartCardAccessMode, type SmartCardProtocol } from "@cardwire/core";
import { SCARD } from "@cardwire/ioctl";
import { PCSCLITE_DIALECT, protocolBits, SHARE_MODE } from "@cardwire/scard/terms";
import { callError, connectionLost } from "./errors.ts";
import { BodyExchange } from "./exchange.ts";
import { type Daemon, versionRequest } from "./handshake.ts";
import { PcscdSocket } from "./pcscd-socket.ts";
import {
  CONNECT,
  CONNECT_WORD,
  createRequest,
  ESTABLISH_CONTEXT,
  HEADER_LENGTH,
  MAX_READER_NAME,
  SCOPE_SYSTEM,
  VERSION,
} from "./protocol.ts";

/** What to connect, and what gives it up. */
export interface OpenCardOptions {
  readonly path: string;
  readonly daemon: Promise<Daemon>;
  readonly readerName: string;
  readonly accessMode: SmartCardAccessMode;
  readonly preferredProtocols: readonly SmartCardProtocol[] | undefined;
  readonly signals: readonly AbortSignal[];
  /** The daemon is not the one that was met before. */
  readonly onOtherVersion: (error: Error) => void;
}

/** A card handle, and the connection to pcscd that it lives with. */
export interface OpenedCard {
  readonly socket: PcscdSocket;
  /** hCard. */
  readonly card: number;
  /** dwActiveProtocol; 0 for none. */
  readonly protocol: number;
}

/** Where szReader begins in the body of CONNECT. */
const NAME_OFFSET = 4;

/**
 * Connects a card over a connection of its own. While another program's transaction goes on, pcscd answers nothing more
 * there: giving up is hanging up.
 */
export async function openCard(options: OpenCardOptions): Promise<OpenedCard> {
  const { path, readerName, accessMode, signals } = options;
  const call = { command: "connect", readerName };
  const name = new TextEncoder().encode(readerName);
  if (name.length >= MAX_READER_NAME) throw callError(SCARD.E_UNKNOWN_READER, call);

  const { minor } = await options.daemon;
  for (const signal of signals) signal.throwIfAborted();
  const socket = new PcscdSocket(path);
  const hangUp = (): void => {
    socket.destroy(signals.find(({ aborted }) => aborted)?.reason as Error);
  };
  for (const signal of signals) signal.addEventListener("abort", hangUp, { once: true });
  try {
    await socket.opened;
    const request = createRequest(CONNECT);
    const context = await establishContext(socket, minor);
    if (context === undefined) {
      const error = connectionLost("and another version has taken its place", undefined);
      options.onOtherVersion(error);
      throw error;
    }
    request.words[0] = context;
    request.bytes.set(name, HEADER_LENGTH + NAME_OFFSET);
    request.words[CONNECT_WORD.shareMode] = SHARE_MODE[accessMode];
    request.words[CONNECT_WORD.protocols] = protocolBits(accessMode, options.preferredProtocols, PCSCLITE_DIALECT);
    const { rv, card, protocol } = await socket.call(request, CONNECT, pickCard);
    if (rv !== 0) throw callError(rv, call);
    return { socket, card, protocol: accessMode === "direct" ? 0 : protocol };
  } catch (error) {
    socket.destroy(error as Error);
    throw error;
  } finally {
    for (const signal of signals) signal.removeEventListener("abort", hangUp);
  }
}

/**
 * pcscd knows one context for each connection. The version goes along: the daemon may be another one by now, and then
 * there is none.
 */
async function establishContext(socket: PcscdSocket, minor: number): Promise<number | undefined> {
  const version = versionRequest(minor);
  const request = createRequest(ESTABLISH_CONTEXT);
  request.words[0] = SCOPE_SYSTEM;
  const [refusal, { rv, context }] = await new Promise<[number, { rv: number; context: number }]>((resolve, reject) => {
    let refusal = 0;
    const onVersion = new BodyExchange(VERSION, pickRefusal, (rv) => (refusal = rv), reject);
    socket.send(concatBytes(version.bytes, request.bytes), onVersion);
    const onContext = new BodyExchange(
      ESTABLISH_CONTEXT,
      pickContext,
      (context) => resolve([refusal, context]),
      reject,
    );
    socket.expect(onContext);
  });
  if (refusal !== 0) return undefined;
  if (rv !== 0) throw callError(rv, { command: "connect" });
  return context;
}

function pickRefusal(words: Uint32Array): number {
  return words[VERSION.rv] ?? 0;
}

function pickContext(words: Uint32Array): { rv: number; context: number } {
  return { rv: words[ESTABLISH_CONTEXT.rv] ?? 0, context: words[1] ?? 0 };
}

function pickCard(words: Uint32Array): { rv: number; card: number; protocol: number } {
  return {
    rv: words[CONNECT.rv] ?? 0,
    card: words[CONNECT_WORD.card] ?? 0,
    protocol: words[CONNECT_WORD.activeProtocol] ?? 0,
  };
}
