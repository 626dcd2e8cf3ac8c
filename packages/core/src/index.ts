/**
 * The contracts that every cardwire package shares, its error family, bytes and CRCs.
 * @packageDocumentation
 */
export { abortReason, delay, untilAborted } from "./abort.ts";
export {
  type BytesSource,
  concatBytes,
  copyBytes,
  equalBytes,
  fromHex,
  readUint32LE,
  toHex,
  writeUint32LE,
} from "./bytes.ts";
export { type Clock, systemClock } from "./clock.ts";
export { crc15693, crc8Mad, crcA, crcB, crcF } from "./crc.ts";
export { crcOnAir } from "./crc-on-air.ts";
export {
  CardwireError,
  type CardwireErrorOptions,
  type Fault,
  FormatError,
  type FormatErrorCode,
  type FormatErrorPlace,
  isCardwireError,
  isFormatError,
  isUsageError,
  UsageError,
} from "./errors.ts";
export { type EventSource, EventStream } from "./event-stream.ts";
export {
  type IoctlDevice,
  type IoctlDeviceInterface,
  IoctlOpenError,
  type IoctlOptions,
  type IoctlResult,
  isIoctlOpenError,
} from "./ioctl-device.ts";
export { type BitString, insertParity, removeParity } from "./parity.ts";
export {
  type NfcATarget,
  type NfcAType1Target,
  type NfcBMemoryTarget,
  type NfcBTarget,
  type NfcFTarget,
  type NfcVTarget,
  type RfApdu,
  type RfDialogue,
  type RfDone,
  type RfFailure,
  type RfFailureReason,
  type RfField,
  type RfFrame,
  type RfFrameReply,
  type RfFrontEnd,
  type RfLink,
  type RfMifareAuthenticate,
  type RfReceive,
  type RfReply,
  type RfRequest,
  type RfReselect,
  type RfTarget,
  runDialogue,
} from "./rf.ts";
export { SerialQueue } from "./serial-queue.ts";
export {
  PNP_NOTIFICATION,
  type SmartCardAccessMode,
  type SmartCardCallOptions,
  type SmartCardConnection,
  type SmartCardConnectionState,
  type SmartCardConnectionStatus,
  type SmartCardConnectOptions,
  type SmartCardConnectResult,
  type SmartCardContext,
  type SmartCardDisposition,
  type SmartCardEvent,
  type SmartCardGetStatusChangeOptions,
  type SmartCardProtocol,
  type SmartCardReaderStateFlagsIn,
  type SmartCardReaderStateFlagsOut,
  type SmartCardReaderStateIn,
  type SmartCardReaderStateOut,
  type SmartCardTransactionOptions,
  type SmartCardTransmitOptions,
  type SmartCardWatchOptions,
} from "./smart-card.ts";
export {
  invalidStateError,
  isSmartCardError,
  isSmartCardOtherError,
  SmartCardError,
  type SmartCardErrorDetails,
  SmartCardOtherError,
  type SmartCardOtherErrorName,
  type SmartCardResponseCode,
} from "./smart-card-error.ts";
export {
  type ActivationContext,
  type CardFamily,
  type CardSession,
  type ConformanceProfile,
  type SiliconReply,
  type StorageCardTranslator,
  type TransmitOutcome,
  type VirtualTag,
} from "./tag.ts";
export { type TraceEvent, type TraceSink, traceTimeUs } from "./trace.ts";
export { watchReaders, type WatchReadersOptions } from "./watch.ts";
export { strict } from "./strict.ts";
export { ConnectionTransactions, type TransactionSteps } from "./transaction.ts";
