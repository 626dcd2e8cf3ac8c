import type { NfcATarget, RfFrame, RfMifareAuthenticate, RfTarget, SiliconReply, VirtualTag } from "@cardwire/core";

export const fakeTarget: NfcATarget = {
  technology: "nfc-a",
  uid: Uint8Array.of(1, 2, 3, 4),
  atqa: Uint8Array.of(0x04, 0),
  sak: 0x08,
};

/** A tag that answers every frame with its bytes reversed, remembers what it heard, and forgets it without power. */
export class FakeTag implements VirtualTag {
  readonly heard: RfFrame[] = [];
  powered = false;
  powerCycles = 0;
  active: RfTarget | undefined;
  answers = true;
  reply: SiliconReply | undefined;

  readonly name: string;
  readonly targets: readonly [RfTarget, ...RfTarget[]];

  constructor(name = "fake", targets: readonly [RfTarget, ...RfTarget[]] = [fakeTarget]) {
    this.name = name;
    this.targets = targets;
  }

  setPowered(powered: boolean): void {
    this.powered = powered;
    this.active = undefined;
    if (powered) this.powerCycles++;
  }

  select(target?: RfTarget): readonly [RfTarget, ...RfTarget[]] | undefined {
    if (!this.powered || !this.answers) return undefined;
    this.active = target ?? this.targets[0];
    return this.targets;
  }

  receive(frame: RfFrame): SiliconReply {
    this.heard.push(frame);
    if (this.active === undefined) return undefined;
    return this.reply ?? { kind: "frame", data: frame.data.slice().reverse(), lastBits: 8 };
  }

  authenticate(request: RfMifareAuthenticate): boolean {
    return this.active !== undefined && request.key[0] === 0xff;
  }
}
