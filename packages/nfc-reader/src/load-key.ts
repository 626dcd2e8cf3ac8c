import { NTSTATUS } from "@cardwire/ioctl";

/** The family whose cards take command APDUs as they are. Every other family's are storage cards. */
export const PASS_THROUGH_FAMILY = "iso-dep";

/**
 * Load Key as Windows' driver answers it for a card that has no key table: it takes the command for every card, judges
 * its form, and then finds nowhere to put the key (NfcCx StorageClassLoadKey.cpp).
 *
 * @returns an NTSTATUS, or `undefined` when the command is no Load Key.
 */
export function loadKeyWithoutTable(command: Uint8Array): number | undefined {
  if (command.length < 5 || command[0] !== 0xff || command[1] !== 0x82) return undefined;
  const wellFormed = command.length === 11 && command[2] === 0x00 && command[4] === 0x06;
  return wellFormed ? NTSTATUS.INVALID_DEVICE_STATE : NTSTATUS.INVALID_PARAMETER;
}
