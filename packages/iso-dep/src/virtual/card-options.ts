import type { VirtualTag } from "@cardwire/core";
import type { Ats } from "../ats.ts";
import type { IsoDepApplicationLike } from "./application.ts";
import type { IsoDepBehaviour } from "./behaviour.ts";

interface CommonOptions extends IsoDepBehaviour {
  /** The product, such as "DESFire EV1". "ISO-DEP card" unless given. */
  readonly name?: string;
  readonly application: IsoDepApplicationLike;
  /**
   * Who takes the card to ISO-DEP. "front-end": selection ends with the card activated (FSD 256, CID 0), and the target has
   * its `ats` or `attrib`. "reader": it ends with the SAK or ATQB, and RATS or ATTRIB are to follow. "front-end" unless
   * given.
   */
  readonly activatedBy?: "front-end" | "reader";
  /**
   * The silicon of the same chip's other protocol, such as a MIFARE Classic for SAK 28: discovery reports both, this one
   * last. Its UID and SAK are to be the card's. Only for a card that the front end activates.
   */
  readonly otherProtocol?: VirtualTag;
}

/** A virtual card of type A. */
export interface IsoDepCardAOptions extends CommonOptions {
  /** NFCID1: 4, 7 or 10 bytes. */
  readonly uid: Uint8Array;
  /** SENS_RES as it is received, 2 bytes; `04 00` for a UID of 4 bytes, `44 00` for 7, `84 00` for 10 unless given. */
  readonly atqa?: Uint8Array;
  /** 20 unless given. */
  readonly sak?: number;
  /** What its ATS says: 256-byte frames and FWI 8 (77 ms), without historical bytes, unless given. */
  readonly ats?: Partial<Ats>;
}

/** A virtual card of type B. */
export interface IsoDepCardBOptions extends CommonOptions {
  /** 4 bytes. */
  readonly pupi: Uint8Array;
  /** ATQB application data, 4 bytes; zeros unless given. */
  readonly applicationData?: Uint8Array;
  /** ATQB protocol info, 3 or 4 bytes; `00 81 81`, so 256-byte frames, FWI 8 and CID, unless given. */
  readonly protocolInfo?: Uint8Array;
  /** Maximum buffer length index in its answer to ATTRIB; 0 unless given. */
  readonly mbli?: number;
}

/** A virtual card of either type. */
export type IsoDepCardOptions = IsoDepCardAOptions | IsoDepCardBOptions;
