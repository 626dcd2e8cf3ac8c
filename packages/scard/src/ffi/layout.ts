import { MACOS_DIALECT, PCSCLITE_DIALECT, WINDOWS_DIALECT } from "../dialects.ts";
import { type ScardDialect } from "../scard-api.ts";

/** How one build of the library lays its numbers and structs out. Offsets and sizes are in bytes. */
export interface ScardLayout {
  readonly dialect: ScardDialect;
  readonly convention: "__stdcall" | "__cdecl";
  /** DWORD. */
  readonly dwordSize: 4 | 8;
  /** SCARDCONTEXT and SCARDHANDLE. */
  readonly handleSize: 4 | 8;
  readonly pointerSize: 4 | 8;
  readonly readerState: {
    readonly size: number;
    readonly currentState: number;
    readonly eventState: number;
    readonly atrLength: number;
    readonly atr: number;
    /** How many bytes rgbAtr has. */
    readonly atrRoom: number;
  };
  /** What names are written in. */
  readonly text: "utf-16le" | "utf-8";
  /** What the names of functions end in that take or give text. */
  readonly textSuffix: "W" | "";
  readonly controlFunction: "SCardControl" | "SCardControl132";
}

const WINDOWS = {
  dialect: WINDOWS_DIALECT,
  convention: "__stdcall",
  dwordSize: 4,
  text: "utf-16le",
  textSuffix: "W",
  controlFunction: "SCardControl",
} as const;

/** winscard.dll of 64-bit Windows, x64 and ARM64 (winscard.h, winsmcrd.h). */
export const WINDOWS_64: ScardLayout = {
  ...WINDOWS,
  handleSize: 8,
  pointerSize: 8,
  readerState: { size: 64, currentState: 16, eventState: 20, atrLength: 24, atr: 28, atrRoom: 36 },
};

/** winscard.dll of 32-bit Windows, and for 32-bit programs on 64-bit Windows. */
export const WINDOWS_32: ScardLayout = {
  ...WINDOWS,
  handleSize: 4,
  pointerSize: 4,
  readerState: { size: 56, currentState: 8, eventState: 12, atrLength: 16, atr: 20, atrRoom: 36 },
};

const PCSCLITE = {
  dialect: PCSCLITE_DIALECT,
  convention: "__cdecl",
  text: "utf-8",
  textSuffix: "",
  controlFunction: "SCardControl",
} as const;

/** libpcsclite where a long has 64 bits (wintypes.h, pcsclite.h). */
export const PCSCLITE_64: ScardLayout = {
  ...PCSCLITE,
  dwordSize: 8,
  handleSize: 8,
  pointerSize: 8,
  readerState: { size: 80, currentState: 16, eventState: 24, atrLength: 32, atr: 40, atrRoom: 33 },
};

/** libpcsclite where a long has 32 bits. */
export const PCSCLITE_32: ScardLayout = {
  ...PCSCLITE,
  dwordSize: 4,
  handleSize: 4,
  pointerSize: 4,
  readerState: { size: 56, currentState: 8, eventState: 12, atrLength: 16, atr: 20, atrRoom: 33 },
};

/** PCSC.framework: numbers of 32 bits, and structs without padding. */
export const MACOS: ScardLayout = {
  dialect: MACOS_DIALECT,
  convention: "__cdecl",
  dwordSize: 4,
  handleSize: 4,
  pointerSize: 8,
  readerState: { size: 61, currentState: 16, eventState: 20, atrLength: 24, atr: 28, atrRoom: 33 },
  text: "utf-8",
  textSuffix: "",
  controlFunction: "SCardControl132",
};
