import { PN53X_COMMAND_CODE } from "../command/command.ts";
import { Pn53xStatus } from "../status.ts";

/**
 * What a chip answers to commands of peer-to-peer and target mode: there never is a peer. `undefined`: it waits for one
 * until the host has had enough.
 */
export const PEERLESS_ANSWERS: ReadonlyMap<number, Uint8Array | undefined> = /* @__PURE__ */ new Map([
  [PN53X_COMMAND_CODE.InJumpForDEP, Uint8Array.of(Pn53xStatus.TIMEOUT)],
  [PN53X_COMMAND_CODE.InJumpForPSL, Uint8Array.of(Pn53xStatus.TIMEOUT)],
  [PN53X_COMMAND_CODE.InATR, Uint8Array.of(Pn53xStatus.CONTEXT)],
  [PN53X_COMMAND_CODE.InPSL, Uint8Array.of(Pn53xStatus.CONTEXT)],
  [PN53X_COMMAND_CODE.TgInitAsTarget, undefined],
  [PN53X_COMMAND_CODE.TgGetData, Uint8Array.of(Pn53xStatus.DEP_STATE)],
  [PN53X_COMMAND_CODE.TgSetData, Uint8Array.of(Pn53xStatus.DEP_STATE)],
  [PN53X_COMMAND_CODE.TgSetMetaData, Uint8Array.of(Pn53xStatus.DEP_STATE)],
  [PN53X_COMMAND_CODE.TgSetGeneralBytes, Uint8Array.of(Pn53xStatus.OK)],
  [PN53X_COMMAND_CODE.TgGetInitiatorCommand, Uint8Array.of(Pn53xStatus.DEP_STATE)],
  [PN53X_COMMAND_CODE.TgResponseToInitiator, Uint8Array.of(Pn53xStatus.DEP_STATE)],
  // released, both ways at 106 kbit/s
  [PN53X_COMMAND_CODE.TgGetTargetStatus, Uint8Array.of(0x00, 0x00)],
]);
