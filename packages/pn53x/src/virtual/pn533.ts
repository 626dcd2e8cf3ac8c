import {
  AlparCommandForTDA,
  InActivateDeactivatePaypass,
  InQuartetByteExchange,
  TgSetDataSecure,
  TgSetMetaDataSecure,
} from "../command/pn533.ts";
import { Pn53xStatus } from "../status.ts";
import { type Handler, handler } from "./handler.ts";

/** What a PN533 has and a PN532 has not: nothing is wired to it, and nobody has activated it. */
export function pn533Handlers(): [code: number, handler: Handler][] {
  const status = (code: number): { readonly data: Uint8Array } => ({ data: Uint8Array.of(code) });
  return [
    handler(AlparCommandForTDA, () => status(Pn53xStatus.TIMEOUT)),
    handler(InQuartetByteExchange, () => status(Pn53xStatus.CONTEXT)),
    handler(InActivateDeactivatePaypass, () => status(Pn53xStatus.OK)),
    handler(TgSetDataSecure, () => status(Pn53xStatus.SECURE_UNSUPPORTED)),
    handler(TgSetMetaDataSecure, () => status(Pn53xStatus.SECURE_UNSUPPORTED)),
  ];
}
