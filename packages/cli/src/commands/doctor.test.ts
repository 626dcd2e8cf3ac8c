import { SmartCardError } from "@cardwire/core";
import { createVirtualReader, NoTransportError } from "cardwire";
import { describe, expect, test } from "vitest";
import { BARE_MACHINE, captureIo } from "../../test/captured-io.ts";
import type { Finding } from "../doctor/check.ts";
import type { Machine } from "../doctor/machine.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import { runCli } from "../run-cli.ts";

const withReader: Pick<CliIo, "openContext"> = { openContext: () => Promise.resolve(createVirtualReader().context) };
const without: Pick<CliIo, "openContext"> = {
  openContext: () => Promise.reject(new NoTransportError("NO_SERVICE", "There is none.")),
};

async function examine(
  machine: Partial<Machine>,
  context: Pick<CliIo, "openContext"> = without,
): Promise<{ readonly code: ExitCode; readonly of: (id: string) => Finding | undefined; readonly text: string }> {
  const io = captureIo({ machine: { ...BARE_MACHINE, ...machine }, ...context });
  const code = await runCli(["doctor", "--json"], io);
  const { findings } = JSON.parse(io.out) as { findings: Finding[] };
  const text = captureIo({ machine: { ...BARE_MACHINE, ...machine }, ...context });
  expect(await runCli(["doctor"], text)).toBe(code);
  return { code, of: (id) => findings.find((finding) => finding.id === id), text: text.out };
}

/** Files, folders and links of a machine. */
function fileSystem(files: Readonly<Record<string, string>>): Partial<Machine> {
  return {
    readText: (path) => Promise.resolve(files[path]),
    exists: (path) => Promise.resolve(files[path] !== undefined),
    linkName: (path) => Promise.resolve(files[path]?.split("/").at(-1)),
    list: (path) =>
      Promise.resolve([
        ...new Set(
          Object.keys(files)
            .filter((name) => name.startsWith(`${path}/`))
            .map((name) => name.slice(path.length + 1).split("/")[0] ?? ""),
        ),
      ]),
  };
}

const USB = "/sys/bus/usb/devices";
const ACR122U = {
  [`${USB}/1-2/idVendor`]: "072f\n",
  [`${USB}/1-2/idProduct`]: "2200\n",
  [`${USB}/1-2/manufacturer`]: "ACS\n",
  [`${USB}/1-2/product`]: "ACR122U PICC Interface\n",
  [`${USB}/1-2/busnum`]: "1\n",
  [`${USB}/1-2/devnum`]: "7\n",
  [`${USB}/1-2:1.0/bInterfaceClass`]: "0b\n",
};
const CCID = { "/usr/lib/pcsc/drivers/ifd-ccid.bundle": "" };
const running: Partial<Machine> = { connect: (target) => Promise.resolve("path" in target ? "open" : "refused") };

