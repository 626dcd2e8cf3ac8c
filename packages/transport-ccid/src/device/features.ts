import { encodePcscFeatures, encodePcscTlvProperties, PCSC_FEATURE, PCSC_TLV_PROPERTY } from "@cardwire/ioctl/features";
import type { PcscPlatform } from "@cardwire/ioctl";
import type { DeviceIdentity } from "../descriptor/quirks.ts";
import type { ReaderPlan } from "../descriptor/plan.ts";
import { featureControlCode } from "./control-codes.ts";

const SHORT_APDU_DATA = 256;
const EXTENDED_APDU_DATA = 0x1_0000;

/** The tags of what a reader can do (PC/SC part 10, section 2.3). */
export function featureTags(plan: ReaderPlan): number[] {
  const tags: number[] = [];
  if (plan.pinVerify) tags.push(PCSC_FEATURE.VERIFY_PIN_DIRECT);
  if (plan.pinModify) tags.push(PCSC_FEATURE.MODIFY_PIN_DIRECT);
  if (plan.pinVerify || plan.pinModify) tags.push(PCSC_FEATURE.IFD_PIN_PROPERTIES);
  tags.push(PCSC_FEATURE.GET_TLV_PROPERTIES, PCSC_FEATURE.CCID_ESC_COMMAND);
  return tags;
}

/** The answer to CM_IOCTL_GET_FEATURE_REQUEST, with control codes in the form in which it was asked. */
export function featureList(plan: ReaderPlan, platform: PcscPlatform): Uint8Array {
  return encodePcscFeatures(featureTags(plan).map((tag) => ({ tag, controlCode: featureControlCode(tag, platform) })));
}

/** PIN_PROPERTIES (PC/SC part 10, section 2.5.5): wLcdLayout, bEntryValidationCondition, bTimeOut2. */
export function pinProperties(plan: ReaderPlan): Uint8Array {
  return Uint8Array.of(plan.lcdLayout & 0xff, plan.lcdLayout >> 8, plan.pinEntryValidation ?? 7, 0);
}

/** The answer to FEATURE_GET_TLV_PROPERTIES. */
export function tlvProperties(plan: ReaderPlan, { vendorId, productId }: DeviceIdentity): Uint8Array {
  const longest = plan.level === "short-apdu" ? SHORT_APDU_DATA : EXTENDED_APDU_DATA;
  return encodePcscTlvProperties([
    { tag: PCSC_TLV_PROPERTY.wLcdLayout, value: littleEndian(plan.lcdLayout, 2) },
    { tag: PCSC_TLV_PROPERTY.bEntryValidationCondition, value: Uint8Array.of(plan.pinEntryValidation ?? 7) },
    { tag: PCSC_TLV_PROPERTY.bTimeOut2, value: Uint8Array.of(0) },
    { tag: PCSC_TLV_PROPERTY.bPPDUSupport, value: Uint8Array.of(0) },
    { tag: PCSC_TLV_PROPERTY.dwMaxAPDUDataSize, value: littleEndian(longest, 4) },
    { tag: PCSC_TLV_PROPERTY.wIdVendor, value: littleEndian(vendorId, 2) },
    { tag: PCSC_TLV_PROPERTY.wIdProduct, value: littleEndian(productId, 2) },
  ]);
}

function littleEndian(value: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (value >>> (8 * index)) & 0xff);
}
