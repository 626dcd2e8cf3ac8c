export { type AutoPollRequest, type AutoPollTarget, InAutoPoll } from "./auto-poll.ts";
export {
  type ChipCommand,
  type Pn53xCommand,
  PN53X_COMMAND_CODE,
  type Pn53xCommandName,
  pn53xCommandName,
  type StatusAnswer,
} from "./command.ts";
export {
  type DepActivation,
  InATR,
  InJumpForDEP,
  InJumpForPSL,
  InPSL,
  type JumpForDepRequest,
} from "./dep-initiator.ts";
export {
  type CommunicateThruAnswer,
  type DataExchangeAnswer,
  type DataExchangeRequest,
  InCommunicateThru,
  InDataExchange,
  InDeselect,
  InRelease,
  InSelect,
} from "./exchange.ts";
export {
  Diagnose,
  type DiagnoseRequest,
  type FirmwareVersion,
  type GeneralStatus,
  GetFirmwareVersion,
  GetGeneralStatus,
  PARAMETER_FLAG,
  PowerDown,
  ReadRegister,
  type RegisterWrite,
  SAMConfiguration,
  type SamConfigurationRequest,
  SERIAL_BAUD_RATES,
  type SerialBaudRate,
  SetParameters,
  SetSerialBaudRate,
  type TargetState,
  WAKE_UP,
  WriteRegister,
} from "./general.ts";
export { type GpioState, ReadGPIO, WriteGPIO } from "./gpio.ts";
export {
  cascadedUid,
  InListPassiveTarget,
  type ListedJewel,
  type ListedTarget,
  type ListedTypeA,
  type ListedTypeB,
  type ListedTypeF,
  type ListPassiveTargetRequest,
  MODULATION,
  type Modulation,
} from "./passive-target.ts";
export {
  AlparCommandForTDA,
  InActivateDeactivatePaypass,
  InQuartetByteExchange,
  type RawMessage,
  TgSetDataSecure,
  TgSetMetaDataSecure,
} from "./pn533.ts";
export {
  LONGEST_TIMEOUT_CODE,
  RF_ITEM,
  RFConfiguration,
  type RfConfigurationRequest,
  rfField,
  rfMaxRetries,
  RFRegulationTest,
  rfTimings,
  timeoutCode,
  timeoutUsOf,
} from "./rf-configuration.ts";
export {
  type InitAsTargetRequest,
  TARGET_MODE,
  TgGetData,
  TgGetInitiatorCommand,
  TgGetTargetStatus,
  TgInitAsTarget,
  TgResponseToInitiator,
  TgSetData,
  TgSetGeneralBytes,
  TgSetMetaData,
} from "./target-mode.ts";
