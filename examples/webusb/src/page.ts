import { fromHex, toHex } from "@cardwire/core";
import { createCcidContext, WEB_USB_FILTERS, webUsbReaders, type WebUsbLike } from "@cardwire/transport-ccid";

/** What this page needs of WebUSB; TypeScript's own DOM library does not have it. */
interface WebUsb extends WebUsbLike {
  requestDevice(options: {
    filters: typeof WEB_USB_FILTERS;
  }): Promise<Awaited<ReturnType<WebUsbLike["getDevices"]>>[number]>;
}

function element<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${id}`);
  return found;
}

const problem = element("problem", HTMLParagraphElement);
const list = element("readers", HTMLUListElement);
const say = (error: unknown): void => {
  problem.textContent = error instanceof Error ? error.message : String(error);
};

if ("usb" in navigator) run(navigator.usb as WebUsb);
else say("This browser has no WebUSB, or the page does not come from localhost or https.");

function run(usb: WebUsb): void {
  const readers = webUsbReaders(usb);
  const context = createCcidContext({ readers });
  /** Readers, and the answer to reset of the card in each. */
  const seen = new Map<string, string>();

  const draw = (): void => {
    list.replaceChildren(
      ...[...seen].map(([name, atr]) => {
        const item = document.createElement("li");
        item.textContent = atr === "" ? name : `${name}: ${atr}`;
        return item;
      }),
    );
  };

  const watch = async (): Promise<void> => {
    for await (const event of context.watch()) {
      if (event.type === "reader-attached" || event.type === "card-removed") seen.set(event.readerName, "");
      else if (event.type === "card-inserted") seen.set(event.readerName, toHex(event.answerToReset, " "));
      else if (event.type === "reader-detached") seen.delete(event.readerName);
      draw();
    }
  };

  const send = async (command: string): Promise<void> => {
    // a reader without a card is tried too: the error says what is the matter with it
    const [readerName] = [...seen].sort(([, a], [, b]) => b.length - a.length)[0] ?? [];
    if (readerName === undefined) throw new Error("There is no reader.");
    const { connection } = await context.connect(readerName, "shared", { preferredProtocols: ["t0", "t1"] });
    try {
      element("response", HTMLOutputElement).value = toHex(await connection.transmit(fromHex(command)), " ");
    } finally {
      await connection.disconnect();
    }
  };

  element("choose", HTMLButtonElement).addEventListener("click", () => {
    problem.textContent = "";
    usb
      .requestDevice({ filters: WEB_USB_FILTERS })
      .then((device) => {
        readers.added(device);
      })
      .catch(say);
  });
  element("send", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    problem.textContent = "";
    send(element("command", HTMLInputElement).value).catch(say);
  });
  watch().catch(say);
}
