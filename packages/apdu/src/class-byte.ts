import { FormatError } from "@cardwire/core";

/**
 * Secure messaging as CLA announces it (ISO/IEC 7816-4 tables 2 and 3): none; a proprietary format; the standard's format
 * with the command header not processed; the same with the header authenticated.
 */
export type SecureMessaging = "none" | "proprietary" | "iso" | "iso-header-authenticated";

/** An interindustry class: first (channels 0 to 3) or further (channels 4 to 19). */
export interface InterindustryClass {
  readonly kind: "interindustry";
  /** Logical channel, 0…19. */
  readonly channel: number;
  /** Channels 4 to 19 have one bit for it: `none` or `iso`. */
  readonly secureMessaging: SecureMessaging;
  /** True when this command is not the last of a chain. */
  readonly chaining: boolean;
}

/**
 * What a class byte says. `reserved`: 20…3F, for future use, and FF, which only PPS starts with (PC/SC part 3 takes it
 * for commands to the reader). A proprietary class codes its low bits as its owner likes.
 */
export type ClassByte = InterindustryClass | { readonly kind: "proprietary" | "reserved"; readonly cla: number };

const SECURE_MESSAGING = ["none", "proprietary", "iso", "iso-header-authenticated"] as const;

/** Takes a class byte apart (ISO/IEC 7816-4 section 5.4.1). @throws FormatError INVALID_VALUE for what is no byte. */
export function parseClassByte(cla: number): ClassByte {
  if ((cla & 0xff) !== cla) throw new FormatError("INVALID_VALUE", `${cla} is no byte`, { field: "CLA" });
  if (cla >= 0x80) return { kind: cla === 0xff ? "reserved" : "proprietary", cla };
  const chaining = (cla & 0x10) !== 0;
  if (cla >= 0x40)
    return {
      kind: "interindustry",
      channel: 4 + (cla & 0x0f),
      secureMessaging: cla & 0x20 ? "iso" : "none",
      chaining,
    };
  if (cla >= 0x20) return { kind: "reserved", cla };
  return {
    kind: "interindustry",
    channel: cla & 0x03,
    secureMessaging: SECURE_MESSAGING[(cla >> 2) & 3] ?? "none",
    chaining,
  };
}

/**
 * Writes a class byte. An absent field of an interindustry class means channel 0, no secure messaging, no chaining.
 *
 * @throws FormatError INVALID_VALUE for a channel outside 0…19, for secure messaging that there is not or that channels 4
 *   to 19 cannot announce, and for a `cla` that is not of its kind.
 */
export function encodeClassByte(fields: Partial<InterindustryClass> | ClassByte): number {
  if ("cla" in fields) {
    if (parseClassByte(fields.cla).kind !== fields.kind)
      throw new FormatError("INVALID_VALUE", `${fields.cla} is no ${fields.kind} class`, { field: "CLA" });
    return fields.cla;
  }
  const { channel = 0, secureMessaging = "none", chaining = false } = fields;
  if (!Number.isInteger(channel) || channel < 0 || channel > 19)
    throw new FormatError("INVALID_VALUE", `${channel} is no logical channel`, { field: "CLA" });
  const messaging = SECURE_MESSAGING.indexOf(secureMessaging);
  if (messaging < 0)
    throw new FormatError("INVALID_VALUE", `${secureMessaging} is no kind of secure messaging`, { field: "CLA" });
  const chain = chaining ? 0x10 : 0;
  if (channel < 4) return chain | (messaging << 2) | channel;
  if (messaging & 1)
    throw new FormatError("INVALID_VALUE", `channel ${channel} cannot announce ${secureMessaging}`, { field: "CLA" });
  return 0x40 | (messaging << 4) | chain | (channel - 4);
}