describe("Linux", () => {
  test("all is well", async () => {
    const { code, text, of } = await examine(
      { ...fileSystem({ ...CCID, ...ACR122U }), ...running, canWrite: () => Promise.resolve(true) },
      withReader,
    );
    expect(code).toBe(EXIT.ok);
    expect(text).toContain('ok       One reader: "cardwire NFC 0".');
    expect(text).toContain("Nothing stands in the way of readers here.");
    expect(of("usb-reader")?.message).toBe("USB reader ACS ACR122U PICC Interface (072f:2200).");
    expect(of("kernel-driver")).toBeUndefined();
  });

  test.each([
    ["ID=debian", "sudo apt install pcscd"],
    ['ID=pop\nID_LIKE="ubuntu debian"', "sudo apt install pcscd"],
    ["ID=fedora", "sudo dnf install pcsc-lite"],
    ["ID=arch", "sudo pacman -S pcsclite"],
    ['ID="opensuse-tumbleweed"', "sudo zypper install pcsc-lite"],
    ["ID=alpine", "sudo apk add pcsc-lite"],
    ["ID=unknown", "install pcsc-lite (https://pcsclite.apdu.fr)"],
  ])("pcscd is not installed (%s)", async (release, line) => {
    const { code, of, text } = await examine(fileSystem({ "/etc/os-release": `NAME="x"\n${release}\n` }));
    expect(code).toBe(EXIT.service);
    expect(of("pcscd")).toMatchObject({
      status: "problem",
      message: "pcscd, the smart-card daemon, is not installed.",
    });
    expect(text).toContain(`$ ${line}\n`);
  });

  test.each<[string, Partial<Machine>, RegExp, string]>([
    [
      "installed, not running",
      fileSystem({ "/usr/sbin/pcscd": "", "/run/systemd/system": "" }),
      /installed and not running/,
      "sudo systemctl enable --now pcscd.socket",
    ],
    ["without systemd", fileSystem({ "/usr/sbin/pcscd": "" }), /installed and not running/, "sudo pcscd"],
    ["dead socket", { connect: () => Promise.resolve("refused") }, /Nobody listens/, "sudo pcscd"],
    [
      "no permission",
      { connect: () => Promise.resolve("denied") },
      /may not open its socket/,
      "sudo chmod 666 /run/pcscd/pcscd.comm",
    ],
    [
      "a container",
      fileSystem({ "/.dockerenv": "" }),
      /container without pcscd/,
      "docker run --volume /run/pcscd:/run/pcscd …",
    ],
  ])("pcscd: %s", async (_, machine, message, fix) => {
    const { code, of } = await examine(machine);
    expect(code).toBe(EXIT.service);
    expect(of("pcscd")?.message).toMatch(message);
    expect(of("pcscd")?.fix).toContain(fix);
  });

  test("readers that are reached without pcscd", async () => {
    const { code, of } = await examine({}, withReader);
    expect(code).toBe(EXIT.ok);
    expect(of("pcscd")?.status).toBe("warning");
    expect(of("readers")?.status).toBe("ok");
  });

  test("polkit does not let this user in", async () => {
    const refused = new SmartCardError("no-service", "permission denied: pcscd hangs up at once", {
      rawCode: 0x8010006a,
      symbol: "SCARD_W_SECURITY_VIOLATION",
    });
    const { of } = await examine({ ...running, env: { USER: "ada" } }, { openContext: () => Promise.reject(refused) });
    expect(of("permission")?.fix?.[0]).toContain('subject.user == "ada"');
    expect(of("permission")?.status).toBe("problem");
  });

  test("the kernel's driver has taken the reader", async () => {
    const files = {
      ...ACR122U,
      ...CCID,
      [`${USB}/1-2:1.0/driver`]: "../../bus/usb/drivers/pn533_usb",
      "/proc/modules": "pn533_usb 20480 0 - Live\npn533 49152 1 pn533_usb\nnfc 131072 1 pn533\n",
    };
    const { of, code } = await examine({ ...fileSystem(files), ...running }, withReader);
    expect(code).toBe(EXIT.service);
    expect(of("kernel-driver")).toMatchObject({
      status: "problem",
      message: "The kernel's own NFC driver holds ACS ACR122U PICC Interface: pcscd cannot have it.",
    });
    expect(of("kernel-driver")?.fix?.[1]).toBe("sudo modprobe -r pn533_usb pn533 nfc");
    const idle = await examine({ ...fileSystem({ ...CCID, "/proc/modules": "nfc 1 0\n" }), ...running }, withReader);
    expect(idle.of("kernel-driver")?.status).toBe("warning");
  });

  test("no driver for USB readers, no permission on the device, no reader, sandboxes", async () => {
    const bare = await examine(
      { ...fileSystem({ ...ACR122U, "/etc/os-release": "ID=debian\n" }), ...running },
      withReader,
    );
    expect(bare.of("ccid-driver")).toMatchObject({ status: "problem", fix: ["sudo apt install libccid"] });
    expect(bare.of("usb-permission")?.fix?.[0]).toContain('ATTR{idVendor}=="072f", ATTR{idProduct}=="2200"');
    expect(bare.of("vpcd")).toMatchObject({
      status: "info",
      fix: ["sudo apt install vsmartcard-vpcd", "sudo systemctl restart pcscd"],
    });
    const flatpak = await examine({ env: { FLATPAK_ID: "org.example" } });
    expect(flatpak.of("sandbox")?.fix).toEqual(["flatpak override --user --socket=pcsc org.example"]);
    const snap = await examine({ env: { SNAP_NAME: "x" } });
    expect(snap.of("sandbox")?.fix).toEqual(["sudo snap connect x:pcscd"]);
    const wsl = await examine(fileSystem({ "/proc/version": "Linux version 5.15 Microsoft" }));
    expect(wsl.of("sandbox")?.message).toContain("WSL");
  });

  test("vpcd: not installed, without pcscd, in a pcscd that does not know it", async () => {
    const debian = { "/etc/os-release": "ID=debian\n" };
    const vpcd = { "/etc/reader.conf.d/vpcd": "" };
    const ofVpcd = async (machine: Partial<Machine>): Promise<Finding | undefined> =>
      (await examine(machine, withReader)).of("vpcd");
    expect((await ofVpcd({ ...fileSystem(debian), ...running }))?.message).toBe(
      `vpcd, pcscd's driver for virtual cards, is not installed. Only "cardwire emulate" needs it.`,
    );
    const stopped = await ofVpcd(fileSystem({ ...debian, ...vpcd, "/usr/sbin/pcscd": "" }));
    expect(stopped?.message).toContain("vpcd is installed, and pcscd, whose driver it is, cannot be reached.");
    expect(stopped?.fix).toEqual(["sudo pcscd"]);
    const taken = await ofVpcd({ ...fileSystem({ ...debian, ...vpcd, "/run/systemd/system": "" }), ...running });
    expect(taken?.message).toContain("has a card at port 35963 already (the next one's is 35964)");
    expect(taken?.message).toContain('("systemctl restart pcscd" has it look again)');
    expect(await ofVpcd({ connect: () => Promise.resolve("open") })).toMatchObject({ status: "ok" });
  });

  test("root is shown no sudo", async () => {
    const { of, text } = await examine({ ...fileSystem({ "/etc/os-release": "ID=debian\n" }), isRoot: true });
    expect(of("pcscd")?.fix).toEqual(["apt install pcscd", "pcscd"]);
    expect(text).not.toContain("sudo");
  });

  test("Node.js is too old", async () => {
    const { of } = await examine({ nodeVersion: "18.20.0" });
    expect(of("node")).toMatchObject({ status: "problem" });
  });
});

