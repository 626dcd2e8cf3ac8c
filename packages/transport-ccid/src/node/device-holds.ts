import { type Clock } from "@cardwire/core";

/** How long to wait for somebody in this process who is putting a device away. */
const PATIENCE_MS = 3_000;

/**
 * Which devices this process has open. To libusb and nusb a device is open once, whoever opened it: a context that is
 * being closed would take it out of the hands of the next one.
 */
export class DeviceHolds {
  readonly #held = new Map<unknown, Promise<void>>();

  /**
   * Waits until nobody has the device, a while, and takes it. The result gives it back.
   *
   * @throws Error saying that it is busy.
   */
  async take(key: unknown, clock: Clock): Promise<() => void> {
    for (let held = this.#held.get(key); held !== undefined; held = this.#held.get(key)) await ended(held, clock);
    let end = (): void => undefined;
    this.#held.set(
      key,
      new Promise((resolve) => {
        end = resolve;
      }),
    );
    return () => {
      this.#held.delete(key);
      end();
    };
  }
}

function ended(held: Promise<void>, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(PATIENCE_MS, () => {
      reject(new Error("open error: busy: another context of this process has the device"));
    });
    void held.then(() => {
      cancel();
      resolve();
    });
  });
}
