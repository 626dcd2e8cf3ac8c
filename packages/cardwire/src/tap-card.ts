import { parseResponseApdu, requireSuccess } from "@cardwire/apdu";
import { PCSC_GET_DATA_STATUS_WORDS } from "@cardwire/apdu/status-words";
import type { BytesSource, SmartCardCallOptions, SmartCardContext, SmartCardTransmitOptions } from "@cardwire/core";
import type { CardIdentity } from "./card-identity.ts";
import { dialectOf } from "./dialect-of.ts";
import type { CardFindings, FamilyCard } from "./families/family.ts";
import type { FamilyHelpers, FamilyName } from "./families/index.ts";
import { familyOf, identifyAtr, withProduct } from "./identify.ts";
import { identifyProcessor } from "./identify-processor.ts";
import type { TapMemory } from "./memory.ts";
import type { Tap, TapProblem } from "./tap.ts";
import { TapConnection } from "./tap-connection.ts";
import type { TapIdentity } from "./tap-identity.ts";
import type { TapNdef } from "./tap-ndef.ts";
import { TransactedNdef } from "./transacted-ndef.ts";

/** GET DATA of PC/SC part 3 section 3.2.2.1.3: the UID, whatever its length. */
const GET_UID = Uint8Array.of(0xff, 0xca, 0x00, 0x00, 0x00);

/** The tap of one card, from its arrival on. */
export class TapCard implements Tap {
  readonly reader: string;
  readonly atr: Uint8Array;
  readonly connection: TapConnection;
  readonly ndef: TapNdef | undefined;
  readonly memory: TapMemory | undefined;
  readonly problems: readonly TapProblem[];
  readonly #problems: TapProblem[] = [];
  readonly #family: FamilyCard | undefined;
  #card: CardIdentity;
  #uid: Uint8Array | undefined;

  constructor(context: SmartCardContext, reader: string, atr: Uint8Array) {
    this.reader = reader;
    this.atr = atr;
    this.problems = this.#problems;
    this.connection = new TapConnection(context, reader);
    this.#card = identifyAtr(atr);
    this.#family = familyOf(this.#card)?.open({ connection: this.connection, dialect: dialectOf(reader), atr });
    this.ndef = this.#family?.ndef && new TransactedNdef(this.#family.ndef, this.connection);
    this.memory = this.#family?.memory;
  }

  get gone(): AbortSignal {
    return this.connection.gone;
  }

  get card(): CardIdentity {
    return this.#card;
  }

  get uid(): Uint8Array | undefined {
    return this.#uid;
  }

  /** Asks the card who it is. Never rejects: what does not work becomes a problem of the tap. */
  async arrive(): Promise<void> {
    // a contact card has no UID, and is not powered for nothing
    if (this.#card.interface !== "contactless") return;
    try {
      await this.connection.open();
    } catch (error) {
      this.#problem("connect", error);
      return;
    }
    let step: TapProblem["step"] = "uid";
    try {
      // a session with the card is several APDUs, which no other program shall come between
      await this.connection.startTransaction(
        async () => {
          try {
            await this.#readUid();
            step = "identify";
            const product = await this.#family?.identify?.({ signal: this.gone });
            if (product !== undefined) this.#card = withProduct(this.#card, product);
          } catch (error) {
            // a rejection would reset the card
            this.#problem(step, error);
          }
        },
        { signal: this.gone },
      );
    } catch (error) {
      this.#problem(step, error);
    }
  }

  async identify({ signal }: SmartCardCallOptions = {}): Promise<TapIdentity> {
    const options = signal === undefined ? {} : { signal };
    const { kind } = this.#card;
    const { product, findings, applications } = await this.connection.together(async () => {
      if (kind === "processor") {
        const { memoryBytes, ...found } = await identifyProcessor(
          this.connection,
          this.#card.interface === "contactless",
          signal,
        );
        const findings: CardFindings = memoryBytes === undefined ? {} : { memoryBytes };
        return { ...found, findings };
      }
      const product = await this.#family?.identify?.(options);
      const findings: CardFindings = (await this.#family?.inspect?.(options)) ?? {};
      return { product, findings, applications: [] };
    }, signal);
    if (product !== undefined) this.#card = withProduct(identifyAtr(this.atr), product);
    const ndef = await this.ndef?.state(options);
    const { memoryBytes, isLocked, isProtected } = findings;
    const isNdefProtected = ndef?.readAccess === "protected" || ndef?.writeAccess === "protected";
    return {
      ...this.#card,
      memoryBytes,
      ndef,
      isLocked: isLocked === true || ndef?.writeAccess === "read-only" ? true : isLocked,
      isProtected: isProtected === true || isNdefProtected ? true : isProtected,
      applications:
        ndef !== undefined && kind === "processor" && ndef.status !== "unformatted"
          ? ["NDEF", ...applications]
          : applications,
    };
  }

  transmit(command: BytesSource, options?: SmartCardTransmitOptions): Promise<Uint8Array> {
    return this.connection.transmit(command, options);
  }

  as<Name extends FamilyName>(family: Name): FamilyHelpers[Name] | undefined {
    if (this.#card.family !== family) return undefined;
    // the card's family is the one whose `open` made the helper, so the name tells its type
    return this.#family?.helper as FamilyHelpers[Name] | undefined;
  }

  async close(): Promise<void> {
    try {
      await this.connection.disconnect("leave");
    } catch {
      // the card or the service is gone already, which is where closing was to lead
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #readUid(): Promise<void> {
    const response = parseResponseApdu(await this.connection.transmit(GET_UID, { signal: this.gone }));
    try {
      this.#uid = requireSuccess(response, PCSC_GET_DATA_STATUS_WORDS).slice();
    } catch (error) {
      // an answer, if not a UID: there is more to ask
      this.#problem("uid", error);
    }
  }

  #problem(step: TapProblem["step"], error: unknown): void {
    this.#problems.push({ step, error: error instanceof Error ? error : new Error(String(error)) });
  }
}