test("Windows: service, koffi, Remote Desktop", async () => {
  const windows: Partial<Machine> = { platform: "win32", env: { SESSIONNAME: "RDP-Tcp#3" } };
  const stopped = await examine({ ...windows, run: () => Promise.resolve("        STATE              : 1  STOPPED") });
  expect(stopped.of("windows-service")).toMatchObject({
    status: "warning",
    fix: ["sc.exe config SCardSvr start=demand", "sc.exe start SCardSvr"],
  });
  expect(stopped.of("package-koffi")).toMatchObject({ status: "problem", fix: ["npm install koffi"] });
  expect(stopped.of("remote-desktop")?.status).toBe("warning");
  const good = await examine(
    { platform: "win32", hasPackage: () => Promise.resolve(true), run: () => Promise.resolve("STATE : 4 RUNNING") },
    withReader,
  );
  expect(good.code).toBe(EXIT.ok);
});

test("macOS: koffi, the driver for USB readers", async () => {
  const { of, code } = await examine({ platform: "darwin" });
  expect(code).toBe(EXIT.service);
  expect(of("package-koffi")?.status).toBe("problem");
  expect(of("macos-driver")?.fix?.[0]).toContain("useIFDCCID");
  const free = await examine({ platform: "darwin", run: () => Promise.resolve("1\n") });
  expect(free.of("macos-driver")?.status).toBe("ok");
});

test("anything else: what can be found out by trying", async () => {
  const { of } = await examine({ platform: "freebsd" }, withReader);
  expect(of("readers")?.status).toBe("ok");
});
