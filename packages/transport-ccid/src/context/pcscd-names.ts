/**
 * Readers that pcscd calls otherwise than they call themselves: `vendor << 16 | product`, and the name in the list of its
 * driver (libccid). All others have there what their own strings say.
 */
const PCSCD_NAMES: Readonly<Record<number, string>> = {
  0x03f0_0824: "SCM Microsystems Inc. HP USB Smartcard Reader",
  0x046a_0010: "Cherry GmbH SmartBoard XX44",
  0x046a_002d: "Cherry GmbH SmartTerminal XX44",
  0x046a_003e: "Cherry GmbH SmartTerminal ST-2xxx",
  0x04e6_5111: "SCM Microsystems Inc. SCR 331-DI",
  0x04e6_5115: "SCM Microsystems Inc. SCR 335",
  0x04e6_5116: "SCM Microsystems Inc. SCR 3310",
  0x04e6_5117: "SCM Microsystems Inc. SCR3320 - Smart Card Reader",
  0x04e6_5119: "SCM Microsystems Inc. SCR3340 - ExpressCard54 Smart Card Reader",
  0x04e6_511d: "SCM Microsystems Inc. SCR 3311",
  0x04e6_5410: "SCM Microsystems Inc. SCR 355",
  0x04e6_e001: "SCM Microsystems Inc. SCR 331",
  0x04e6_e003: "SCM Microsystems Inc. SPR 532",
  0x058f_9520: "Alcor Micro AU9520",
  0x058f_9522: "Alcor Micro AU9522",
  0x058f_9540: "Alcor Micro AU9540",
  0x072f_2200: "ACS ACR122U PICC Interface",
  0x072f_90cc: "ACS ACR 38U-CCID",
  0x076b_1021: "OMNIKEY CardMan 1021",
  0x076b_3021: "OMNIKEY AG CardMan 3121",
  0x076b_3022: "OMNIKEY AG 3121 USB",
  0x076b_3621: "OMNIKEY AG CardMan 3621",
  0x076b_3821: "OMNIKEY AG CardMan 3821",
  0x076b_4321: "OMNIKEY CardMan 4321",
  0x076b_5121: "OMNIKEY AG CardMan 5121",
  0x076b_5125: "OMNIKEY AG CardMan 5125",
  0x076b_5321: "OMNIKEY CardMan 5321",
  0x076b_6321: "OMNIKEY 6321 CLi USB",
  0x076b_6622: "OMNIKEY AG CardMan 6121",
  0x0783_0006: "C3PO LTC31 v2",
  0x08e6_3437: "Gemalto PC Twin Reader",
  0x08e6_3438: "Gemalto USB Shell Token V2",
  0x08e6_3478: "Gemalto USB GemPCPinpad SmartCard Reader",
  0x08e6_3480: "Gemalto GemCore SIM Pro Smart Card Reader",
  0x08e6_34ec: "Gemalto GemPC Express",
  0x08e6_4433: "Gemalto Gemplus USB SmartCard Reader 433-Swap",
  0x0982_0007: "COVADIS ALYA",
  0x09c3_0013: "ActivIdentity USB Reader V3",
  0x0b0c_0050: "Todos Argos Mini II",
  0x0d46_3001: "KOBIL KAAN Base",
  0x0d46_3002: "KOBIL KAAN Advanced",
  0x0dc3_1004: "Athena ASE IIIe",
  0x0dc3_1102: "Athena ASEDrive IIIe KB",
  0x0f14_0038: "XIRING Leo v2",
  0x413c_2100: "Dell keyboard SK-3106",
};

/** What pcscd calls a reader; undefined where it is what the reader calls itself. */
export function pcscdName(vendorId: number, productId: number): string | undefined {
  return PCSCD_NAMES[vendorId * 0x1_0000 + productId];
}
