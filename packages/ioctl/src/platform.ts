/** Whose numbers are meant where they differ: Windows' resource manager, or pcsc-lite (Linux, macOS). */
export type PcscPlatform = "windows" | "pcsclite";
