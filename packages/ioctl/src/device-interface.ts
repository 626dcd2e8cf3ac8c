/** GUID_DEVINTERFACE_SMARTCARD_READER: the interface class under which readers are listed. */
export const SMARTCARD_READER_INTERFACE_GUID = "{50DD5230-BA8A-11D1-BF5D-0000F805F530}";

/** The reference string at the end of the path of Windows' NFC reader interface. It is misspelt there; programs rely on it. */
export const SMARTCARD_READER_REFERENCE_STRING = "SmardCardReader";

/** SmartCardReaderKind (Windows.Devices.SmartCards): the byte of the interface property DEVPKEY_Device_ReaderKind. */
export const READER_KIND = { ANY: 0, GENERIC: 1, TPM: 2, NFC: 3, UICC: 4, EMBEDDED_SE: 5 } as const;
export type ReaderKindName = keyof typeof READER_KIND;
export type ReaderKind = (typeof READER_KIND)[ReaderKindName];

/** A device property key: format GUID and property number. */
export interface DevicePropertyKey {
  readonly formatId: string;
  readonly propertyId: number;
}

/** DEVPKEY_Device_ReaderKind: a BYTE, one of {@link READER_KIND}. */
export const DEVPKEY_READER_KIND: DevicePropertyKey = {
  formatId: "{D6B5B883-18BD-4B4D-B2EC-9E38AFFEDA82}",
  propertyId: 2,
};
