import { concatBytes, FormatError } from "@cardwire/core";
import { emptyAnswer, type Pn53xCommand, PN53X_COMMAND_CODE, type StatusAnswer } from "./command.ts";
import { Fields, requireByte, requireWord } from "./fields.ts";

/** A test and its parameters (UM0701-02 section 7.2.1). 00: communication line, 01: ROM, 02: RAM. */
export interface DiagnoseRequest {
  readonly test: number;
  readonly parameters?: Uint8Array;
}

/** Diagnose (UM0701-02 section 7.2.1). The line test answers with its request. */
export const Diagnose: Pn53xCommand<DiagnoseRequest, Uint8Array> = {
  name: "Diagnose",
  code: PN53X_COMMAND_CODE.Diagnose,
  encodeRequest: ({ test, parameters = new Uint8Array(0) }) =>
    concatBytes(Uint8Array.of(requireByte(test, "test")), parameters),
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    return { test: fields.byte("test"), parameters: fields.rest() };
  },
  encodeAnswer: (answer) => answer.slice(),
  decodeAnswer: (bytes) => bytes.slice(),
};

/** Which chip and firmware it is. */
export interface FirmwareVersion {
  /** 31 for a PN531, 32 for a PN532, 33 for a PN533. */
  readonly ic: number;
  readonly version: number;
  readonly revision: number;
  /** Bits: 1 ISO/IEC 14443 A, 2 ISO/IEC 14443 B, 4 ISO/IEC 18092. */
  readonly support: number;
}

/** What a PN531 would have answered as IC, had it answered one. */
const IC_OF_PN531 = 0x31;

/** GetFirmwareVersion (UM0701-02 section 7.2.2). A PN531 answers version and revision alone. */
export const GetFirmwareVersion: Pn53xCommand<undefined, FirmwareVersion> = {
  name: "GetFirmwareVersion",
  code: PN53X_COMMAND_CODE.GetFirmwareVersion,
  encodeRequest: () => new Uint8Array(0),
  decodeRequest(bytes) {
    new Fields(bytes).end("GetFirmwareVersion");
    return undefined;
  },
  encodeAnswer({ ic, version, revision, support }) {
    const firmware = [requireByte(version, "Ver"), requireByte(revision, "Rev")];
    if (ic === IC_OF_PN531) return Uint8Array.from(firmware);
    return Uint8Array.of(requireByte(ic, "IC"), ...firmware, requireByte(support, "Support"));
  },
  decodeAnswer(bytes) {
    const fields = new Fields(bytes);
    if (bytes.length === 2)
      return { ic: IC_OF_PN531, version: fields.byte("Ver"), revision: fields.byte("Rev"), support: 0x05 };
    const answer = {
      ic: fields.byte("IC"),
      version: fields.byte("Ver"),
      revision: fields.byte("Rev"),
      support: fields.byte("Support"),
    };
    fields.end("GetFirmwareVersion");
    return answer;
  },
};

/** A target that the chip holds. Rates: 0, 1, 2 for 106, 212, 424 kbit/s; type: 00 A, B or MIFARE, 10 FeliCa, 01 active, 02 Jewel. */
export interface TargetState {
  readonly target: number;
  readonly receiveRate: number;
  readonly transmitRate: number;
  readonly type: number;
}

/** What the chip is doing. */
export interface GeneralStatus {
  /** The last error that it noticed. */
  readonly error: number;
  /** An external field is there. */
  readonly field: number;
  readonly targets: readonly TargetState[];
  /** State of the SAM. Not on every chip. */
  readonly sam?: number;
}

