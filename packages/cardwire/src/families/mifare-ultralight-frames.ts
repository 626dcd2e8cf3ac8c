/** Commands of Type 2 tags by their first byte; the second is a page, or a number, where a name ends in a colon. */
const COMMANDS: Readonly<Record<number, string>> = {
  0x1a: "AUTHENTICATE",
  0x1b: "PWD_AUTH",
  0x30: "READ page:",
  0x39: "READ_CNT:",
  0x3a: "FAST_READ from page:",
  0x3c: "READ_SIG",
  0x3e: "CHECK_TEARING_EVENT:",
  0x4b: "VCSL",
  0x50: "HLTA",
  0x60: "GET_VERSION",
  0xa0: "COMPATIBILITY_WRITE page:",
  0xa2: "WRITE page:",
  0xa5: "INCR_CNT:",
  0xaf: "AUTHENTICATE, second part",
  0xc2: "SECTOR_SELECT",
};

/** What a frame to a MIFARE Ultralight or NTAG asks for (NXP data sheets MF0ULX1 and NTAG21x, section "command set"). */
export function nameType2Frame(frame: Uint8Array): string | undefined {
  const [code = -1, argument = 0] = frame;
  const name = COMMANDS[code];
  if (name?.endsWith(":") !== true) return name;
  return `${name.slice(0, -1)} ${argument.toString(16).toUpperCase().padStart(2, "0")}`;
}
