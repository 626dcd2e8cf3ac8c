import { isUsageError, type RfFrame, type RfReply, type RfTarget, type Clock } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { FakeTag, fakeTarget } from "../../test/fake-tag.ts";
import { createVirtualField } from "./virtual-field.ts";

const frame = (data: number[], more: Partial<RfFrame> = {}): RfFrame => ({
  kind: "frame",
  data: Uint8Array.from(data),
  timeoutUs: 5000,
  ...more,
});
const bytes = (...data: number[]): RfReply => ({ kind: "frame", data: Uint8Array.from(data), lastBits: 8 });
const fails = (reason: string): unknown => ({ kind: "failure", reason });
const never = new AbortController().signal;

describe("discovery", () => {
  it("finds a tag that lies there already", async () => {
    const tag = new FakeTag();
    const field = createVirtualField({ tags: [tag] });
    expect(field.isOn).toBe(false);
    await expect(field.discover(never)).resolves.toEqual([fakeTarget]);
    expect(field.isOn).toBe(true);
    expect(field.selected).toBe(tag);
  });

  it("waits for a tag that is put there later", async () => {
    const field = createVirtualField();
    const found = field.discover(never);
    const silent = new FakeTag("silent");
    silent.answers = false;
    field.put(silent);
    const tag = new FakeTag();
    field.put(tag);
    await expect(found).resolves.toEqual([fakeTarget]);
    expect(field.tags).toEqual([silent, tag]);
    expect(field.selected).toBe(tag);
  });

  it("selects only the first tag that answers", async () => {
    const [first, second] = [new FakeTag("first"), new FakeTag("second")];
    const field = createVirtualField({ tags: [first, second] });
    await field.discover(never);
    await field.exchange(frame([0x30]));
    expect([first.heard.length, second.heard.length]).toEqual([1, 0]);
    expect(second.active).toBeUndefined();
  });

  it("rejects with the signal's reason, before and while it waits, and can be asked again", async () => {
    const field = createVirtualField();
    const reason = { why: "enough" };
    const gone = new AbortController();
    gone.abort(reason);
    await expect(field.discover(gone.signal)).rejects.toBe(reason);
    const later = new AbortController();
    const found = field.discover(later.signal);
    await expect(field.discover(never)).rejects.toSatisfy(isUsageError);
    later.abort(reason);
    await expect(found).rejects.toBe(reason);
    field.put(new FakeTag());
    await expect(field.discover(never)).resolves.toHaveLength(1);
  });

  it("finds a tag anew after it was let go, which costs the tag its volatile state", async () => {
    const tag = new FakeTag();
    const field = createVirtualField({ tags: [tag] });
    await field.discover(never);
    await field.deactivate();
    expect([tag.powered, field.selected]).toEqual([false, undefined]);
    await field.discover(never);
    expect(tag.powerCycles).toBe(2);
  });

  it("ends when the field is closed", async () => {
    const field = createVirtualField();
    const found = field.discover(never);
    await field.close();
    await field.close();
    await expect(found).rejects.toSatisfy(isUsageError);
    await expect(field.discover(never)).rejects.toSatisfy(isUsageError);
    expect(() => field.exchange(frame([0x30]))).toThrow("has been closed");
    expect(() => {
      field.put(new FakeTag());
    }).toThrow("has been closed");
  });
});