/** GetGeneralStatus (UM0701-02 section 7.2.3). */
export const GetGeneralStatus: Pn53xCommand<undefined, GeneralStatus> = {
  name: "GetGeneralStatus",
  code: PN53X_COMMAND_CODE.GetGeneralStatus,
  encodeRequest: () => new Uint8Array(0),
  decodeRequest(bytes) {
    new Fields(bytes).end("GetGeneralStatus");
    return undefined;
  },
  encodeAnswer: ({ error, field, targets, sam }) =>
    Uint8Array.of(
      error,
      field,
      targets.length,
      ...targets.flatMap(({ target, receiveRate, transmitRate, type }) => [target, receiveRate, transmitRate, type]),
      ...(sam === undefined ? [] : [sam]),
    ),
  decodeAnswer(bytes) {
    const fields = new Fields(bytes);
    const error = fields.byte("Err");
    const field = fields.byte("Field");
    const targets: TargetState[] = [];
    for (let count = fields.byte("NbTg"); count > 0; count--)
      targets.push({
        target: fields.byte("Tg"),
        receiveRate: fields.byte("BrRx"),
        transmitRate: fields.byte("BrTx"),
        type: fields.byte("Type"),
      });
    const sam = fields.left > 0 ? { sam: fields.byte("SAM status") } : {};
    fields.end("GetGeneralStatus");
    return { error, field, targets, ...sam };
  },
};

/** What SetParameters switches (UM0701-02 section 7.2.9). */
export const PARAMETER_FLAG = {
  NAD_USED: 0x01,
  DID_USED: 0x02,
  AUTOMATIC_ATR_RES: 0x04,
  /** RATS by the chip as it lists a card of ISO/IEC 14443-4. */
  AUTOMATIC_RATS: 0x10,
  ISO14443_4_PICC: 0x20,
  REMOVE_PREAMBLE: 0x40,
} as const;

/** SetParameters: {@link PARAMETER_FLAG} (UM0701-02 section 7.2.9). */
export const SetParameters: Pn53xCommand<{ readonly flags: number }, undefined> = {
  name: "SetParameters",
  code: PN53X_COMMAND_CODE.SetParameters,
  encodeRequest: ({ flags }) => Uint8Array.of(requireByte(flags, "Flags")),
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    const flags = fields.byte("Flags");
    fields.end("SetParameters");
    return { flags };
  },
  ...emptyAnswer,
};

/** How the chip uses a SAM. */
export interface SamConfigurationRequest {
  /** 1 normal (no SAM), 2 virtual card, 3 wired card, 4 dual card. */
  readonly mode: 1 | 2 | 3 | 4;
  /** For the virtual card, in units of 50 ms; 0 for none. */
  readonly timeout?: number;
  /** Drive the P70_IRQ pin. */
  readonly irq?: boolean;
}

/** SAMConfiguration (UM0701-02 section 7.2.10). A PN532 on a serial port wants it before anything else. */
export const SAMConfiguration: Pn53xCommand<SamConfigurationRequest, undefined> = {
  name: "SAMConfiguration",
  code: PN53X_COMMAND_CODE.SAMConfiguration,
  encodeRequest({ mode, timeout, irq }) {
    if (irq !== undefined) return Uint8Array.of(mode, requireByte(timeout ?? 0, "Timeout"), irq ? 1 : 0);
    return timeout === undefined ? Uint8Array.of(mode) : Uint8Array.of(mode, requireByte(timeout, "Timeout"));
  },
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    const mode = fields.byte("Mode");
    if (mode !== 1 && mode !== 2 && mode !== 3 && mode !== 4) return fields.refuse("Mode", "1–4");
    // the last two may be left out
    const timeout = fields.left > 0 ? { timeout: fields.byte("Timeout") } : {};
    const irq = fields.left > 0 ? { irq: fields.byte("IRQ") !== 0 } : {};
    fields.end("SAMConfiguration");
    return { mode, ...timeout, ...irq };
  },
  ...emptyAnswer,
};

/** What wakes a chip that sleeps, a bit each. */
export const WAKE_UP = { INT0: 0x01, INT1: 0x02, RF: 0x08, HSU: 0x10, SPI: 0x20, GPIO: 0x40, I2C: 0x80 } as const;

/** PowerDown: {@link WAKE_UP} (UM0701-02 section 7.2.11). Answers with a status. */
export const PowerDown: Pn53xCommand<{ readonly wakeUp: number; readonly irq?: boolean }, StatusAnswer> = {
  name: "PowerDown",
  code: PN53X_COMMAND_CODE.PowerDown,
  encodeRequest: ({ wakeUp, irq }) =>
    Uint8Array.of(requireByte(wakeUp, "WakeUpEnable"), ...(irq === undefined ? [] : [irq ? 1 : 0])),
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    const wakeUp = fields.byte("WakeUpEnable");
    const irq = fields.left > 0 ? { irq: fields.byte("GenerateIRQ") !== 0 } : {};
    fields.end("PowerDown");
    return { wakeUp, ...irq };
  },
  encodeAnswer: ({ status }) => Uint8Array.of(requireByte(status, "Status")),
  decodeAnswer: (bytes) => ({ status: new Fields(bytes).byte("Status") }),
};

