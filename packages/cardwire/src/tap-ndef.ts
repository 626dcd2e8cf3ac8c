import type { NdefTag } from "@cardwire/ndef";

/** NDEF on a card, whatever its family: read, write, format, make read-only, and what state it is in. */
export type TapNdef = NdefTag;
