import { InJumpForDEP, InJumpForPSL, type DepActivation, type JumpForDepRequest } from "../command/dep-initiator.ts";
import {
  TgGetData,
  TgGetInitiatorCommand,
  TgGetTargetStatus,
  TgInitAsTarget,
  TgResponseToInitiator,
  TgSetData,
  TgSetGeneralBytes,
  TgSetMetaData,
} from "../command/target-mode.ts";
import { Pn53xStatus } from "../status.ts";
import { type Handler, handler, type NO_ANSWER } from "./handler.ts";

/** What the commands of peer-to-peer and target mode ask of their chip. */
export interface Loneliness {
  /** Whether a jump is tried until the host has had enough (RFConfiguration item 5). */
  readonly triesForEver: (active: boolean) => boolean;
  /** Resolves when the host has had enough. */
  readonly inVain: () => Promise<typeof NO_ANSWER>;
}

const NO_BYTES = new Uint8Array(0);

/** What a chip answers to commands of peer-to-peer and target mode: there never is a peer. */
export function peerlessHandlers({ triesForEver, inVain }: Loneliness): [code: number, handler: Handler][] {
  const jump = ({ active }: JumpForDepRequest): DepActivation | Promise<typeof NO_ANSWER> =>
    triesForEver(active) ? inVain() : { status: Pn53xStatus.TIMEOUT };
  const notActivated = { status: Pn53xStatus.DEP_STATE, data: NO_BYTES };
  return [
    handler(InJumpForDEP, jump),
    handler(InJumpForPSL, jump),
    handler(TgInitAsTarget, inVain),
    handler(TgGetData, () => notActivated),
    handler(TgSetData, () => notActivated),
    handler(TgSetMetaData, () => notActivated),
    handler(TgGetInitiatorCommand, () => notActivated),
    handler(TgResponseToInitiator, () => notActivated),
    handler(TgSetGeneralBytes, () => ({ status: Pn53xStatus.OK })),
    // released, both ways at 106 kbit/s
    handler(TgGetTargetStatus, () => ({ state: 0, rates: 0 })),
  ];
}
