import { isFormatError } from "@cardwire/core";
import { ISO15693_COMMAND as COMMAND, REQUEST_FLAG } from "./commands.ts";
import { wantsProtocolExtension } from "./products.ts";
import { parseSystemInformation, type SystemInformation } from "./system-information.ts";
import { isRefusal, type Type5Link } from "./type5-link.ts";

/** What a tag says of itself, asked once. */
export class Type5Information {
  readonly #link: Type5Link;
  #information: SystemInformation | undefined;
  /** False once the tag has not said what it is. */
  #informs = true;

  constructor(link: Type5Link) {
    this.#link = link;
  }

  /** What the tag has said so far. */
  get known(): SystemInformation | undefined {
    return this.#information;
  }

  async read(signal?: AbortSignal): Promise<SystemInformation> {
    if (this.#information !== undefined) return this.#information;
    const uid = await this.#link.readUid(signal);
    const extension = wantsProtocolExtension(uid);
    const flags = REQUEST_FLAG.HIGH_DATA_RATE | (extension ? REQUEST_FLAG.PROTOCOL_EXTENSION : 0);
    const answer = await this.#link.exchange(Uint8Array.of(flags, COMMAND.GET_SYSTEM_INFORMATION), signal);
    let information = parseSystemInformation(answer, extension);
    if (information.blocks === undefined && !extension) {
      // a memory that one byte cannot count is told by the extended command only
      const request = Uint8Array.of(flags, COMMAND.EXTENDED_GET_SYSTEM_INFORMATION);
      information = await this.#link.exchange(request, signal).then(
        (wide) => parseSystemInformation(wide, true),
        (error: unknown) => {
          if (isRefusal(error)) return information;
          throw error;
        },
      );
    }
    this.#information = information;
    return information;
  }

  /** For NDEF, where it is only good to know: some tags do not have the command. */
  async readOrNothing(signal?: AbortSignal): Promise<SystemInformation | undefined> {
    if (!this.#informs || !this.#link.access.hasFrames) return undefined;
    try {
      return await this.read(signal);
    } catch (error) {
      if (!isRefusal(error) && !isFormatError(error)) throw error;
      this.#informs = false;
      return undefined;
    }
  }
}
