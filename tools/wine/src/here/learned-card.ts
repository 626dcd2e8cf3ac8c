import { fromHex, type SmartCardContext, toHex } from "@cardwire/core";
import type { ContractAbility, ContractExchange, ContractHarness } from "@cardwire/core/testing";
import { SCARD_ATTR, scardCtlCode } from "@cardwire/ioctl";

/** Harmless commands, of which most cards answer two or more, and always alike: GET DATA, SELECT, READ BINARY. */
const CANDIDATES = [
  "FF CA 00 00 00",
  "FF CA 01 00 00",
  "00 A4 04 00 00",
  "00 A4 00 00 02 3F 00",
  "FF B0 00 00 04",
  "FF B0 00 03 04",
  "00 B0 00 00 00",
  "00 CA 00 00 00",
];
const FEATURE_REQUEST = scardCtlCode(3400);
const UNKNOWN_CONTROL = scardCtlCode(4000);
const UNKNOWN_TAG = 0x0009_ffff;

/** What a person with one reader and one card cannot be asked for, or a reader cannot be brought to. */
const NEVER: readonly ContractAbility[] = [
  "insert-remove",
  "quick-swap",
  "event-count",
  "mute-card",
  "attach-detach",
  "refused-protocol",
  "set-attribute",
  "large-responses",
  "slow-exchange",
  "service",
];

export interface LearnedCard {
  readonly harness: Omit<ContractHarness, "createContext" | "close">;
  readonly missing: readonly ContractAbility[];
}

/** Finds out what the card that lies on a reader answers, and what the reader can do. */
export async function learnCard(context: SmartCardContext, readerName: string): Promise<LearnedCard> {
  const { connection } = await context.connect(readerName, "shared", { preferredProtocols: ["t0", "t1"] });
  const { answerToReset = new Uint8Array(0) } = await connection.status();
  const [{ eventState } = {}] = await context.getStatusChange([{ readerName, currentState: {} }]);
  if (eventState?.present !== true) throw new Error("no card lies there");
  const exchanges: ContractExchange[] = [];
  for (const text of CANDIDATES) {
    const command = fromHex(text);
    const answers = [await connection.transmit(command), await connection.transmit(command)].map((answer) =>
      toHex(answer),
    );
    const [first = "", second] = answers;
    if (first === second && !exchanges.some(({ response }) => toHex(response) === first))
      exchanges.push({ command, response: fromHex(first) });
  }
  const attribute = await connection.getAttribute(SCARD_ATTR.VENDOR_NAME).catch(() => undefined);
  const features = await connection.control(FEATURE_REQUEST, new Uint8Array(0)).catch(() => undefined);
  await connection.disconnect("leave");
  // the protocol that an application gets
  const { connection: again, activeProtocol } = await context.connect(readerName, "shared", {
    preferredProtocols: ["t0", "t1"],
  });
  await again.disconnect("leave");
  if (activeProtocol === undefined) throw new Error("the card has no protocol");
  const missing = [...NEVER];
  if (attribute === undefined) missing.push("attributes");
  if (features === undefined) missing.push("control");
  return {
    missing,
    harness: {
      readerName,
      card: { answerToReset, protocol: activeProtocol, exchanges },
      ...(attribute && {
        attribute: { tag: SCARD_ATTR.VENDOR_NAME, value: attribute, unsupportedTag: UNKNOWN_TAG },
      }),
      ...(features && {
        control: {
          code: FEATURE_REQUEST,
          data: new Uint8Array(0),
          response: features,
          unsupportedCode: UNKNOWN_CONTROL,
        },
      }),
    },
  };
}
