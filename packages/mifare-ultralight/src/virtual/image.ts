import { copyBytes, FormatError, UsageError } from "@cardwire/core";
import { PAGE_BYTES } from "../rf-commands.ts";
import { type UltralightProduct, type UltralightProductName, ultralightProducts } from "../products.ts";

/** Everything that a tag of this family keeps without power: what a dump holds. */
export interface MifareUltralightImage {
  readonly product: UltralightProductName;
  /** All pages, 4 bytes each, in the order of `ultralightProducts[product].memory`; keys and passwords in their pages. */
  readonly pages: Uint8Array;
  /** The answer to GET_VERSION, 8 bytes; that of the product unless given. */
  readonly version?: Uint8Array;
  /** The originality signature, 32 bytes (48 of Ultralight AES); zeros unless given. */
  readonly signature?: Uint8Array;
  /** The 24-bit one-way counters 0, 1 and 2; zeros unless given. A tag with the counter 2 alone has it at index 2. */
  readonly counters?: readonly number[];
  /** The tearing flag of each counter; BD, which is "no tearing", unless given. */
  readonly tearing?: readonly number[];
  /** How many wrong passwords in a row have been counted. */
  readonly authenticationFailures?: number;
  /** NTAG213TT: four bytes of message and one of status; zeros unless given. */
  readonly tamperStatus?: Uint8Array;
}

const NO_TEARING = 0xbd;
const COUNTERS = 3;

/** How many pages a product's image has. */
export function pageCount(product: UltralightProduct): number {
  let pages = 0;
  for (const [first, last] of product.memory) pages += last - first + 1;
  return pages;
}

/** The UID of 7 bytes: BCC0 stands between its third and its fourth byte. */
export function uidOf(pages: Uint8Array): Uint8Array<ArrayBuffer> {
  const uid = new Uint8Array(7);
  uid.set(pages.subarray(0, 3));
  uid.set(pages.subarray(4, 8), 3);
  return uid;
}

function exactly(bytes: Uint8Array, length: number, field: string): Uint8Array<ArrayBuffer> {
  if (bytes.length !== length)
    throw new FormatError(
      bytes.length < length ? "TOO_SHORT" : "TOO_LONG",
      `has ${length} bytes, not ${bytes.length}`,
      {
        field,
      },
    );
  return copyBytes(bytes);
}

function smallNumbers(
  values: readonly number[] | undefined,
  otherwise: number,
  largest: number,
  field: string,
): number[] {
  if (values !== undefined && values.length > COUNTERS)
    throw new FormatError("TOO_LONG", `there are ${COUNTERS} counters, not ${values.length}`, { field });
  return Array.from({ length: COUNTERS }, (_, index) => {
    const value = values?.[index] ?? otherwise;
    if (!Number.isInteger(value) || value < 0 || value > largest)
      throw new FormatError("INVALID_VALUE", `${value} is not between 0 and ${largest}`, { field, offset: index });
    return value;
  });
}

/** An image as the silicon works on it: copied, complete, every field there. */
export class Persistent {
  readonly product: UltralightProduct;
  readonly pages: Uint8Array<ArrayBuffer>;
  readonly version: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
  readonly counters: number[];
  readonly tearing: number[];
  readonly tamperStatus: Uint8Array<ArrayBuffer>;
  authenticationFailures: number;

  /** @throws FormatError naming the field of the image that does not fit the product, UsageError for an unknown product. */
  constructor(image: MifareUltralightImage) {
    if (!Object.hasOwn(ultralightProducts, image.product))
      throw new UsageError(`${image.product} is no product of the MIFARE Ultralight family`);
    const product = ultralightProducts[image.product];
    this.product = product;
    this.pages = exactly(image.pages, pageCount(product) * PAGE_BYTES, "pages");
    this.version = exactly(image.version ?? Uint8Array.from(product.version ?? new Uint8Array(8)), 8, "version");
    const signatureBytes = product.signatureBytes ?? 32;
    this.signature = exactly(image.signature ?? new Uint8Array(signatureBytes), signatureBytes, "signature");
    this.counters = smallNumbers(image.counters, 0, 0xff_ffff, "counters");
    this.tearing = smallNumbers(image.tearing, NO_TEARING, 0xff, "tearing");
    this.tamperStatus = exactly(image.tamperStatus ?? new Uint8Array(5), 5, "tamperStatus");
    const failures = image.authenticationFailures ?? 0;
    if (!Number.isInteger(failures) || failures < 0)
      throw new FormatError("INVALID_VALUE", `${failures} is no count`, { field: "authenticationFailures" });
    this.authenticationFailures = failures;
  }

  toImage(): MifareUltralightImage {
    const { product } = this;
    return {
      product: product.name,
      pages: copyBytes(this.pages),
      ...(product.version === undefined ? {} : { version: copyBytes(this.version) }),
      ...(product.signatureBytes === undefined ? {} : { signature: copyBytes(this.signature) }),
      ...(product.counters === undefined ? {} : { counters: [...this.counters], tearing: [...this.tearing] }),
      ...(product.configurationPage === undefined ? {} : { authenticationFailures: this.authenticationFailures }),
      ...(product.commands.includes("READ_TAMPER_STATUS") ? { tamperStatus: copyBytes(this.tamperStatus) } : {}),
    };
  }
}
