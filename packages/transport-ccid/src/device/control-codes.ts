import { type PcscPlatform, scardCtlCode } from "@cardwire/ioctl";
import { PCSC_FEATURE } from "@cardwire/ioctl/features";

/** Function of an Escape on Windows: IOCTL_CCID_ESCAPE of its usbccid driver. */
const ESCAPE_WINDOWS = 3_500;
/** IOCTL_SMARTCARD_VENDOR_IFD_EXCHANGE of libccid. */
const ESCAPE_PCSCLITE = 1;
/** CM_IOCTL_GET_FEATURE_REQUEST (PC/SC part 10, section 2.2). */
const GET_FEATURE_REQUEST = 3_400;

/** Functions of the features start here: vendors' own on Windows, CLASS2_IOCTL_MAGIC of libccid elsewhere. */
const FEATURE_BASE: Readonly<Record<PcscPlatform, number>> = { windows: 0x800, pcsclite: 0x33_0000 };

/**
 * The control code that sends an Escape to the reader, as on Windows: SCARD_CTL_CODE(3500). Applications written for
 * pcsc-lite use its own form, SCARD_CTL_CODE(1), which is taken as well.
 */
export const CCID_ESCAPE_CODE = 0x0031_36b0;

/** What a control code asks a CCID reader for. */
export type CcidControl =
  | { readonly kind: "escape" }
  | { readonly kind: "features"; readonly platform: PcscPlatform }
  | { readonly kind: "feature"; readonly tag: number };

const FEATURE_TAGS: readonly number[] = [
  PCSC_FEATURE.VERIFY_PIN_DIRECT,
  PCSC_FEATURE.MODIFY_PIN_DIRECT,
  PCSC_FEATURE.IFD_PIN_PROPERTIES,
  PCSC_FEATURE.GET_TLV_PROPERTIES,
  PCSC_FEATURE.CCID_ESC_COMMAND,
];

/** The control code of a feature in the form of a platform. */
export function featureControlCode(tag: number, platform: PcscPlatform): number {
  return scardCtlCode(FEATURE_BASE[platform] + tag, platform);
}

/** What a control code asks for, in either platform's form; undefined for one that readers do not have. */
export function ccidControl(code: number): CcidControl | undefined {
  if (code === scardCtlCode(ESCAPE_WINDOWS) || code === scardCtlCode(ESCAPE_PCSCLITE, "pcsclite"))
    return { kind: "escape" };
  for (const platform of ["windows", "pcsclite"] as const) {
    if (code === scardCtlCode(GET_FEATURE_REQUEST, platform)) return { kind: "features", platform };
    for (const tag of FEATURE_TAGS) if (code === featureControlCode(tag, platform)) return { kind: "feature", tag };
  }
  return undefined;
}
