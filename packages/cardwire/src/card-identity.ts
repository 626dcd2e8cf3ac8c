import type { FamilyName } from "./families/index.ts";

/** What kind of card lies on the reader, and how that is known. */
export interface CardIdentity {
  /** The best name there is: the product ("NTAG216"), else what the answer to reset says ("MIFARE Ultralight EV1"). */
  readonly name: string;
  /** The tag family that has a helper for it: what {@link Tap.as} takes. */
  readonly family: FamilyName | undefined;
  /** "storage" memory behind PC/SC pseudo-APDUs, "processor" ISO/IEC 7816-4 APDUs. */
  readonly kind: "storage" | "processor" | "unknown";
  /** "contactless" when the answer to reset was made by a contactless reader. */
  readonly interface: "contact" | "contactless" | "unknown";
  /** The standard that a storage card's answer to reset names, such as "ISO/IEC 14443 A, part 3". */
  readonly standard?: string;
  /** Bytes for the user's own data, where the product is known. */
  readonly userBytes?: number;
  /** "product" the card said itself what it is; "class" the reader told its kind; "none" nobody knows. */
  readonly certainty: "product" | "class" | "none";
  /** Where the name comes from, weakest first. */
  readonly evidence: readonly string[];
}