/** Serial baud rates by their code (UM0701-02 section 7.2.8). */
export const SERIAL_BAUD_RATES = [9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600, 1288000] as const;

/** A rate that the chip's serial interface has. */
export type SerialBaudRate = (typeof SERIAL_BAUD_RATES)[number];

/** SetSerialBaudRate (UM0701-02 section 7.2.8). The new rate holds from the host's ACK of the answer on. */
export const SetSerialBaudRate: Pn53xCommand<{ readonly baudRate: SerialBaudRate }, undefined> = {
  name: "SetSerialBaudRate",
  code: PN53X_COMMAND_CODE.SetSerialBaudRate,
  encodeRequest({ baudRate }) {
    const code = SERIAL_BAUD_RATES.indexOf(baudRate);
    if (code < 0) throw new FormatError("INVALID_VALUE", `${baudRate} is no rate of the chip`, { field: "BR" });
    return Uint8Array.of(code);
  },
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    const baudRate = SERIAL_BAUD_RATES[fields.byte("BR")];
    if (baudRate === undefined) return fields.refuse("BR", "0–8");
    fields.end("SetSerialBaudRate");
    return { baudRate };
  },
  ...emptyAnswer,
};

/** ReadRegister (UM0701-02 section 7.2.4). Answers one value an address; a PN533 puts a status before them. */
export const ReadRegister: Pn53xCommand<
  { readonly addresses: readonly number[] },
  { readonly status?: number; readonly values: Uint8Array }
> = {
  name: "ReadRegister",
  code: PN53X_COMMAND_CODE.ReadRegister,
  encodeRequest: ({ addresses }) =>
    Uint8Array.from(addresses.flatMap((address) => [requireWord(address, "ADDR") >> 8, address & 0xff])),
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    const addresses: number[] = [];
    do addresses.push(fields.word("ADDR"));
    while (fields.left > 0);
    return { addresses };
  },
  encodeAnswer: ({ status, values }) => (status === undefined ? values.slice() : Uint8Array.of(status, ...values)),
  decodeAnswer(bytes, { addresses }) {
    const fields = new Fields(bytes);
    // a PN533 that refuses says so, and no more
    if (bytes.length === 1 && addresses.length > 1) return { status: fields.byte("Status"), values: new Uint8Array(0) };
    const status = bytes.length > addresses.length ? { status: fields.byte("Status") } : {};
    const values = fields.bytes(addresses.length, "VAL");
    fields.end("ReadRegister");
    return { ...status, values };
  },
};

/** An address and what is to be written there. */
export type RegisterWrite = readonly [address: number, value: number];

/** WriteRegister (UM0701-02 section 7.2.5). A PN533 answers with a status. */
export const WriteRegister: Pn53xCommand<{ readonly writes: readonly RegisterWrite[] }, { readonly status?: number }> =
  {
    name: "WriteRegister",
    code: PN53X_COMMAND_CODE.WriteRegister,
    encodeRequest: ({ writes }) =>
      Uint8Array.from(
        writes.flatMap(([address, value]) => [
          requireWord(address, "ADDR") >> 8,
          address & 0xff,
          requireByte(value, "VAL"),
        ]),
      ),
    decodeRequest(bytes) {
      const fields = new Fields(bytes);
      const writes: RegisterWrite[] = [];
      do writes.push([fields.word("ADDR"), fields.byte("VAL")]);
      while (fields.left > 0);
      return { writes };
    },
    encodeAnswer: ({ status }) => (status === undefined ? new Uint8Array(0) : Uint8Array.of(status)),
    decodeAnswer: (bytes) => (bytes[0] === undefined ? {} : { status: bytes[0] }),
  };