describe("exchanges", () => {
  async function tapped(tag = new FakeTag(), options = {}) {
    const field = createVirtualField({ tags: [tag], ...options });
    await field.discover(never);
    return { field, tag };
  }

  it("are answered at once", async () => {
    const { field } = await tapped();
    expect(field.exchange(frame([0x30, 4]))).toEqual(bytes(4, 0x30));
    expect(field.exchangeCount).toBe(1);
  });

  it("time out without a tag, and find no field once it is off", async () => {
    const { field, tag } = await tapped();
    field.remove();
    expect(tag.powered).toBe(false);
    expect(field.exchange(frame([0x30]))).toEqual(fails("timeout"));
    expect(field.exchange({ kind: "reselect" })).toEqual(fails("link-lost"));
    await field.deactivate();
    expect(field.exchange(frame([0x30]))).toEqual(fails("link-lost"));
    expect(field.exchange({ kind: "receive", timeoutUs: 1 })).toEqual(fails("link-lost"));
  });

  it("keep to the frame limits", async () => {
    const { field, tag } = await tapped(new FakeTag(), { maxTransmitBytes: 4, maxReceiveBytes: 3 });
    expect(field.exchange(frame([1, 2, 3]))).toEqual(bytes(3, 2, 1));
    expect(field.exchange(frame([1, 2, 3, 4]))).toEqual(fails("overflow"));
    expect(tag.heard).toHaveLength(2);
    expect(field.exchange(frame([1, 2, 3, 4, 5]))).toEqual(fails("unsupported"));
    expect(tag.heard).toHaveLength(2);
  });

  it("hand on bits, and a 4-bit answer as it is", async () => {
    const { field, tag } = await tapped();
    tag.reply = { kind: "frame", data: Uint8Array.of(0x0a), lastBits: 4 };
    const request = frame([0x26], { lastBits: 7, transmitCrc: false, receiveCrc: false });
    expect(field.exchange(request)).toEqual(tag.reply);
    expect(tag.heard[0]).toMatchObject({ data: Uint8Array.of(0x26), lastBits: 7 });
  });

  it("send without waiting, and hear the answer only if they listen next", async () => {
    const { field } = await tapped();
    const listen = { kind: "receive", timeoutUs: 1000 } as const;
    expect(field.exchange(frame([1, 2], { expect: "nothing" }))).toEqual({ kind: "done" });
    expect(field.exchange(listen)).toEqual(bytes(2, 1));
    expect(field.exchange(listen)).toEqual(fails("timeout"));
    await field.exchange(frame([1, 2], { expect: "nothing" }));
    await field.exchange(frame([3]));
    expect(field.exchange(listen)).toEqual(fails("timeout"));
  });

  it("authenticate as the silicon decides", async () => {
    const { field } = await tapped();
    const request = { kind: "mifare-authenticate", block: 0, keyType: "a", uid: fakeTarget.uid } as const;
    expect(field.exchange({ ...request, key: Uint8Array.of(0xff, 0, 0, 0, 0, 0) })).toEqual({ kind: "done" });
    expect(field.exchange({ ...request, key: new Uint8Array(6) })).toEqual(fails("authentication"));
    field.remove();
    expect(field.exchange({ ...request, key: Uint8Array.of(0xff) })).toEqual(fails("authentication"));
  });

  it("reselect the tag, also as another of its targets", async () => {
    const other: RfTarget = { technology: "nfc-f", idm: new Uint8Array(8), pmm: new Uint8Array(8) };
    const { field, tag } = await tapped(new FakeTag("two", [fakeTarget, other]));
    expect(field.exchange({ kind: "reselect", target: other })).toEqual({ kind: "done" });
    expect(tag.active).toBe(other);
    // CRC_F now, most significant byte first
    expect(field.exchange(frame([0x06, 0x00], { receiveCrc: false }))).toEqual(bytes(0x00, 0x06, 0x60, 0xc6));
    expect(field.exchange({ kind: "reselect" })).toEqual({ kind: "done" });
    expect(tag.active).toBe(fakeTarget);
    tag.answers = false;
    expect(field.exchange({ kind: "reselect" })).toEqual(fails("link-lost"));
  });

  it("switch the field: the tag then has to be woken again", async () => {
    const { field, tag } = await tapped();
    expect(field.exchange({ kind: "field", on: false })).toEqual({ kind: "done" });
    expect(tag.powered).toBe(false);
    expect(field.exchange({ kind: "field", on: true })).toEqual({ kind: "done" });
    expect(field.exchange(frame([1]))).toEqual(fails("timeout"));
    expect(field.exchange({ kind: "reselect" })).toEqual({ kind: "done" });
    expect(field.exchange(frame([1]))).toEqual(bytes(1));
  });

  it("leave ISO-DEP to others", async () => {
    const { field } = await tapped();
    expect(field.exchange({ kind: "apdu", command: Uint8Array.of(0), timeoutUs: 1 })).toEqual(fails("unsupported"));
  });
});

