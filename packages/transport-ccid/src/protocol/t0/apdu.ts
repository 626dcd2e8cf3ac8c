import { type ApduTransmit, createApduChannel, encodeCommandApdu, parseCommandApdu } from "@cardwire/apdu";
import { isFormatError } from "@cardwire/core";

/** Sends one TPDU and gives what the card answers to it. */
export type T0Transmit = (tpdu: Uint8Array) => Promise<Uint8Array>;

const INS_ENVELOPE = 0xc2;
const LONGEST_DATA = 255;

/**
 * Sends a command APDU by T=0 (ISO/IEC 7816-3:2006, section 12.2). A command that T=0 carries as it is goes as it is.
 * Case 4 loses its Le and gets its data by GET RESPONSE; a wrong Le (SW 6CXX) is corrected; an extended command is
 * shortened, or sent by ENVELOPE when its data have more than 255 bytes. Bytes that are no command APDU go as they are.
 *
 * SW 61XX is answered with GET RESPONSE where the command has an Le that 255 bytes do not fill, and in case 4. The
 * answer to a short command of case 1, 2 or 3 is the application's, 61XX included.
 *
 * @param getResponseCla CLA of GET RESPONSE; that of the command when undefined.
 */
export async function transmitApduByT0(
  transmit: T0Transmit,
  command: Uint8Array,
  getResponseCla?: number,
): Promise<Uint8Array> {
  let parsed: ReturnType<typeof parseCommandApdu>;
  try {
    parsed = parseCommandApdu(command);
  } catch (error) {
    if (isFormatError(error)) return transmit(command);
    throw error;
  }
  const { cla, ins, p1, p2, data, ne } = parsed;
  // four bytes, or five with a data field of nothing: no detour can be asked for
  if (data.length === 0 && ne === 0) return transmit(command);
  const send: ApduTransmit = (tpdu) => transmit(tpdu);
  const channel = createApduChannel(send, {
    t0Case4: "on-61",
    getResponse: parsed.extended || data.length > LONGEST_DATA,
    ...(getResponseCla === undefined ? {} : { getResponseCla }),
  });
  if (data.length <= LONGEST_DATA) return joined(await channel.transmit({ cla, ins, p1, p2, data, ne }));
  return joined(await envelope(channel, parsed.cla, encodeCommandApdu({ ...parsed, extended: true })));
}

/** Section 12.2.4: the whole command in the data fields of ENVELOPE commands; an empty one says that it is complete. */
async function envelope(
  channel: ReturnType<typeof createApduChannel>,
  cla: number,
  command: Uint8Array,
): Promise<{ data: Uint8Array; sw: number }> {
  for (let offset = 0; offset < command.length; offset += LONGEST_DATA) {
    const data = command.subarray(offset, offset + LONGEST_DATA);
    const last = data.length < LONGEST_DATA;
    const response = await channel.transmit({ cla, ins: INS_ENVELOPE, p1: 0, p2: 0, data });
    if (last || response.sw !== 0x9000) return response;
  }
  return channel.transmit({ cla, ins: INS_ENVELOPE, p1: 0, p2: 0 });
}

function joined({ data, sw }: { readonly data: Uint8Array; readonly sw: number }): Uint8Array {
  const bytes = new Uint8Array(data.length + 2);
  bytes.set(data);
  bytes[data.length] = sw >> 8;
  bytes[data.length + 1] = sw & 0xff;
  return bytes;
}
