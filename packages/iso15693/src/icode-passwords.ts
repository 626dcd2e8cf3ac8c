/** The names of {@link ICODE_PASSWORDS}. */
export type IcodePassword = "read" | "write" | "privacy" | "destroy" | "eas";

/** The passwords of an ICODE, by the identifier that SET PASSWORD takes (ICODE SLIX2 data sheet, table 18). */
export const ICODE_PASSWORDS: Readonly<Record<IcodePassword, number>> = {
  read: 0x01,
  write: 0x02,
  privacy: 0x04,
  destroy: 0x08,
  eas: 0x10,
};
