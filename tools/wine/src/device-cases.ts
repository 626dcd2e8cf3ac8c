import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { fromHex, isIoctlOpenError } from "@cardwire/core";
import {
  encodeTransmitInput,
  IOCTL_SMARTCARD,
  NTSTATUS,
  type NtStatusName,
  WIN32,
  type Win32Name,
} from "@cardwire/ioctl";
import {
  createDeviceContext,
  listReaderDevices,
  openReaderDevice,
  watchReaderDevices,
} from "@cardwire/transport-windows";
import koffi from "koffi";
import { BlockingDevice } from "./blocking-device.ts";
import { endure } from "./endurance.ts";
import { POLL_INTERVAL_MS } from "./ioctl-harness.ts";
import type { RemoteMachine } from "./remote-machine.ts";
import type { Report } from "./report.ts";

const SUITE = "device";
const NOTHING = new Uint8Array(0);
const GET_UID = encodeTransmitInput(fromHex("FFCA000000"));
const SLOW = encodeTransmitInput(fromHex("80FE0000"));
const RESPONSE_BYTES = 64;

function equal(actual: unknown, expected: unknown, what: string): void {
  const [shown, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (shown !== wanted) throw new Error(`${what}: ${shown} instead of ${wanted}`);
}

/** A status of TRANSMIT, the error that it is to a Windows program, and how the reader is brought to give it. */
interface TransmitStatus {
  readonly status: NtStatusName;
  readonly error: Win32Name;
  readonly card?: string;
  readonly radioOff?: true;
  readonly input?: Uint8Array;
  readonly outputLength?: number;
}

const TRANSMIT_STATUSES: readonly TransmitStatus[] = [
  { status: "SUCCESS", error: "SUCCESS", card: "ntag" },
  { status: "NO_MEDIA", error: "NO_MEDIA_IN_DRIVE" },
  // a header of T=0
  { status: "INVALID_DEVICE_STATE", error: "BAD_COMMAND", card: "ntag", input: fromHex("0100000008000000 FFCA000000") },
  { status: "BUFFER_TOO_SMALL", error: "INSUFFICIENT_BUFFER", card: "ntag", outputLength: 12 },
  { status: "IO_TIMEOUT", error: "SEM_TIMEOUT", card: "silent", input: encodeTransmitInput(fromHex("00A40000")) },
  { status: "DEVICE_POWERED_OFF", error: "NOT_READY", card: "ntag", radioOff: true },
  { status: "INVALID_PARAMETER", error: "INVALID_PARAMETER", card: "ntag", input: fromHex("0200000008000000") },
];

async function onlyPath(): Promise<string> {
  const [device, ...others] = await listReaderDevices();
  if (device === undefined || others.length > 0) throw new Error("there is not one reader device");
  return device.path;
}

/** What devices do beside the suites: listing, arrival and removal, errors, cancelling, threads, endurance. */
export async function runDeviceCases(report: Report, remote: RemoteMachine): Promise<void> {
  const run = (name: string, body: () => Promise<void>, limitMs?: number): Promise<void> =>
    report.run(SUITE, name, body, limitMs);
  await remote.machine("conformance", "documented");

  await run("SetupDi lists the device with its path, its friendly name and its kind", async () => {
    const devices = await listReaderDevices();
    equal(
      devices.map(({ path, deviceName, kind }) => ({ path, deviceName, kind })),
      [
        {
          path: "\\\\?\\root#cwbridge#0000#{50dd5230-ba8a-11d1-bf5d-0000f805f530}",
          deviceName: "Cardwire bridge reader 0",
          kind: 3,
        },
      ],
      "the list",
    );
  });

  await run("a path that is no device's is refused with its status", async () => {
    const error: unknown = await openReaderDevice("\\\\?\\root#nothing").catch((reason: unknown) => reason);
    if (!isIoctlOpenError(error)) throw new Error(`not refused: ${String(error)}`);
    equal(error.status, NTSTATUS.OBJECT_NAME_NOT_FOUND, "the status");
  });

  await run("the system tells of devices that come and go (CM_Register_Notification)", () => {
    const filter = Buffer.alloc(416);
    filter.writeUInt32LE(filter.length);
    const callback = koffi.pointer(
      koffi.proto("__stdcall", null, "uint32", ["intptr_t", "void *", "int32", "void *", "uint32"]),
    );
    const register: (filter: Buffer, context: null, callback: bigint, handle: [number]) => number = koffi
      .load("cfgmgr32.dll")
      .func("__stdcall", "CM_Register_Notification", "uint32", ["void *", "void *", callback, koffi.out("intptr_t *")]);
    equal(
      register(
        filter,
        null,
        koffi.register(() => 0, callback),
        [0],
      ),
      0,
      "CM_Register_Notification",
    );
    return Promise.resolve();
  });

  await run("watchReaderDevices tells of devices that come and go", async () => {
    const watch = watchReaderDevices({ pollIntervalMs: POLL_INTERVAL_MS });
    const next = async (): Promise<string> => {
      const result = await watch.next();
      return result.done === true ? "the end" : `${result.value.type} ${result.value.device.deviceName}`;
    };
    equal(await next(), "device-arrived Cardwire bridge reader 0", "the first event");
    for (let time = 0; time < 3; time++) {
      await remote.order({ verb: "attach" });
      equal(await next(), "device-arrived Cardwire bridge reader 1", "after attaching");
      await remote.order({ verb: "detach" });
      equal(await next(), "device-removed Cardwire bridge reader 1", "after detaching");
    }
    await watch.return?.();
  });

  for (const { status, error, card, radioOff, input = GET_UID, outputLength = RESPONSE_BYTES } of TRANSMIT_STATUSES)
    await run(
      `TRANSMIT that ends in ${status} is ERROR_${error} to a Windows program, and ${status} to ours`,
      async () => {
        const path = await onlyPath();
        const attempt = async <Result>(transmit: () => Result | Promise<Result>): Promise<Result> => {
          if (card !== undefined) await remote.order({ verb: "insert", argument: card });
          if (radioOff === true) await remote.order({ verb: "radio", argument: "off" });
          try {
            return await transmit();
          } finally {
            if (radioOff === true) await remote.order({ verb: "radio", argument: "on" });
            await remote.order({ verb: "remove" });
          }
        };
        const present = card !== undefined;
        const program = new BlockingDevice(path);
        try {
          const told = await attempt(() => {
            if (present && radioOff !== true)
              equal(program.control(IOCTL_SMARTCARD.IS_PRESENT, NOTHING, 0), 0, "IS_PRESENT");
            return program.control(IOCTL_SMARTCARD.TRANSMIT, input, outputLength);
          });
          equal(told, WIN32[error], "GetLastError");
        } finally {
          program.close();
        }
        const device = await openReaderDevice(path);
        try {
          const result = await attempt(async () => {
            if (present && radioOff !== true) await device.deviceIoControl(IOCTL_SMARTCARD.IS_PRESENT, NOTHING, 0);
            return device.deviceIoControl(IOCTL_SMARTCARD.TRANSMIT, input, outputLength);
          });
          equal(result.status, NTSTATUS[status], "the status");
        } finally {
          await device.close();
        }
      },
    );

  await run("an aborted request is cancelled in the driver, and the next one is answered", async () => {
    const device = await openReaderDevice(await onlyPath());
    for (let time = 0; time < 20; time++) {
      const abort = new AbortController();
      const present = device.deviceIoControl(IOCTL_SMARTCARD.IS_PRESENT, NOTHING, 0, { signal: abort.signal });
      equal((await device.deviceIoControl(IOCTL_SMARTCARD.GET_STATE, NOTHING, 4)).status, 0, "GET_STATE");
      abort.abort();
      equal((await present).status, NTSTATUS.CANCELLED, "IS_PRESENT");
    }
    await device.close();
  });

  await run("closing the device ends what is pending, and leaves no handle", async () => {
    const path = await onlyPath();
    for (let time = 0; time < 20; time++) {
      const device = await openReaderDevice(path);
      const present = device.deviceIoControl(IOCTL_SMARTCARD.IS_PRESENT, NOTHING, 0);
      await device.close();
      equal((await present).status, NTSTATUS.CANCELLED, "IS_PRESENT");
    }
  });

  await run("sixteen requests under way hold none of Node's threads", async () => {
    await remote.machine("contract", "documented");
    await remote.order({ verb: "insert", argument: "card" });
    const device = await openReaderDevice(await onlyPath());
    equal((await device.deviceIoControl(IOCTL_SMARTCARD.IS_PRESENT, NOTHING, 0)).status, 0, "IS_PRESENT");
    const order: string[] = [];
    const requests = Array.from({ length: 16 }, () =>
      device.deviceIoControl(IOCTL_SMARTCARD.TRANSMIT, SLOW, RESPONSE_BYTES).then(({ status }) => {
        equal(status, 0, "TRANSMIT");
        order.push("transmit");
      }),
    );
    // four threads would all be taken for a second
    await readFile(fileURLToPath(import.meta.url));
    order.push("file");
    await Promise.all(requests);
    if (order.indexOf("file") > 4) throw new Error("the file was read after most of the requests");
    await device.close();
  });

  await run("process.exit() waits for nothing", () => {
    const script = fileURLToPath(new URL("exit-while-waiting.mjs", import.meta.url));
    equal(
      spawnSync(process.execPath, [script, "device"], { timeout: 14_000, stdio: "ignore" }).status,
      7,
      "the exit code",
    );
    return Promise.resolve();
  });
}

/** 10,000 transmits through transport-ioctl over the device. */
export async function runDeviceEndurance(report: Report, remote: RemoteMachine): Promise<void> {
  await report.run(
    SUITE,
    "10,000 transmits with a hundred taps and pulls lose nothing and leave no handle",
    async () => {
      await remote.machine("contract", "documented");
      const context = createDeviceContext({ pollIntervalMs: POLL_INTERVAL_MS });
      await endure(context, "Microsoft IFD 0", {
        insert: () => remote.order({ verb: "insert", argument: "card" }),
        remove: () => remote.order({ verb: "remove" }),
      });
      await context.close();
    },
    180_000,
  );
}

/** A reader that is gone for good in the middle of everything. The last case: the remote process is over. */
export async function runReaderGone(report: Report, remote: RemoteMachine): Promise<void> {
  await report.run(SUITE, "a reader that is gone ends what is pending, and is no longer listed", async () => {
    await remote.machine("conformance", "documented");
    const device = await openReaderDevice(await onlyPath());
    const present = device.deviceIoControl(IOCTL_SMARTCARD.IS_PRESENT, NOTHING, 0);
    equal((await device.deviceIoControl(IOCTL_SMARTCARD.GET_STATE, NOTHING, 4)).status, 0, "GET_STATE");
    remote.kill();
    equal((await present).status, NTSTATUS.DEVICE_REMOVED, "IS_PRESENT");
    const { status } = await device.deviceIoControl(IOCTL_SMARTCARD.GET_STATE, NOTHING, 4);
    equal(status, NTSTATUS.DEVICE_NOT_READY, "GET_STATE afterwards");
    equal((await listReaderDevices()).length, 0, "the number of devices");
    await device.close();
  });
}
