export * from "@cardwire/transport-pcsclite";
