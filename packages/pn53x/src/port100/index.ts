export { openPort100, type Port100 } from "./chip.ts";
export { type Port100Command, PORT100_COMMAND_CODE, type Port100CommandName } from "./command.ts";
export {
  type Port100CommAnswer,
  Port100Commands,
  type Port100CommRequest,
  type Port100RfSettings,
  type Port100Version,
  type Port100VersionRequest,
} from "./commands.ts";
export { PORT100_FRAME_IDENTIFIER, PORT100_FRAMES, port100Frame } from "./frame.ts";
export { createPort100FrontEnd } from "./front-end.ts";
export type { Port100ProtocolSettings, Port100StatusAnswer } from "./messages.ts";
export { openPort100Pipe, PORT100_READERS } from "./pipe.ts";
export {
  PORT100_PROTOCOL,
  PORT100_PROTOCOL_DEFAULTS,
  PORT100_RF,
  type Port100Protocol,
  type Port100ProtocolKey,
  type Port100Rf,
} from "./settings.ts";
export { describePort100CommStatus, PORT100_COMM_STATUS, PORT100_STATUS, port100FailureOf } from "./status.ts";
export type { Port100TargetAnswer, Port100TargetRequest } from "./target-commands.ts";
