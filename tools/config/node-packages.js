/** The packages that may use Node's own modules and globals; every other one is portable. */
export const nodePackages = ["transport-pcsclite", "transport-windows", "vpcd", "cli", "cardwire"];
