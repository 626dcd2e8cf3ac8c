/** A device interface as SetupDi finds it. */
export interface FoundDevice {
  /** For CreateFileW. */
  readonly path: string;
  /** SPDRP_FRIENDLYNAME, or SPDRP_DEVICEDESC of a device that has none. Empty when it has neither. */
  readonly friendlyName: string;
  /** DEVPKEY_Device_ReaderKind; `undefined` when nobody has set it. */
  readonly readerKind: number | undefined;
}

/** What listing devices needs of setupapi.dll and cfgmgr32.dll. */
export interface DeviceSetup {
  /** The interfaces of GUID_DEVINTERFACE_SMARTCARD_READER that are there now. @throws Win32CallError */
  list(): FoundDevice[];
  /**
   * Calls back when an interface arrives or goes (CM_Register_Notification). The returned function ends that.
   * `undefined` where the system does not have it.
   */
  notify(changed: () => void): (() => void) | undefined;
}
