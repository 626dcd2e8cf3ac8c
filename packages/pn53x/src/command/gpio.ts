import { type Pn53xCommand, PN53X_COMMAND_CODE } from "./command.ts";
import { Fields, requireByte } from "./fields.ts";

/** P3, P7 and I0I1 (UM0701-02 sections 7.2.6 and 7.2.7). */
export interface GpioState {
  /** Of a PN533, which puts it in front. */
  readonly status?: number;
  readonly p3: number;
  readonly p7: number;
  readonly i0i1: number;
}

const STATE_BYTES = 3;

function statusBytes(status: number | undefined): readonly number[] {
  return status === undefined ? [] : [requireByte(status, "Status")];
}

/** ReadGPIO (UM0701-02 section 7.2.6). */
export const ReadGPIO: Pn53xCommand<undefined, GpioState> = {
  name: "ReadGPIO",
  code: PN53X_COMMAND_CODE.ReadGPIO,
  encodeRequest: () => new Uint8Array(0),
  decodeRequest(bytes) {
    new Fields(bytes).end("ReadGPIO");
    return undefined;
  },
  encodeAnswer: ({ status, p3, p7, i0i1 }) =>
    Uint8Array.of(...statusBytes(status), requireByte(p3, "P3"), requireByte(p7, "P7"), requireByte(i0i1, "I0I1")),
  decodeAnswer(bytes) {
    const fields = new Fields(bytes);
    const status = bytes.length > STATE_BYTES ? { status: fields.byte("Status") } : {};
    const answer = { ...status, p3: fields.byte("P3"), p7: fields.byte("P7"), i0i1: fields.byte("I0I1") };
    fields.end("ReadGPIO");
    return answer;
  },
};

/** WriteGPIO: bit 7 of each byte says that it counts (UM0701-02 section 7.2.7). A PN533 answers with a status. */
export const WriteGPIO: Pn53xCommand<
  { readonly p3: number; readonly p7: number },
  { readonly status?: number } | undefined
> = {
  name: "WriteGPIO",
  code: PN53X_COMMAND_CODE.WriteGPIO,
  encodeRequest: ({ p3, p7 }) => Uint8Array.of(requireByte(p3, "P3"), requireByte(p7, "P7")),
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    const request = { p3: fields.byte("P3"), p7: fields.byte("P7") };
    fields.end("WriteGPIO");
    return request;
  },
  encodeAnswer: (answer) => Uint8Array.from(statusBytes(answer?.status)),
  decodeAnswer: (bytes) => (bytes[0] === undefined ? undefined : { status: bytes[0] }),
};
