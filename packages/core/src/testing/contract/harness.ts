import type { SmartCardContext, SmartCardProtocol } from "../../smart-card.ts";

/**
 * What a transport, or the machine that a test has, may be unable to do. Everything not named in a suite's `missing` is
 * required.
 */
export type ContractAbility =
  /** The card can be laid down and taken away. Else it is always there. */
  | "insert-remove"
  /** A card can be taken away and laid down again faster than the resource manager looks. */
  | "quick-swap"
  /** `eventCount` counts insertions and removals. */
  | "event-count"
  /** A card that does not answer to reset can be laid down. */
  | "mute-card"
  /** Readers can be attached and detached. */
  | "attach-detach"
  /** `getStatusChange` knows the pseudo reader `\\?PnP?\Notification`. */
  | "pnp-notification"
  /** The flags `inuse` and `exclusive`. */
  | "sharing-flags"
  /** Several contexts share the readers. */
  | "second-context"
  | "exclusive"
  | "direct"
  /** There is a protocol that the card does not speak, and the resource manager refuses it. */
  | "refused-protocol"
  | "transactions"
  /** A disposition "reset" makes the other connections stale. */
  | "reset"
  | "unpower"
  | "attributes"
  | "set-attribute"
  | "control"
  /** A response of 65,000 bytes or more. */
  | "large-responses"
  /** A command that the card takes 50 ms or longer to answer. */
  | "slow-exchange"
  /** The resource manager can be stopped and started. */
  | "service";

/** A command and what the card answers to it, always. */
export interface ContractExchange {
  readonly command: Uint8Array;
  readonly response: Uint8Array;
}

/** The one card that a harness has. */
export interface ContractCard {
  readonly answerToReset: Uint8Array;
  /** What a connection that accepts T=0 and T=1 gets. */
  readonly protocol: SmartCardProtocol;
  /** Ability "refused-protocol": one that the card does not speak. */
  readonly refusedProtocol?: SmartCardProtocol;
  /** Two or more, with different responses. */
  readonly exchanges: readonly ContractExchange[];
  /** Ability "large-responses". */
  readonly large?: ContractExchange;
  /** Ability "slow-exchange". */
  readonly slow?: ContractExchange;
}

/**
 * What a case is run with: one reader, no card in it (or the card, without the ability "insert-remove"), and no context.
 * The actions resolve when they are done; the resource manager may notice later.
 */
export interface ContractHarness {
  readonly readerName: string;
  readonly card: ContractCard;
  /** A new context. The case closes it. */
  createContext(): Promise<SmartCardContext>;
  /** True where "second-context" is missing: cases with two connections then open both in one context. */
  readonly singleContext?: boolean;
  insertCard?(): Promise<void>;
  removeCard?(): Promise<void>;
  /** Takes the card away and lays it down again, before the resource manager can look. */
  swapCard?(): Promise<void>;
  insertMuteCard?(): Promise<void>;
  /** Attaches another reader and gives its name. */
  attachReader?(): Promise<string>;
  /** Detaches the reader that was attached last. */
  detachReader?(): Promise<void>;
  /** Ability "attributes": one with a known value, and the tag of one that the reader does not have. */
  readonly attribute?: { readonly tag: number; readonly value: Uint8Array; readonly unsupportedTag: number };
  /** Ability "set-attribute": one that can be set to this value without harm. */
  readonly writableAttribute?: { readonly tag: number; readonly value: Uint8Array };
  /** Ability "control": a control with a known answer, and a code that the reader does not have. */
  readonly control?: {
    readonly code: number;
    readonly data: Uint8Array;
    readonly response: Uint8Array;
    readonly unsupportedCode: number;
  };
  stopService?(): Promise<void>;
  startService?(): Promise<void>;
  /** Puts everything away. Called by the suite after each case, contexts being closed. */
  close(): Promise<void>;
}

/** One thing that a transport has to get right. */
export interface ContractCase {
  /** A sentence, unique in the suite. */
  readonly name: string;
  readonly needs: readonly ContractAbility[];
  /** Rejects with a `ContractViolation`, or what the transport threw. */
  run(harness: ContractHarness): Promise<void>;
}