describe("what goes wrong", () => {
  it("pulls the tag after so many exchanges, heard or unheard", async () => {
    for (const moment of ["before-request", "before-reply"] as const) {
      const tag = new FakeTag();
      const field = createVirtualField({ tags: [tag] });
      await field.discover(never);
      field.pullAfter(2, moment);
      const replies = [1, 2, 3, 4].map((value) => field.exchange(frame([value])));
      expect(replies).toEqual([bytes(1), bytes(2), fails("timeout"), fails("timeout")]);
      expect(tag.heard).toHaveLength(moment === "before-reply" ? 3 : 2);
      expect(field.tags).toEqual([]);
      expect(tag.powered).toBe(false);
    }
  });

  it("reports a pull as each kind of request would see it", async () => {
    const requests = [
      [{ kind: "receive", timeoutUs: 1 }, "timeout"],
      [{ kind: "reselect" }, "link-lost"],
      [
        { kind: "mifare-authenticate", block: 0, keyType: "b", key: Uint8Array.of(0xff), uid: fakeTarget.uid },
        "authentication",
      ],
    ] as const;
    for (const [request, reason] of requests) {
      const field = createVirtualField({ tags: [new FakeTag()] });
      await field.discover(never);
      field.pullAfter(0, "before-reply");
      expect(field.exchange(request)).toEqual(fails(reason));
    }
  });

  it("fails once", async () => {
    const tag = new FakeTag();
    const field = createVirtualField({ tags: [tag] });
    await field.discover(never);
    field.failAfter(0, "crc");
    field.failAfter(1, "timeout", "before-request");
    const replies = [1, 2, 3].map((value) => field.exchange(frame([value])));
    expect(replies).toEqual([fails("crc"), fails("timeout"), bytes(3)]);
    expect(tag.heard).toHaveLength(2);
    expect(() => {
      field.failAfter(-1, "crc");
    }).toThrow("no number of exchanges");
    field.failAfter(1, "crc");
    expect(() => {
      field.pullAfter(1);
    }).toThrow("already planned");
  });

  it("lets hooks see and replace replies", async () => {
    const tag = new FakeTag();
    const field = createVirtualField({ tags: [tag] });
    await field.discover(never);
    const seen: unknown[] = [];
    const stop = field.onExchange({
      before: (request, exchange) => {
        seen.push(["before", request.kind, exchange]);
        return exchange === 1 ? bytes(9) : undefined;
      },
      after: (_, reply, exchange) => {
        seen.push(["after", reply.kind, exchange]);
        return exchange === 2 ? bytes(8) : undefined;
      },
    });
    const replies = [1, 2, 3].map((value) => field.exchange(frame([value])));
    stop();
    stop();
    expect(field.exchange(frame([4]))).toEqual(bytes(4));
    expect(replies).toEqual([bytes(1), bytes(9), bytes(8)]);
    expect(seen).toEqual([
      ["before", "frame", 0],
      ["after", "frame", 0],
      ["before", "frame", 1],
      ["before", "frame", 2],
      ["after", "frame", 2],
    ]);
  });

  it("refuses the same tag twice, and lets an absent one be removed", () => {
    const tag = new FakeTag();
    const field = createVirtualField({ tags: [tag] });
    expect(() => {
      field.put(tag);
    }).toThrow("lies in the virtual field already");
    field.remove(tag);
    field.remove(tag);
    field.put(tag);
    expect(field.tags).toEqual([tag]);
  });
});

describe("latency", () => {
  it("makes exchanges wait, and a tag pulled meanwhile does not answer", async () => {
    const waiting: (() => void)[] = [];
    const clock: Clock = {
      now: () => 0,
      schedule: (delayMs, callback) => {
        expect(delayMs).toBe(7);
        waiting.push(callback);
        return () => undefined;
      },
    };
    const tag = new FakeTag();
    const field = createVirtualField({ tags: [tag], latencyMs: 7, clock });
    await field.discover(never);
    const first = field.exchange(frame([1, 2]));
    waiting.shift()?.();
    await expect(first).resolves.toEqual(bytes(2, 1));
    const second = field.exchange(frame([3]));
    field.remove(tag);
    waiting.shift()?.();
    await expect(second).resolves.toEqual(fails("timeout"));
    expect(tag.heard).toHaveLength(2);
  });
});
