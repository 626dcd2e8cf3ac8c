/**
 * What bundlers take for browsers in place of the ways to a machine's own readers (package.json, "browser"): a page has none
 * of them, and asks for none unless it is told to.
 */
const notInBrowsers = () => {
  throw new Error(
    "a browser has no way to the machine's own readers: hand a context to taps({ context }), of createVirtualReader or of createCcidContext of cardwire/transport-ccid",
  );
};
const never = () => false;

export {
  notInBrowsers as createCcidContext,
  notInBrowsers as createPcscliteContext,
  notInBrowsers as createPcscliteFfiContext,
  notInBrowsers as createWindowsContext,
  never as isMissingKoffiError,
  never as isMissingLibraryError,
  never as isMissingUsbError,
  never as isNotWindowsError,
};
